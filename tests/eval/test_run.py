"""A whole run on a real index of the starter library: results, summary, report, gate and comparison on the command line."""

import json
import re
import time
from dataclasses import replace
from datetime import date

import pytest
from typer.testing import CliRunner

from eval import run as running
from eval.__main__ import app
from eval.report import html
from eval.results import RunError, read
from eval.run import Setting, begin, finish, go, opened, summary_of
from eval.system import open_system
from eval.versions import versions

ON = Setting(date(2026, 11, 21), "湖北省武汉市")


def call(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_a_run_writes_what_came_out(house, small_set):
    system = open_system()
    run = begin(system, small_set, ON, house / "r")
    results = list(go(system, run, ON))
    summary = finish(run)
    assert [r.id for r in results] == ["fine", "spill", "wrong"]
    assert read(house / "r" / "results.jsonl") == {r.id: r for r in results}
    assert summary == summary_of(house / "r")
    assert summary["figures"]["emergency recall"]["mean"] == 1.0
    assert summary["figures"]["Success@5"]["mean"] == 1.0
    assert summary["harms"] == {"answered_should_refuse": 1}
    assert summary["at risk"]["answered_should_refuse"] == 1
    assert summary["slices"]["why"]["普通"]["right"] == 1.0
    assert summary["slices"]["turns"].keys() == {"一轮", "多轮"}


def test_a_run_says_what_it_measured(house, small_set):
    system = open_system()
    begin(system, small_set, ON, house / "r")
    header = json.loads((house / "r" / "run.json").read_text(encoding="utf-8"))
    assert header["versions"]["index"] == system.index.id
    assert header["versions"]["encoder"]
    assert header["versions"].items() >= versions().items()
    assert len(header["set_sha256"]) == 64
    assert str(house) not in json.dumps(header)
    assert (house / "r" / "questions.jsonl").read_bytes() == small_set.read_bytes()


class TestGoingOn:
    @pytest.fixture
    def cut(self, house, small_set):
        """A run that was killed in the middle of its second line."""
        system = open_system()
        run = begin(system, small_set, ON, house / "r")
        for _ in go(system, run, ON):
            break
        with (house / "r" / "results.jsonl").open("a", encoding="utf-8") as out:
            out.write('{"id": "spill", "outco')
        return house / "r"

    def test_asks_only_what_is_missing(self, cut, small_set):
        system = open_system()
        run = begin(system, small_set, ON, cut)
        assert list(run.results) == ["fine"]
        assert [r.id for r in go(system, run, ON)] == ["spill", "wrong"]
        assert list(read(cut / "results.jsonl")) == ["fine", "spill", "wrong"]

    def test_what_is_not_finished_is_no_measure(self, cut):
        with pytest.raises(RunError, match="还没有完成"):
            summary_of(cut)
        assert call("gate", cut).exit_code == 2

    def test_its_part_can_be_read_and_says_so(self, cut):
        shown = call("report", cut)
        assert shown.exit_code == 0, shown.output
        page = (cut / "report.html").read_text(encoding="utf-8")
        assert "3 题里答了 1 题" in page
        assert not (cut / "summary.json").exists()

    def test_on_another_index_it_does_not_go_on(self, cut, small_set):
        system = open_system()
        other = replace(system, versions={**system.versions, "index": "another"})
        with pytest.raises(RunError, match="变了：索引。"):
            begin(other, small_set, ON, cut)

    def test_with_another_set_it_does_not_go_on(self, cut, small_set):
        small_set.write_text(small_set.read_text(encoding="utf-8").replace("几年", "几天"), encoding="utf-8")
        with pytest.raises(RunError, match="变了：题集内容。"):
            begin(open_system(), small_set, ON, cut)

    def test_a_finished_run_is_left_alone(self, house, small_set):
        assert call("run", small_set, "--out", "r").exit_code == 0
        before = (house / "r" / "results.jsonl").read_bytes()
        again = call("run", small_set, "--out", "r")
        assert again.exit_code == 2
        assert "已经完成" in again.stderr
        assert (house / "r" / "results.jsonl").read_bytes() == before

    def test_a_folder_with_other_results_is_left_alone(self, house, small_set):
        (house / "r").mkdir()
        (house / "r" / "results.jsonl").write_text("kept", encoding="utf-8")
        with pytest.raises(RunError, match="没有动它"):
            begin(open_system(), small_set, ON, house / "r")
        assert (house / "r" / "results.jsonl").read_text(encoding="utf-8") == "kept"

    def test_interrupted_by_hand_it_says_how_to_go_on(self, house, small_set, monkeypatch):
        asked = running.ask

        def tired(system, question, setting):
            if question.id == "wrong":
                raise KeyboardInterrupt
            return asked(system, question, setting)

        monkeypatch.setattr(running, "ask", tired)
        stopped = call("run", small_set, "--out", "r")
        assert stopped.exit_code == 130
        assert "2 题的结果已保存" in stopped.stderr
        assert f"python -m eval run {small_set} --out r" in stopped.stderr
        monkeypatch.setattr(running, "ask", asked)
        again = call("run", small_set, "--out", "r")
        assert again.exit_code == 0
        assert "已经答了 2 题" in again.stderr


class TestReport:
    @pytest.fixture
    def page(self, house, small_set):
        result = call("run", small_set, "--out", "r", "--on", "2026-11-21")
        assert result.exit_code == 0, result.output
        return (house / "r" / "report.html").read_text(encoding="utf-8")

    def test_each_failure_stands_beside_what_was_expected(self, page):
        assert "排污许可证有效期几年" in page
        assert "该婉拒的，答了" in page
        assert "应当：婉拒" in page
        assert "实际：直接回答" in page
        assert "没有排污许可证就排污" not in page  # a right answer is no failure

    def test_it_holds_no_outside_address_and_no_script(self, page):
        addresses = set(re.findall(r"""(?:https?:)?//[^\s"'<>]+""", page))
        assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}  # names of SVG, never fetched
        assert "<script" not in page
        assert "@import" not in page

    def test_each_chart_has_its_table(self, page):
        figures = page.split("<figure>")[1:]
        assert len(figures) == 3
        for figure in figures:
            assert "<svg role" in figure
            assert "<table>" in figure.split("</figure>")[0]

    def test_the_time_is_told_by_the_clock_of_the_site(self, page, monkeypatch):
        assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d（UTC[+-]\d{4}） 运行完", page)
        monkeypatch.setenv("TZ", "Asia/Shanghai")
        time.tzset()
        try:
            assert html.moment("2026-11-30T06:18:00+00:00") == "2026-11-30 14:18（UTC+0800）"
        finally:
            monkeypatch.undo()
            time.tzset()

    def test_what_people_wrote_is_text(self, page):
        assert "&lt;b&gt;你好" in page
        assert "<b>你好" not in page


