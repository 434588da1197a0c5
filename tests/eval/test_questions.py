"""Question sets: what ships is valid, and what is broken is named with its line."""

import json
from dataclasses import replace
from datetime import date

import pytest

from corpus import starter
from corpus.catalogue import Catalogue
from corpus.model import Cite, Document
from eval.compare import compare, turned
from eval.gate import losses
from eval.gold import unmet
from eval.questions import SETS, SetError, digest, find, load
from eval.results import RunError, read
from tests.eval.support import question, result

GOOD = {"id": "a", "question": "罚多少", "outcome": "answered"}


@pytest.mark.parametrize("path", sorted(SETS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_every_set_that_ships_is_valid(path):
    assert load(path)


def turn(role="user", content="罚多少"):
    return {"role": role, "content": content}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"outcome": "perhaps"}, "第 2 行：outcome 不认识 perhaps。请改成其中之一：answered"),
        ({"outcome": None}, "缺少 outcome"),
        ({"question": " "}, "缺少 question。请补上"),
        ({"id": 5}, "id 应当是文字，这里是数字。请加上引号"),
        ({"id": "first"}, "id first 在第 1 行已经用过。请换一个"),
        ({"on": "2026-02-30"}, "on 写的是 2026-02-30，不是真实的日期。请写成 2026-08-15"),
        ({"on": "20260815"}, "不是真实的日期"),
        ({"on": 20260815}, "on 应当是文字"),
        ({"wording": "rude"}, "wording 不认识 rude。请改成其中之一：plain"),
        ({"common": "yes"}, "common 应当是 true 或 false"),
        ({"gold": ["第一条"]}, "gold 的第 1 条要有文件名 title"),
        ({"gold": "第一条"}, "gold 应当是列表，这里是文字"),
        ({"gold": [{"title": "长江保护法", "articel": "第一条"}]}, "不认识的字段 articel"),
        ({"key_facts": "20万元"}, "key_facts 应当是文字的列表"),
        ({"history": "你好"}, "history 应当是列表"),
        ({"history": [turn("bot")]}, "history 的第 1 句没有正确的 role。请写成其中之一：user"),
        ({"history": [turn(content="")]}, "history 的第 1 句没有内容"),
        ({"history": [turn("assistant")]}, "第 1 句不是提问人说的"),
        ({"history": [turn()]}, "最后一句就是这道题本身"),
        ({"wrong": 1}, "不认识的字段 wrong。可用的字段是"),
    ],
)
def test_a_fault_is_named_with_its_line_and_what_to_do(tmp_path, row, fault):
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(json.dumps(each) for each in (GOOD | {"id": "first"}, GOOD | row)), encoding="utf-8")
    with pytest.raises(SetError) as caught:
        load(path)
    assert [line for line in caught.value.faults if fault in line and line.startswith("第 2 行：")]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "第 1 行：第 2 个字起读不成 JSON"),
        ("[]", "不是一个 JSON 对象"),
        ("\n\n", "里面没有题"),
        ('{"id": "a", "id": "b"}', "字段 id 写了两次"),
        pytest.param("[" * 100_000, "套得太深", id="deep"),
    ],
)
def test_what_is_no_set(tmp_path, text, fault):
    path = tmp_path / "set.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SetError, match=fault):
        load(path)


