"""Figures of several runs as one."""

from pathlib import Path

import pytest

from eval.pooled import pooled, shares
from eval.results import RunError
from eval.run import Run

from .support import question, result

INCOMPLETE = "处罚款。"


def run(name, *rows):
    """:param rows: (confidence, answer) of each question; no confidence: handed over"""
    asked = [question(id=str(at), group=str(at), key_facts=("20 万元",)) for at in range(len(rows))]
    given = {
        str(at): result(id=str(at), answer=answer, confidence=confidence, outcome="answered" if confidence else "escalate")
        for at, (confidence, answer) in enumerate(rows)
    }
    return Run(Path(name), {"set": name}, asked, given)


def test_questions_of_two_sets_stand_side_by_side():
    questions, results = pooled([run("a", (0.9, "处 20 万元。")), run("b", (0.8, INCOMPLETE))])
    assert [(q.id, q.group) for q in questions] == [("a/0", "a/0"), ("b/0", "b/0")]
    assert results["b/0"].answer == INCOMPLETE


def test_what_can_be_answered_at_a_precision():
    """By the letter right, wrong, right: precision 1, 1/2, 2/3 at a quarter, a half and three quarters of four questions. The
    article is right each time.
    """
    both = pooled([run("a", (0.9, "处 20 万元。"), (0.8, INCOMPLETE)), run("b", (0.7, "处 20 万元。"), (0.0, ""))])
    for row in shares(*both):
        assert row.letter[0] == 0.25
        assert row.article[0] == 0.75


def test_a_set_twice_is_refused():
    with pytest.raises(RunError, match="有两次运行"):
        pooled([run("a", (0.9, "")), run("a", (0.9, ""))])
