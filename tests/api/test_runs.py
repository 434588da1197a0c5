"""Evaluation as a child process: started, followed, read."""

import json
import re
import sys

import pytest

from api.jobs import repository
from api.people.tables import Role
from api.runs import evaluation
from api.runs.evaluation import QuestionSet
from eval.checks import OUTCOMES

# Stands for `python -m eval run SET --out FOLDER`.
PROGRAM = """
import json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
for n in range(3):
    with (folder / "results.jsonl").open("a") as out:
        out.write("{}\\n")
if "fail" in sys.argv:
    sys.exit("the index is gone")
(folder / "summary.json").write_text(json.dumps({"figures": {"right": {"mean": 0.875}}, "harms": {}}))
(folder / "report.html").write_text("<body><h1>report</h1></body>")
"""


@pytest.fixture
def sets(tmp_path, monkeypatch):
    path = tmp_path / "small.jsonl"
    path.write_text("{}\n{}\n{}\n")
    monkeypatch.setattr(evaluation, "question_sets", lambda own: [QuestionSet("small", path, 3)])
    monkeypatch.setattr(evaluation, "LOOK_SECONDS", 0.05)
    return path


@pytest.fixture
def evaluator(sign_in):
    return sign_in(Role.EVALUATOR)


def run(app, client, monkeypatch, *more):
    monkeypatch.setattr(evaluation, "_command", lambda chosen, folder: [sys.executable, "-c", PROGRAM, str(folder), *more])
    assert client.post("/console/runs", data={"set": "small"}).status_code == 303
    assert client.get("/console/runs/state").json()["job"]["state"] == "waiting"
    app.state.house.worker.run_one()
    return next(app.state.house.settings.runs.iterdir()).name


class TestRuns:
    def test_anonymous(self, client):
        assert client.get("/console/runs").status_code == 303

    def test_run_and_report(self, app, evaluator, sets, monkeypatch):
        id = run(app, evaluator, monkeypatch)
        page = evaluator.get("/console/runs").text
        assert "答对 87.5%" in page
        assert "把关：有 2 项不合格" in page  # it holds neither of the figures that eval/gate.yaml asks for
        assert "常见问题自动答复 auto-resolved" in page
        report = evaluator.get(f"/console/runs/{id}/report")
        assert report.text == '<body><p><a href="/console/runs">‹ 评测</a></p><h1>report</h1></body>'
        assert "sandbox" in report.headers["content-security-policy"]
        assert "script" not in report.headers["content-security-policy"]
        assert json.loads(evaluator.get(f"/console/runs/{id}/files/summary.json").text)["figures"]
        assert "逐题结果" in page
        assert evaluator.get(f"/console/runs/{id}/files/results.jsonl").status_code == 200

    def test_the_same_run_twice_is_no_comparison_and_the_page_stays(self, app, evaluator, sets, monkeypatch, database):
        for second in (7, 8):
            run(app, evaluator, monkeypatch)
            with database.write() as session:
                newest = repository.listed(session, "eval")[0]
                newest.created_at = newest.created_at.replace(second=second)
        page = evaluator.get("/console/runs").text
        assert len(set(re.findall(r">(small，[^<]+)</option>", page))) == 2  # two of one minute are told apart
        with database.read() as session:
            id = repository.listed(session, "eval")[0].id
        refused = evaluator.get(f"/console/runs/compare?a={id}&b={id}")
        assert refused.status_code == 422
        assert "两边选的是同一次运行" in refused.text
        assert refused.text.count(f'<option value="{id}" selected>') == 2

    def test_runs_that_wait_do_not_show_how_far_another_is(self, app, evaluator, sets, monkeypatch):
        run(app, evaluator, monkeypatch)
        evaluator.post("/console/runs", data={"set": "small"})
        evaluator.post("/console/runs", data={"set": "small"})
        followed = re.findall(r'data-work="(/console/runs/state[^"]*)"', evaluator.get("/console/runs").text)
        jobs = [evaluator.get(path).json()["job"] for path in followed]
        assert len({job["id"] for job in jobs}) == 2
        assert {job["state"] for job in jobs} == {"waiting"}

    def test_a_broken_run_says_why(self, app, evaluator, sets, monkeypatch):
        id = run(app, evaluator, monkeypatch, "fail")
        assert "the index is gone" in evaluator.get("/console/runs").text
        assert evaluator.get(f"/console/runs/{id}/report").status_code == 404
        assert "the index is gone" in evaluator.get(f"/console/runs/{id}/files/log.txt").text

    def test_unknown_set(self, evaluator, sets):
        assert evaluator.post("/console/runs", data={"set": "../../etc"}).status_code == 422

    def test_only_files_of_runs(self, app, evaluator, sets, monkeypatch):
        id = run(app, evaluator, monkeypatch)
        for path in (
            f"{id}/files/secret.txt",
            f"{id}/files/..%2F..%2Fenv-doctor.db",
            "made-up-1/report",
            "..%2F..%2Fx/report",
        ):
            assert evaluator.get(f"/console/runs/{path}").status_code == 404

    def test_a_run_that_broke_off_goes_on_in_its_folder(self, app, evaluator, sets, monkeypatch):
        id = run(app, evaluator, monkeypatch, "fail")
        assert "接着运行" in evaluator.get("/console/runs").text
        monkeypatch.setattr(evaluation, "_command", lambda chosen, folder: [sys.executable, "-c", PROGRAM, str(folder)])
        assert evaluator.post(f"/console/runs/{id}/again").status_code == 303
        app.state.house.worker.run_one()
        assert [path.name for path in app.state.house.settings.runs.iterdir()] == [id]
        job = evaluator.get("/console/runs").text
        assert "答对 87.5%" in job
        assert evaluator.get(f"/console/runs/{id}/report").status_code == 200
        with app.state.house.database.read() as session:
            done = repository.listed(session, "eval")
        assert {each.args["folder"] for each in done} == {id}

    def test_only_a_broken_run_goes_on(self, app, evaluator, sets, monkeypatch):
        id = run(app, evaluator, monkeypatch)
        assert evaluator.post(f"/console/runs/{id}/again").status_code == 422


