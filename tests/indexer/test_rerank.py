import sys
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from corpus.model import Status
from indexer import rerank
from indexer.build import encoded
from indexer.rerank import LEG, RerankedReader, RerankerError, load

QUESTION = "没有取得排污许可证 湖泊污水"


class Longest:
    """The longer the better."""

    def __init__(self):
        self.asked = []

    def scores(self, question, texts):
        self.asked += texts
        return np.array([len(text) for text in texts], dtype=np.float32)


class Alike:
    def scores(self, question, texts):
        return np.zeros(len(texts), dtype=np.float32)


def reranked(index, reranker):
    class Reader:
        def current(self):
            return index

    return RerankedReader(Reader(), reranker).current()


class TestOrder:
    def test_the_reranker_decides_and_the_scores_keep_their_scale(self, index, today, wuhan):
        before = index.search(QUESTION, on=today, region=wuhan)
        after = reranked(index, Longest()).search(QUESTION, on=today, region=wuhan)
        assert {hit.passage.id for hit in after} == {hit.passage.id for hit in before}
        assert [hit.passage.id for hit in after] != [hit.passage.id for hit in before]
        assert [hit.score for hit in after] == [hit.score for hit in before]
        ruling = [hit for hit in after if hit.status is Status.IN_FORCE and hit.document.level == "行政法规"]
        lengths = [len(encoded(hit.passage)) for hit in ruling]
        assert lengths == sorted(lengths, reverse=True) == [hit.legs[LEG] for hit in ruling]

    def test_where_it_says_nothing_rank_and_trust_decide(self, index, today, wuhan):
        hits = reranked(index, Alike()).search(QUESTION, on=today, region=wuhan)
        priors = [hit.legs["prior"] for hit in hits]
        assert priors == sorted(priors, reverse=True)
        assert {hit.status for hit in hits[-2:]} == {Status.DRAFT, Status.NEWS}

    def test_a_named_article_stays_on_top(self, index, today, wuhan):
        question = "排污许可管理条例第33条 湖泊污水"
        hits = reranked(index, Longest()).search(question, on=today, region=wuhan)
        assert hits[0].passage.label == "《排污许可管理条例》第三十三条"
        assert LEG not in hits[0].legs

    def test_only_the_best_are_read_again(self, index, today, wuhan, monkeypatch):
        monkeypatch.setattr(rerank, "DEPTH", 3)
        plain, reader = index.search(QUESTION, on=today, region=wuhan), Longest()
        hits = reranked(index, reader).search(QUESTION, on=today, region=wuhan)
        assert len(reader.asked) == 3
        assert hits[3:] == plain[3:]
        best = reranked(index, Longest()).search(QUESTION, on=today, region=wuhan, k=1)
        assert best == hits[:1]
        assert len(reranked(index, reader).search(QUESTION, on=today, region=wuhan, k=5)) == 5

    def test_nothing_found_nothing_read(self, index, today):
        reader = Longest()
        assert reranked(index, reader).search("？！", on=today) == []
        assert reranked(index, reader).search(QUESTION, on=today, k=0) == []
        assert reader.asked == []

    def test_the_rest_is_the_index(self, index, today):
        wrapped = reranked(index, Longest())
        assert wrapped.id == index.id
        assert wrapped.article("排污许可管理条例", "第十四条", on=today) == index.article(
            "排污许可管理条例", "第十四条", on=today
        )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from tests.indexer import tiny  # loads torch

    return tiny.bert(tmp_path_factory.mktemp("models") / "bge-reranker-tiny")


class TestCrossEncoder:
    def test_scores_are_the_models_own(self, folder, index, today, wuhan):
        from sentence_transformers import CrossEncoder

        reranker = load(folder)
        texts = [encoded(hit.passage) for hit in index.search(QUESTION, on=today, region=wuhan)]
        said = reranker.scores(QUESTION, texts)
        squeezed = CrossEncoder(folder).predict([(QUESTION, text) for text in texts], show_progress_bar=False)
        np.testing.assert_allclose(1 / (1 + np.exp(-said)), squeezed, rtol=1e-4)
        assert said.std() > 0.01
        assert reranker.scores(QUESTION, []).shape == (0,)

    def test_by_one_setting(self, folder, tmp_path, monkeypatch, documents, passages, today, wuhan):
        from corpus.catalogue import Catalogue
        from corpus.starter import Starter
        from indexer import door
        from indexer.settings import Settings

        monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(tmp_path))
        catalogue, small = Catalogue.open(Settings().database), Starter({}, {}, {})
        for document in documents:
            own = [row for row in passages if row.document_id == document.id]
            catalogue.add(document, [replace(row, ordinal=at) for at, row in enumerate(own)], actor="test")
        door.rebuild(Settings(), catalogue, small)
        plain = door.open_reader(Settings(), catalogue, small).current().search(QUESTION, on=today, region=wuhan)
        monkeypatch.setenv("ENVDOCTOR_RERANKER", folder)
        hits = door.open_reader(Settings(), catalogue, small).current().search(QUESTION, on=today, region=wuhan)
        assert {hit.passage.id for hit in hits} == {hit.passage.id for hit in plain}
        assert all(LEG in hit.legs for hit in hits)
        assert not any(LEG in hit.legs for hit in plain)
        catalogue.close()

    @pytest.mark.parametrize(("kind", "labels", "why"), [("BertModel", 1, "BertModel"), (None, 3, "3 scores a pair")])
    def test_what_is_no_reranker_is_refused(self, tmp_path, kind, labels, why):
        import transformers

        from tests.indexer import tiny

        kind = getattr(transformers, kind) if kind else transformers.BertForSequenceClassification
        with pytest.raises(RerankerError, match=f"不是重排模型.*{why}"):
            load(tiny.bert(tmp_path / "m", kind, labels))


class TestMissing:
    @pytest.fixture
    def missing(self, tmp_path, monkeypatch):
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("ENVDOCTOR_RERANKER", str(tmp_path / "none"))

    def test_none_by_default_and_nothing_heavy_is_loaded(self):
        assert load("") is None

    def test_every_door_says_so_in_words(self, missing, monkeypatch):
        import api.__main__ as site
        import bot.__main__ as bot
        import indexer.__main__ as indexer

        for module, arguments in ((indexer, ["search", "排污"]), (bot, ["ask", "排污"]), (site, ["serve", "--port", "1"])):
            monkeypatch.setattr(module, "errors", Console(stderr=True, width=500))
            result = CliRunner().invoke(module.app, arguments)
            assert result.exit_code == 1, result.output
            assert isinstance(result.exception, SystemExit), result.exception
            assert "载入不了重排模型" in result.stderr
            assert "ENVDOCTOR_RERANKER" in result.stderr

    def test_a_build_does_not_need_it(self, missing, monkeypatch):
        monkeypatch.setitem(sys.modules, "indexer.hub", None)
        from indexer.__main__ import app

        assert CliRunner().invoke(app, ["build"]).exit_code == 0