def test_a_gate_stops_a_run_that_is_not_good_enough(house, small_set):
    call("run", small_set, "--out", "r")
    (house / "limits.yaml").write_text("answered_should_refuse: {at most: 0}", encoding="utf-8")
    stopped = call("gate", "r", "--limits", "limits.yaml")
    assert stopped.exit_code == 1
    assert "该婉拒的，答了 answered_should_refuse：1，要求至多 0" in stopped.output
    (house / "limits.yaml").write_text("answered_should_refuse: {at most: 1}", encoding="utf-8")
    assert call("gate", "r", "--limits", "limits.yaml").exit_code == 0
    assert call("gate", "nowhere").exit_code == 2


def test_a_gate_against_an_earlier_run(house, small_set):
    rows = [json.loads(small_set.read_text(encoding="utf-8").split("\n")[0]) | {"id": f"q{at}"} for at in range(8)]
    small_set.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    (house / "limits.yaml").write_text("failed: {at most: 8}", encoding="utf-8")
    call("run", small_set, "--out", "a")
    call("run", small_set, "--out", "b")
    assert call("gate", "b", "--against", "a", "--limits", "limits.yaml").exit_code == 0
    run = opened(house / "b")
    worse = {key: replace(each, outcome="escalate") for key, each in run.results.items()}
    (house / "b" / "results.jsonl").write_text("".join(r.to_json() + "\n" for r in worse.values()), encoding="utf-8")
    stopped = call("gate", "b", "--against", "a", "--limits", "limits.yaml")
    assert stopped.exit_code == 1
    assert "答对 right：从 1.000 到 0.000" in stopped.output
    assert call("gate", "a", "--against", "b", "--limits", "limits.yaml").exit_code == 0  # better is no loss