def test_another_encoding_is_named_with_the_first_line_that_shows_it(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_bytes(json.dumps(GOOD).encode() + b"\n" + json.dumps(GOOD, ensure_ascii=False).encode("gb18030"))
    with pytest.raises(SetError, match="第 2 行：不是 UTF-8"):
        load(path)


def test_a_byte_order_mark_and_windows_lines_are_the_same_set(tmp_path):
    row = json.dumps(GOOD | {"question": "罚\u2028多少"}, ensure_ascii=False)
    path = tmp_path / "set.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + row.encode() + b"\r\n")
    assert load(path)[0].question == "罚\u2028多少"
    assert digest(path.read_bytes()) == digest(row.encode() + b"\n")


def test_all_faults_come_at_once(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text("{\n[]\n", encoding="utf-8")
    with pytest.raises(SetError) as caught:
        load(path)
    assert len(caught.value.faults) == 2


def test_an_unknown_set_names_the_known_ones():
    with pytest.raises(FileNotFoundError, match="coverage_dev"):
        find("nothing")


class TestGold:
    """What the installed library does not have cannot be found, however good the doctor is."""

    @pytest.fixture
    def catalogue(self, tmp_path):
        catalogue = Catalogue.open(f"sqlite:///{tmp_path / 'env-doctor.db'}")
        yield catalogue
        catalogue.close()

    @pytest.mark.parametrize(
        ("title", "article", "fault"),
        [
            ("生态环境法典", "第一千一百零二条", ""),
            ("生态环境法典", "第一千九百条", "没有第一千九百条"),
            ("生态环境法典", "第一款", "没有第一款"),
            ("从来没有的办法", "第一条", "知识库里没有《从来没有的办法》"),
            ("大气污染防治法", "第九十九条", "已经废止"),
            ("杭州市环境噪声管理条例", "", "不适用于湖北省武汉市"),
        ],
    )
    def test_gold(self, catalogue, title, article, fault):
        library = starter.load()
        hangzhou = Document("hz", "杭州市环境噪声管理条例", region="浙江省杭州市", effective_date=date(2020, 1, 1))
        library = replace(library, instruments={**library.instruments, hangzhou.short_title: hangzhou})
        asked = [question(gold=(Cite(title, article),), line=7)]
        found = unmet(asked, catalogue, library, date(2026, 11, 21), "湖北省武汉市")
        assert [line for line in found if fault in line and line.startswith("第 7 行（q）")] if fault else found == []

    def test_the_day_of_the_question_decides(self, catalogue):
        old = [question(gold=(Cite("大气污染防治法", "第九十九条"),), on=date(2025, 1, 1))]
        assert unmet(old, catalogue, starter.load(), date(2026, 11, 21), "") == []


def test_a_stored_result_reads_back(tmp_path):
    path = tmp_path / "results.jsonl"
    path.write_text(result().to_json() + "\n", encoding="utf-8")
    assert read(path) == {"q": result()}


def test_a_last_line_cut_in_half_is_passed_over_and_no_other(tmp_path):
    path = tmp_path / "results.jsonl"
    path.write_text(result().to_json() + "\n" + result(id="b").to_json()[:50], encoding="utf-8")
    assert list(read(path)) == ["q"]
    path.write_text("{}\n" + result().to_json() + "\n", encoding="utf-8")
    with pytest.raises(RunError, match="第 1 行读不出来"):
        read(path)


def test_comparison_proves_a_steady_gain():
    questions = [question(id=str(i)) for i in range(12)]
    bad = {q.id: result(id=q.id, outcome="escalate", citations=(), hits=()) for q in questions}
    good = {q.id: result(id=q.id) for q in questions}
    changes = {change.figure: change for change in compare(questions, bad, good)}
    assert (changes["right"].a, changes["right"].b, changes["right"].proven) == (0.0, 1.0, True)
    assert not {c.figure: c for c in compare(questions, good, good)}["right"].proven
    assert losses(compare(questions, good, bad))
    assert losses(compare(questions, bad, good)) == []


def test_questions_that_turned():
    questions = [question(id=key) for key in "abc"]
    bad = {key: result(id=key, outcome="escalate", citations=()) for key in "abc"}
    later = {"a": result(id="a"), "b": bad["b"], "c": result(id="c", outcome="clarify", citations=())}
    moved = turned(questions, bad, later)
    assert [[q.id for q in each] for each in (moved.better, moved.worse, moved.other)] == [["a"], [], ["c"]]
