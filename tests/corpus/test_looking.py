"""`preview` and `stats`: what a file was understood to be, and what the knowledge base holds."""

from datetime import date

import pytest

from corpus import census, starter
from corpus.model import Passage, Status
from corpus.outline import outline

from .test_legal_and_collection import library

LAW = """# 某市排污条例

2020年1月1日 武汉市人民代表大会常务委员会公布

第一章 总则

第一条 单位应当按证排污。

第二条 单位应当自行监测。

第二章 罚则

第一节 罚款

第三条 超标排放的，处以罚款。

第五条 丁。
"""


@pytest.fixture
def law(tmp_path):
    file = tmp_path / "law.md"
    file.write_text(LAW, encoding="utf-8")
    return file


def test_an_outline_has_each_heading_once_with_what_stands_under_it():
    rows = [("第一条", ("一章",)), ("第二条", ("一章",)), ("第三条", ("二章", "一节")), ("第四条", ("二章", "二节"))]
    passages = [Passage(label, "d", "t", label, "甲", headings=headings) for label, headings in rows]
    assert [(part.depth, part.heading, part.span) for part in outline(passages)] == [
        (1, "一章", "第一条—第二条，2 条"),
        (1, "二章", ""),
        (2, "一节", "第三条，1 条"),
        (2, "二节", "第四条，1 条"),
    ]


def test_a_preview_shows_fields_with_their_place_doubts_score_and_structure(run, law, tmp_path):
    shown = run("preview", law).output
    for words in (
        "文内第2段：2020年1月1日",
        "武汉市人民代表大会常务委员会",
        "第一章 总则  第一条—第二条，2 条",
        "  第一节 罚款  第三条—第五条，2 条",
        "条文序号不连续",
        "可以发布",
        "1.00",
    ):
        assert words in shown
    assert not (tmp_path / "data").exists()


def test_a_preview_says_that_a_text_would_wait_for_review(run, law, monkeypatch, tmp_path):
    monkeypatch.setenv("ENVDOCTOR_REVIEW_BELOW", "1")
    law.write_text("第一条 甲。", encoding="utf-8")
    assert "将存为草稿" in run("preview", law).output
    (tmp_path / "empty.txt").write_text("")
    refused = run("preview", tmp_path / "empty.txt")
    assert refused.exit_code == 1
    assert "文件是空的" in refused.output


def test_counts_by_level_status_and_topic(catalogue, make):
    loaded = library(甲条例={"publish_date": date(2020, 1, 1)}, 乙条例={})
    catalogue.add(*make("甲条例", articles=3), actor="a")
    catalogue.add(*make("甲条例", published=2010), actor="a")
    catalogue.add(*make("某文件", level=""), actor="a", state="draft")
    found = census.take(catalogue, loaded, date(2026, 1, 1))
    assert found.levels == {"行政法规": {Status.IN_FORCE: 1, Status.AMENDED: 1}}
    assert (found.documents, found.drafts, found.kinds) == (2, 1, {"article": 5})
    topic = next(topic for topic in found.topics if topic.name == "总则")
    assert (topic.digests, topic.faqs, topic.shown, len(topic.articles), topic.with_text) == (2, 1, 3, 2, 1)
    assert next(topic for topic in found.topics if topic.name == "水").digests == 0
    catalogue.repeal(next(row.id for row in catalogue.documents() if not row.ended_on), on=date(2025, 1, 1), actor="a")
    topic = next(topic for topic in census.take(catalogue, loaded, date(2026, 1, 1)).topics if topic.name == "总则")
    assert topic.shown == 1


def test_the_command_shows_the_library_that_ships(run, law):
    run("add", law)
    shown = run("stats").output
    loaded = starter.load()
    for words in ("文件 1 件", "地方性法规", "条文 4", f"要点 {len(loaded.digests)} 条", "排污许可", "现在显示"):
        assert words in shown
