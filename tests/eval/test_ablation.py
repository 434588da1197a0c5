"""Each step switched off on a small real index, and the table of what it is worth."""

import json
from datetime import date

import numpy as np
import pytest
from typer.testing import CliRunner

from corpus import starter
from corpus.catalogue import Catalogue
from corpus.model import Cite, Document, Passage
from eval.__main__ import app
from eval.ablation.parts import NoGlossary, NoRepair, RankFusion, Singles, silent, without
from eval.ablation.slices import LEAST, slices
from eval.ablation.table import MEASURES, Row, ablate
from eval.ablation.variants import FULL, Served, variants
from eval.ablation.weigh import SITUATIONS, candidates, situation, weigh
from eval.run import Setting
from indexer import lexical, service, tokenizer
from indexer.encoder import load as load_encoder
from indexer.fusion import Weights
from indexer.index import open_parts
from indexer.query import Words
from indexer.store import Store
from tests.eval.support import GOLD, question

DAY = Setting(date(2026, 11, 21), "湖北省武汉市")
LOCAL = Document("elsewhere", "浙江省扰民条例", region="浙江省", effective_date=date(2020, 1, 1))
ENDED = Document("ended", "扰民暂行规定", effective_date=date(2000, 1, 1), ended_on=date(2010, 1, 1), repealed=True)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    catalogue = Catalogue.open(f"sqlite:///{folder / 'env-doctor.db'}")
    for document in (LOCAL, ENDED):
        passage = Passage(f"{document.id}#1", document.id, document.short_title, "第一条", "跳傩舞锣鼓扰民的，予以警告。")
        catalogue.add(document, [passage], actor="test")
    service.rebuild(folder, catalogue, starter.load())
    return folder


@pytest.fixture(scope="module")
def served(data):
    store = Store(data / "index")
    catalogue = Catalogue.open(f"sqlite:///{data / 'env-doctor.db'}")
    return Served(store.folder(store.current()), catalogue, starter.load(), load_encoder())


def found(index, text, **changed):
    place = {"on": DAY.on, "region": DAY.region} | changed
    return index.search(text, **place, k=10)


def test_the_first_variant_is_the_index_as_it_is_served(data, served):
    reader = service.reader(data, served.catalogue, served.starter)
    ours, theirs = (found(index, "没有排污许可证就排污罚多少") for index in (variants(served)[FULL](), reader.current()))
    assert [(hit.passage.id, hit.score) for hit in ours] == [(hit.passage.id, hit.score) for hit in theirs]


def test_every_variant_answers_and_the_filters_open(served):
    titles = {}
    for name, opened in variants(served).items():
        titles[name] = {hit.document.id for hit in found(opened(), "跳傩舞锣鼓扰民")}
        assert titles[name], name
    assert not {"elsewhere", "ended"} & titles[FULL]
    assert "elsewhere" in titles["filter by region"]
    assert "ended" in titles["filter by day"]


def test_a_leg_that_is_off_says_nothing(served):
    off = variants(served)
    asked = "没有排污许可证就排污罚多少"
    assert all(hit.legs["near"] == hit.legs["near_asked"] == 0 for hit in found(off["vectors"](), asked))
    assert all(hit.legs["law"] == hit.legs["text"] == 0 for hit in found(off["words (BM25)"](), asked))
    assert all(hit.legs["asked"] == 0 for hit in found(off["lay questions on their own"](), asked))
    assert all(hit.legs["text"] == hit.legs["law"] for hit in found(off["digests and questions in the text"](), asked))


def test_words_lose_one_thing_each():
    glossary = starter.load().glossary
    full = Words(glossary)
    everyday = next(s for term in glossary for s in term.synonyms if full.statute_terms(s))
    assert NoGlossary(glossary).statute_terms(everyday) == []
    assert NoRepair(glossary).statute_terms(everyday) == full.statute_terms(everyday)
    assert full.mended("排乌许可证", lambda pair: True)
    assert NoRepair(glossary).mended("排乌许可证", lambda pair: True) == []
    assert NoGlossary(glossary).mended("排乌许可证", lambda pair: True)


def test_singles_know_no_pairs():
    postings = lexical.build(lexical.count(["夜间施工", "工施间夜", "ISO 9001"]))
    asked = tokenizer.weighted((term, 1.0) for term in tokenizer.terms("施工 iso"))
    whole, singles = postings.score(*asked), Singles.of(postings).score(*asked)
    assert whole[0] > whole[1]
    assert singles[0] == singles[1] > 0
    assert singles[2] == whole[2] > 0
    assert not silent(postings).score(*asked).any()
    assert len(silent(postings).score(*asked)) == 3


def test_weights_lose_one_leg():
    assert set(Weights().standard) - set(without("near").standard) == {"near"}
    assert set(Weights().added) - set(without("prior").added) == {"prior"}


def test_ranks_are_fused_by_place_not_by_score():
    def legs(law):
        rest = dict.fromkeys((*Weights().standard, *Weights().added), np.zeros(3, np.float32))
        return rest | {"law": np.array(law, np.float32)}

    near, far = (RankFusion().score(legs(law)) for law in ([3, 2, 1], [300, 2, 1]))
    assert near.tolist() == far.tolist()
    assert near[0] > near[1] > near[2]
    assert not RankFusion().score(legs([0, 0, 0])).any()


