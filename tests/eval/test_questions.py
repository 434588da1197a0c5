"""Question sets: what ships is valid, and what is broken is named with its line."""

import json

import pytest

from eval.compare import compare
from eval.questions import SETS, SetError, find, load
from eval.results import read
from tests.eval.support import question, result

GOOD = {"id": "a", "question": "罚多少", "outcome": "answered"}


@pytest.mark.parametrize("path", sorted(SETS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_every_set_that_ships_is_valid(path):
    assert load(path)


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (["{"], "line 1: no JSON"),
        ([json.dumps(GOOD), json.dumps(GOOD)], "line 2: id a stands twice"),
        ([json.dumps(GOOD | {"outcome": "perhaps"})], "none of"),
        ([json.dumps(GOOD | {"on": "2026-13-01"})], "is no date"),
        ([json.dumps(GOOD | {"question": ""})], "question is missing"),
        ([json.dumps(GOOD | {"gold": ["第一条"]})], "a title and an article"),
        ([json.dumps(GOOD | {"history": [{"role": "user"}]})], "a role and a content"),
        ([json.dumps(GOOD | {"wrong": 1})], "unknown fields"),
        (["[]"], "one object"),
        ([""], "holds no question"),
    ],
)
def test_faults_are_named(tmp_path, lines, fault):
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(SetError, match=fault):
        load(path)


def test_all_faults_come_at_once(tmp_path):
    path = tmp_path / "set.jsonl"
    path.write_text("{\n[]\n", encoding="utf-8")
    with pytest.raises(SetError) as caught:
        load(path)
    assert len(caught.value.faults) == 2


def test_an_unknown_set_names_the_known_ones():
    with pytest.raises(FileNotFoundError, match="coverage_dev"):
        find("nothing")


def test_a_stored_result_reads_back(tmp_path):
    path = tmp_path / "results.jsonl"
    path.write_text(result().to_json() + "\n", encoding="utf-8")
    assert read(path) == {"q": result()}


def test_comparison_proves_a_steady_gain():
    questions = [question(id=str(i)) for i in range(12)]
    bad = {q.id: result(id=q.id, outcome="escalate", citations=(), hits=()) for q in questions}
    good = {q.id: result(id=q.id) for q in questions}
    changes = {change.figure: change for change in compare(questions, bad, good)}
    assert (changes["right"].a, changes["right"].b, changes["right"].proven) == (0.0, 1.0, True)
    assert not {c.figure: c for c in compare(questions, good, good)}["right"].proven
