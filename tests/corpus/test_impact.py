"""A repeal or amendment names everything that leans on the instrument."""

import json
from datetime import date

import pytest

from corpus.impact import cases_in, touched
from corpus.links import Kind, Link
from corpus.model import Cite, Document

from .test_legal_and_collection import library

SECRET = "一道不能泄露的题目"


@pytest.fixture
def sets(tmp_path):
    folder = tmp_path / "sets"
    folder.mkdir()
    rows = [
        {"id": "q1", "question": SECRET, "gold": [{"title": "甲条例", "article": "第一条"}]},
        {"id": "q2", "question": SECRET, "gold": [{"title": "中华人民共和国甲条例", "article": ""}]},
        {"id": "q3", "question": SECRET, "gold": []},
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "held.jsonl").write_text(lines + "\n", encoding="utf-8")
    return folder


def test_faqs_and_digests_that_cite_it():
    starter = library(甲条例={}, 乙条例={})
    assert [row.id for row in touched(starter, "甲条例").entries] == ["digest:甲条例", "faq:x"]
    assert [row.id for row in touched(starter, "《中华人民共和国甲条例》").entries] == ["digest:甲条例", "faq:x"]
    assert not touched(starter, "甲条例", "第二条")


def test_evaluation_cases_are_named_by_id(sets):
    assert touched(library(), "甲条例", cases=cases_in(sets)).cases == ("held/q1", "held/q2")
    assert touched(library(), "甲条例", "第一条", cases=cases_in(sets)).cases == ("held/q1", "held/q2")
    assert touched(library(), "甲条例", "第二条", cases=cases_in(sets)).cases == ("held/q2",)


def test_a_set_that_cannot_be_read_is_named_without_its_words(sets):
    (sets / "held.jsonl").write_text('{"question": "' + SECRET + '"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"held\.jsonl 第 1 行") as refused:
        list(cases_in(sets))
    assert SECRET not in str(refused.value)


def test_past_answers_are_handed_in_by_whoever_keeps_them():
    answers = ((f"answer-{n}", [Cite("甲条例", f"第{n}条")]) for n in "一二")
    assert touched(library(), "甲条例", "第二条", answers=answers).answers == ("answer-二",)


def test_instruments_come_with_how_they_lean():
    document = Document("d", "某办法")
    links = (Link(Kind.BASED_ON, Cite("甲条例"), "第一条"), Link(Kind.CITES, Cite("甲条例", "第九条"), "第三条"))
    (found,) = touched(library(), "甲条例", leaning=[(document, links)]).instruments
    assert (found.document, found.made_under, found.places) == (document, True, ("第三条→第九条",))


RULE = "# 某市办法\n\n2020年1月1日公布\n\n第一条 根据《某市排污条例》，制定本办法。\n\n第二条 违反《某市排污条例》第三条的，罚款。\n\n第三条 施行。\n"
LAW = "# 某市排污条例\n\n2019年1月1日公布\n\n第一条 单位应当按证排污。\n\n第二条 单位应当自行监测。\n\n第三条 不得超标排放。\n"


@pytest.fixture
def stored(run, tmp_path):
    for name, words in (("rule", RULE), ("law", LAW)):
        file = tmp_path / f"{name}.md"
        file.write_text(words, encoding="utf-8")
        assert run("add", file).exit_code == 0


def test_show_says_what_it_is_made_under(run, stored):
    assert "《某市排污条例》" in run("show", "某市办法").output


def test_the_command_lists_instruments_and_cases(run, stored, sets):
    (sets / "more.jsonl").write_text(
        json.dumps({"id": "q9", "question": SECRET, "gold": [{"title": "某市排污条例", "article": "第三条"}]}),
        encoding="utf-8",
    )
    shown = run("impact", "某市排污条例", "3", "--cases", sets).output
    for words in ("某市办法", "第二条→第三条", "more/q9"):
        assert words in shown
    assert SECRET not in shown
    assert "某市办法" not in run("impact", "某市排污条例", "2", "--cases", sets).output
    assert run("impact", "某市排污条例", "--cases", sets / "none").exit_code == 2


def test_a_repeal_lists_them_too_and_an_unreadable_set_stops_it(run, stored, sets):
    (sets / "bad.jsonl").write_text("{", encoding="utf-8")
    assert run("repeal", "某市排污条例", "--on", "2024-01-01", "--cases", sets).exit_code == 1
    assert json.loads(run("list", "--json", "--title", "排污").output)["status"] == "现行有效"
    (sets / "bad.jsonl").unlink()
    shown = run("repeal", "某市排污条例", "--on", "2024-01-01", "--cases", sets).output
    assert "依据它制定" in shown
    assert json.loads(run("list", "--json", "--title", "排污").output)["ended_on"] == str(date(2024, 1, 1))


def test_past_answers_come_from_a_file_that_the_site_exports(run, stored, sets, tmp_path):
    for old in sets.iterdir():
        old.unlink()
    file = tmp_path / "answers.jsonl"
    rows = [("talk/2", "第三条"), ("talk/4", "第一条")]
    cited = [{"id": id, "cites": [{"title": "某市排污条例", "article": article}]} for id, article in rows]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in cited), encoding="utf-8")
    shown = run("impact", "某市排污条例", "3", "--cases", sets, "--answers", file).output
    assert "talk/2" in shown
    assert "talk/4" not in shown
    file.write_text("[]\n", encoding="utf-8")
    broken = run("repeal", "某市排污条例", "--on", "2024-01-01", "--cases", sets, "--answers", file)
    assert broken.exit_code == 1
    assert json.loads(run("list", "--json", "--title", "排污").output)["status"] == "现行有效"
