"""Evaluation as a child process: started, followed, read."""

import json
import sys

import pytest

from api.people.tables import Role
from api.runs import evaluation
from api.runs.evaluation import QuestionSet

# Stands for `python -m eval run SET --out FOLDER`.
PROGRAM = """
import json, pathlib, sys
folder = pathlib.Path(sys.argv[1])
for n in range(3):
    with (folder / "results.jsonl").open("a") as out:
        out.write("{}\\n")
if "fail" in sys.argv:
    sys.exit("the index is gone")
(folder / "summary.json").write_text(json.dumps({"figures": {"right": {"mean": 0.875}}}))
(folder / "report.html").write_text("<h1>report</h1>")
"""


@pytest.fixture
def sets(tmp_path, monkeypatch):
    path = tmp_path / "small.jsonl"
    path.write_text("{}\n{}\n{}\n")
    monkeypatch.setattr(evaluation, "question_sets", lambda: [QuestionSet("small", path, 3)])
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
        assert "答对 87.5%" in evaluator.get("/console/runs").text
        report = evaluator.get(f"/console/runs/{id}/report")
        assert report.text == "<h1>report</h1>"
        assert "sandbox" in report.headers["content-security-policy"]
        assert "script" not in report.headers["content-security-policy"]
        assert json.loads(evaluator.get(f"/console/runs/{id}/files/summary.json").text)["figures"]

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


def test_sets_are_found_beside_the_program():
    assert all(found.questions for found in evaluation.question_sets())