def test_the_table_says_what_each_step_is_worth(served):
    asked = [question(id="a", question="没有排污许可证就排污，罚多少？", gold=(GOLD,)), question(id="b", gold=())]
    told = []
    rows = ablate(asked, served, DAY, told.append)
    assert [row.name for row in rows] == told == list(variants(served))
    assert rows[0].means["Success@5"] == 1.0
    assert all(row.worth[m][0] == rows[0].means[m] - row.means[m] for row in rows for m in MEASURES)
    assert not any(rows[0].proven(m) for m in MEASURES)


def test_a_set_without_gold_is_refused(served):
    with pytest.raises(ValueError, match="gold"):
        ablate([question(gold=())], served, DAY)


def test_slices_compare_with_bm25_alone(served):
    plain = [question(id=f"p{at}", question="没有排污许可证就排污，罚多少？", topic="排污许可") for at in range(LEAST)]
    few = [question(id=f"d{at}", question="没得排污证就开工", wording="dialect") for at in range(LEAST - 1)]
    found = slices([*plain, *few, question(id="none", gold=())], served, DAY)
    assert [(row.kind, row.value, row.count) for row in found] == [
        ("", "", 2 * LEAST - 1),
        ("wording", "plain", LEAST),
        ("topic", "排污许可", LEAST),
    ]
    for row in found:
        assert row.gain["RR@10"][0] == pytest.approx(row.ours["RR@10"] - row.plain["RR@10"])
        assert row.loses == (row.ours["RR@10"] < row.plain["RR@10"] or row.ours["Success@5"] < row.plain["Success@5"])


def test_bm25_alone_obeys_the_law_and_loses_where_only_the_rest_finds(served, monkeypatch):
    asked = [question(id="a", question="跳傩舞锣鼓扰民", gold=(Cite(LOCAL.short_title, "第一条"),))]
    assert slices(asked, served, DAY)[0].plain["Success@5"] == 0, "a rule of another place"
    assert slices(asked, served, Setting(DAY.on, "浙江省"))[0].plain["Success@5"] == 1
    monkeypatch.setattr("indexer.index.LocalIndex.search", lambda *_, **__: [])
    lost = slices(asked, served, Setting(DAY.on, "浙江省"))[0]
    assert lost.loses
    assert lost.gain["Success@5"][0] == -1


def test_proven_means_that_zero_lies_outside():
    row = Row("x", {}, {"RR@10": (0.1, 0.01, 0.2), "Success@5": (0.1, 0.0, 0.2), "Success@10": (-0.1, -0.2, -0.01)})
    assert [row.proven(m) for m in ("RR@10", "Success@5", "Success@10")] == [True, False, True]


def test_on_the_command_line(data, tmp_path, monkeypatch):
    monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(data))
    monkeypatch.chdir(tmp_path)
    row = {"id": "a", "question": "没有排污许可证就排污，罚多少？", "outcome": "answered",
           "gold": [{"title": GOLD.title, "article": GOLD.article}]}  # fmt: skip
    (tmp_path / "small.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    result = CliRunner().invoke(app, ["ablate", "small.jsonl", "--out", "steps.json"])
    assert result.exit_code == 0, result.output
    written = json.loads((tmp_path / "steps.json").read_text(encoding="utf-8"))
    assert written["steps"][0]["means"]["Success@5"] == 1.0
    assert [row["count"] for row in written["slices"]] == [1]
    (tmp_path / "more.jsonl").write_text(json.dumps(row | {"question": "跳傩舞"}, ensure_ascii=False), encoding="utf-8")
    result = CliRunner().invoke(app, ["ablate", "small.jsonl", "more.jsonl", "--out", "steps.json"])
    assert result.exit_code == 0, result.output
    written = json.loads((tmp_path / "steps.json").read_text(encoding="utf-8"))
    assert [row["count"] for row in written["slices"]] == [2], "the same id in two sets"
    monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(tmp_path / "empty"))
    assert CliRunner().invoke(app, ["ablate", "small.jsonl"]).exit_code == 2


def test_weights_are_judged_as_if_nobody_had_asked(served):
    parts = open_parts(served.folder)
    asked = question(id="a", question="没有排污许可证就排污，罚多少？", gold=(GOLD,))
    found = candidates(served.opened(parts), parts, asked, DAY)
    assert found.right.any()
    assert found.legs["near_asked"][found.right].any()
    assert found.entries[found.right].any(), "a FAQ answers it"
    alone = situation(found, 1)
    assert not alone.legs["near_asked"][alone.right].any()
    assert not alone.entries[alone.right].any()
    assert (alone.legs["best"] == np.maximum(alone.legs["near"], alone.legs["near_asked"])).all()
    assert alone.legs["near_asked"].any(), "other articles keep their questions"
    assert len(alone.legs["law"]) == len(alone.cites) < len(found.cites)
    whole = situation(found, 2)
    own = np.isin(whole.documents, whole.documents[whole.right])
    assert not whole.legs["near_asked"][own].any()
    assert situation(found, 0) is found


def test_fitted_weights_stand_beside_the_shipped(served, monkeypatch):
    monkeypatch.setattr("eval.ablation.weigh._FOLDS", 2)
    questions = [
        question(id=str(at), group=str(at), question=text, gold=(GOLD,))
        for at, text in enumerate(
            ("没有排污许可证就排污，罚多少？", "冇得排污证罚几多", "无证排污要罚好多钱", "没证就排罚款多少")
        )
    ]
    shipped, fitted = weigh(questions, served, DAY)
    assert shipped.weights == Weights().standard
    assert min(fitted.weights.values()) >= 0
    assert shipped.means["as it is"]["Success@5"] == 1.0
    assert set(shipped.means) == set(fitted.means) == set(SITUATIONS)