class TestHeldOut:
    """A set that states a figure is run, and not looked at."""

    @pytest.fixture
    def sets(self, tmp_path, monkeypatch):
        path = tmp_path / "small_heldout.jsonl"
        path.write_text("{}\n")
        monkeypatch.setattr(evaluation, "question_sets", lambda own: [QuestionSet("small_heldout", path, 1)])
        monkeypatch.setattr(evaluation, "LOOK_SECONDS", 0.05)

    def test_its_figures_are_shown_and_its_rows_are_not(self, app, evaluator, sets, monkeypatch):
        monkeypatch.setattr(evaluation, "_command", lambda chosen, folder: [sys.executable, "-c", PROGRAM, str(folder)])
        assert evaluator.post("/console/runs", data={"set": "small_heldout"}).status_code == 303
        app.state.house.worker.run_one()
        page = evaluator.get("/console/runs").text
        assert "small_heldout（1 题，留出）" in page
        assert "只看指标，不列出单题" in page
        assert "答对 87.5%" in page
        assert "results.jsonl" not in page
        id = next(app.state.house.settings.runs.iterdir()).name
        assert evaluator.get(f"/console/runs/{id}/files/results.jsonl").status_code == 403
        assert evaluator.get(f"/console/runs/{id}/files/summary.json").status_code == 200


QUESTION = {"id": "a", "question": "没有排污许可证罚多少", "outcome": "answered"}


class TestOwnSets:
    """With the real program: what it says is what the evaluator reads."""

    def bring(self, client, text, name="mine.jsonl"):
        return client.post("/console/runs/sets", files={"file": (name, text.encode())})

    def test_a_sound_set_is_kept_and_offered(self, app, evaluator):
        after = self.bring(evaluator, json.dumps(QUESTION))
        assert after.status_code == 303
        shown = evaluator.get(after.headers["location"]).text
        assert "题集 mine 已收下，1 题" in shown
        assert '<option value="mine" selected>mine（1 题）' in shown
        assert "已收下" not in evaluator.get("/console/runs?brought=made-up").text
        assert evaluator.post("/console/runs", data={"set": "mine"}).status_code == 303

    def test_a_broken_set_is_said_line_by_line_and_not_kept(self, app, evaluator):
        refused = self.bring(evaluator, json.dumps(QUESTION | {"outcome": "maybe"}) + "\n{")
        assert refused.status_code == 422
        assert "<p>第 1 行：outcome 不认识 maybe" in refused.text
        assert "<p>第 2 行：" in refused.text
        assert list(app.state.house.settings.sets.iterdir()) == []

    def test_the_page_explains_the_format_and_its_template_is_sound(self, app, evaluator):
        page = evaluator.get("/console/runs").text
        [address] = re.findall(r'href="(/static/[^"]+)" download', page)
        assert self.bring(evaluator, evaluator.get(address).text, "copy.jsonl").status_code == 303
        assert evaluation.OUTCOMES == OUTCOMES
        assert all(f"<code>{name}</code> {words}" in page for name, words in OUTCOMES.items())

    @pytest.mark.parametrize("name", ["../../x.jsonl", "a b.jsonl", "x" * 70 + ".jsonl", "coverage_dev.jsonl"])
    def test_names_that_are_refused_or_made_harmless(self, app, evaluator, name):
        kept = self.bring(evaluator, json.dumps(QUESTION), name)
        folder = app.state.house.settings.sets
        assert kept.status_code == 422 or [path.name for path in folder.iterdir()] == ["x.jsonl"]


def test_sets_are_found_beside_the_program(tmp_path):
    assert all(found.questions for found in evaluation.question_sets(tmp_path))
