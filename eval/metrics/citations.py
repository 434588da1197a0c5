"""Citation precision and recall of an answer: how many of its citations are right, and whether a right one is there."""

from __future__ import annotations

from eval.questions import Question
from eval.results import Result


def precision(question: Question, result: Result) -> float | None:
    """|cited and gold| / |cited| over articles; None where nothing was cited or nothing is known to be right."""
    cited = {(c.title, c.article) for c in result.citations}
    if not cited or not question.gold:
        return None
    return sum(any(t == g.title and a == (g.article or a) for g in question.gold) for t, a in cited) / len(cited)


def recall(question: Question, result: Result) -> float | None:
    """1 where any gold article is cited, else 0, as any one suffices; None for a question without gold."""
    if not question.gold or result.outcome != "answered":
        return None
    value = precision(question, result)
    return float(bool(value))
