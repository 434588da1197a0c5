"""Figures of several runs as one."""

from dataclasses import replace
from pathlib import Path

import pytest

from eval.pooled import common, pooled, shares
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


def test_of_common_questions_how_many_are_answered_and_how_well():
    both = run("a", (0.9, "处 20 万元。"), (0.8, INCOMPLETE), (0.0, ""), (0.7, INCOMPLETE))
    seen = [replace(q, common=q.id != "3") for q in both.questions]  # the last is a rare one
    rates = {name: mean for name, (mean, _, _) in common(seen, both.results).items()}
    assert rates == {"answered": pytest.approx(2 / 3), "article": 1.0, "letter": 0.5}


def test_a_set_twice_is_refused():
    with pytest.raises(RunError, match="有两次运行"):
        pooled([run("a", (0.9, "")), run("a", (0.9, ""))])
