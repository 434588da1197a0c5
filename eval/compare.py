"""Two stored runs of the same set side by side: which figures moved, and whether that is proven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.questions import Question
from eval.results import Result
from eval.statistics import difference
from eval.summary import figures


@dataclass(frozen=True, slots=True)
class Change:
    """`b - a` over the questions that both runs hold, with its paired bootstrap interval."""

    figure: str
    a: float
    b: float
    low: float
    high: float
    n: int

    @property
    def proven(self) -> bool:
        return self.low > 0 or self.high < 0


def compare(questions: Sequence[Question], a: Mapping[str, Result], b: Mapping[str, Result]) -> list[Change]:
    groups = {q.id: q.group for q in questions}
    before, after = figures(questions, a), figures(questions, b)
    changes = []
    for name in before:
        both = [key for key in before[name] if key in after.get(name, {})]
        if both:
            _, low, high = difference(before[name], after[name], groups)
            mean_a, mean_b = (sum(t[name][key] for key in both) / len(both) for t in (before, after))
            changes.append(Change(name, mean_a, mean_b, low, high, len(both)))
    return changes
