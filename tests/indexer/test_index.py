from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from corpus.legal import Window
from corpus.model import Status, Trust
from indexer.legal import Legal


def found(index, question, on, region="", k=10):
    return [hit.passage.label for hit in index.search(question, on=on, region=region, k=k)]


class TestLaw:
    def test_the_articles_in_force_come_first(self, index, today, wuhan):
        both = {"《生态环境法典》第一千一百零二条", "《排污许可管理条例》第三十三条"}
        assert set(found(index, "没有排污许可证罚多少", today, wuhan)[:2]) == both

    def test_repealed_later_and_foreign_ones_never_appear(self, index, today, wuhan):
        labels = found(index, "未取得排污许可证排放污染物 罚款", today, wuhan)
        assert not {"水污染防治法", "排污许可管理办法", "浙江省生态环境保护条例"} & {
            label[1:].split("》")[0] for label in labels
        }

    def test_on_an_earlier_day_the_old_law(self, index, wuhan):
        labels = found(index, "未取得排污许可证 罚款", date(2026, 8, 14), wuhan)
        assert "《水污染防治法》第八十三条" in labels
        assert "《生态环境法典》第一千一百零二条" not in labels

    def test_regional_rules_in_their_region(self, index, today, wuhan):
        assert "《武汉市湖泊保护条例》第九条" in found(index, "湖泊 污水", today, wuhan + "江汉区")
        assert "《武汉市湖泊保护条例》第九条" not in found(index, "湖泊 污水", today)
        assert "《浙江省生态环境保护条例》第十条" in found(index, "按照日数处罚", today, "浙江省杭州市")

    def test_the_arrays_say_what_each_window_says(self, today, wuhan):
        day = today.toordinal()
        river = "长江流域、湖北省、湖南省"
        windows = [Window(0, day + 1, region, Trust.OFFICIAL) for region in ("", "湖北省", wuhan, "山东省", river)]
        windows += [Window(day + 1, day + 2, "", Trust.OFFICIAL), Window(0, day, river, Trust.OFFICIAL)]
        library = SimpleNamespace(windows=lambda _: windows, document_for=lambda _: None)
        legal = Legal(library, [None] * len(windows), np.arange(len(windows), dtype=np.int32))
        for region in ("", wuhan, wuhan + "江汉区", "山东省济南市", "长江流域", "黄河流域"):
            assert legal.allowed(today, region).tolist() == [window.open(today, region) for window in windows], region
        assert legal.allowed(today, wuhan).tolist() == [True, True, True, False, True, False, False]

    def test_drafts_and_news_come_with_their_status_and_last(self, index, today, wuhan):
        hits = index.search("湖泊污水", on=today, region=wuhan)
        status = {hit.passage.title: hit.status for hit in hits}
        assert status["武汉市十四五规划"] is Status.DRAFT
        assert status["长江日报专版"] is Status.NEWS
        assert hits[0].status is Status.IN_FORCE

    def test_a_repeal_acts_at_once(self, index, shelf, today, wuhan):
        assert "《排污许可管理条例》第三十三条" in found(index, "未取得排污许可证", today, wuhan)
        shelf.change("permit", ended_on=today, repealed=True)
        assert "《排污许可管理条例》第三十三条" not in found(index, "未取得排污许可证", today, wuhan)

    def test_a_document_that_was_removed_is_gone_at_once(self, index, shelf, today, wuhan):
        del shelf.documents["permit"]
        shelf.revision += 1
        assert not [label for label in found(index, "排污许可证", today, wuhan) if "排污许可管理条例" in label]
        assert index.article("排污许可管理条例", "第十四条", on=today) is None


class TestQuestions:
    def test_lay_words_find_the_article_of_a_question(self, index, today, wuhan):
        assert found(index, "冇得排污证罚几多", today, wuhan)[0] == "《生态环境法典》第一千一百零二条"

    def test_a_named_article_is_on_top(self, index, today, wuhan):
        assert (
            found(index, "排污许可管理条例第14条和没有排污许可证罚多少", today, wuhan)[0] == "《排污许可管理条例》第十四条"
        )

    def test_a_named_article_that_is_repealed_is_not(self, index, today, wuhan):
        assert "《水污染防治法》第八十三条" not in found(index, "水污染防治法第八十三条", today, wuhan)

    def test_a_named_title_weighs(self, index, today, wuhan):
        assert found(index, "排污许可管理条例 罚款", today, wuhan)[0].startswith("《排污许可管理条例》")

    @pytest.mark.parametrize("question", ["", "   ", "？！…", "\x00", "🙂"])
    def test_no_words_no_hits(self, index, today, question):
        assert index.search(question, on=today) == []

    def test_very_long_and_broken_questions_are_taken(self, index, today):
        assert index.search("排污许可证罚款" * 5000, on=today)
        assert index.search("排污\ud800许可证\x00\u202e", on=today)

    def test_k_and_order(self, index, today, wuhan):
        hits = index.search("排污许可证", on=today, region=wuhan, k=2)
        assert len(hits) == 2
        assert hits[0].score >= hits[1].score
        assert index.search("排污许可证", on=today, k=0) == []

    def test_no_passage_twice(self, index, today, wuhan):
        labels = found(index, "排污证 无证排污要罚多少钱 湖泊 污水", today, wuhan)
        assert len(labels) == len(set(labels))

    def test_every_leg_is_told(self, index, today, wuhan):
        legs = index.search("冇得排污证", on=today, region=wuhan)[0].legs
        assert set(legs) == {
            "law",
            "text",
            "asked",
            "near",
            "near_asked",
            "best",
            "kin",
            "covered",
            "titled",
            "prior",
            "score",
        }


class TestArticle:
    def test_the_version_in_force_whatever_the_region(self, index, today):
        assert index.article("浙江省生态环境保护条例", "第十条", on=today).status is Status.IN_FORCE

    def test_a_repealed_one_with_its_status(self, index, today):
        assert index.article("水污染防治法", "第八十三条", on=today).status is Status.REPEALED

    def test_unknown(self, index, today):
        assert index.article("水污染防治法", "第九百条", on=today) is None
        assert index.article("没有这部法", "第一条", on=today) is None