def test_comparison_names_the_questions_that_turned(house, small_set):
    call("run", small_set, "--out", "a")
    small_set.write_text(small_set.read_text(encoding="utf-8").replace('"refuse"', '"answered"'), encoding="utf-8")
    call("run", small_set, "--out", "b")
    run = opened(house / "b")
    other = {key: replace(each, outcome="refuse") if key == "fine" else each for key, each in run.results.items()}
    (house / "b" / "results.jsonl").write_text("".join(r.to_json() + "\n" for r in other.values()), encoding="utf-8")
    shown = call("compare", "a", "b", "--out", "c.html")
    assert shown.exit_code == 0, shown.output
    assert "只比较完全相同的 2 题" in shown.stderr
    assert "变差 1 题" in shown.stdout
    page = (house / "c.html").read_text(encoding="utf-8")
    assert "先前：直接回答" in page
    assert "后来：婉拒" in page


def test_runs_without_a_common_question_are_not_compared(house, small_set):
    call("run", small_set, "--out", "a")
    text = small_set.read_text(encoding="utf-8")
    for old in ("fine", "spill", "wrong"):
        text = text.replace(f'"id": "{old}"', f'"id": "{old}-2"')
    small_set.write_text(text, encoding="utf-8")
    call("run", small_set, "--out", "b")
    stopped = call("compare", "a", "b")
    assert stopped.exit_code == 2
    assert "没有相同的题" in stopped.stderr


def test_without_an_index_the_run_says_what_to_do(tmp_path, monkeypatch, small_set):
    monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(tmp_path / "empty"))
    result = call("run", small_set)
    assert result.exit_code == 2
    assert "indexer build" in result.output


def test_a_broken_set_is_said_before_anything_else(tmp_path, monkeypatch):
    monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(tmp_path / "empty"))
    (tmp_path / "broken.jsonl").write_text("{", encoding="utf-8")
    for command in ("run", "validate", "swap"):
        result = call(command, tmp_path / "broken.jsonl")
        assert result.exit_code == 2
        assert "第 1 行" in result.stderr


def test_validate_tells_gold_that_is_not_there(house, small_set):
    assert "3 题（其中多轮 1 题），格式正确" in call("validate", small_set).output
    text = small_set.read_text(encoding="utf-8").replace("第一千一百零二条", "第一千九百条")
    small_set.write_text(text, encoding="utf-8")
    result = call("validate", small_set)
    assert result.exit_code == 2
    assert "第 1 行（fine）：《生态环境法典》没有第一千九百条。请改正条号。" in result.stderr


def test_of_a_held_out_set_there_are_figures_and_no_rows(house, small_set):
    """Neither in the report nor in a comparison nor on the terminal; of any other set there are."""
    closed = small_set.rename(small_set.with_name("small_heldout.jsonl"))
    open_ = closed.with_name("small.jsonl")
    open_.write_bytes(closed.read_bytes())
    for path, rows in ((closed, False), (open_, True)):
        for name in ("a", "b"):
            assert call("run", path, "--out", f"{name}{rows}").exit_code == 0
        turn = house / f"b{rows}" / "results.jsonl"
        turn.write_text(
            turn.read_text(encoding="utf-8").replace('"outcome": "emergency"', '"outcome": "refuse"'), encoding="utf-8"
        )
        shown = call("compare", f"a{rows}", f"b{rows}", "--out", f"{rows}.html").output
        assert "变差 1 题" in shown
        report = (house / f"a{rows}" / "report.html").read_text(encoding="utf-8")
        assert "答对" in report
        for page in (shown, report, (house / f"{rows}.html").read_text(encoding="utf-8")):
            asked = "酸罐正在漏" if page is not report else "排污许可证有效期几年"
            assert (asked in page) is rows
        assert ("这是留出题集" in report) is not rows
