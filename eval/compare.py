"""Two stored runs side by side: which figures moved, whether that is proven, and which questions turned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from eval.metrics.harm import harms
from eval.questions import Question
from eval.results import Result, RunError
from eval.run import Run
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


@dataclass(frozen=True, slots=True)
class Turned:
    """Questions right in one run only; `other`: wrong in both, in another way."""

    better: tuple[Question, ...]
    worse: tuple[Question, ...]
    other: tuple[Question, ...]


def common(a: Run, b: Run) -> tuple[list[Question], str]:
    """:returns: the questions that stand in both sets word for word, and a sentence where the sets differ

    :raises RunError: if there is none
    """
    known = {replace(q, line=0) for q in a.questions}
    both = [q for q in b.questions if replace(q, line=0) in known and q.id in a.results and q.id in b.results]
    if not both:
        raise RunError(
            f"两次运行没有相同的题（{a.header['set']} 和 {b.header['set']}），没有可比的。请比较同一个题集的两次运行。"
        )
    if a.header["set_sha256"] == b.header["set_sha256"]:
        return both, ""
    return both, f"两次运行的题集不同（{len(a.questions)} 题和 {len(b.questions)} 题），只比较完全相同的 {len(both)} 题。"


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


def turned(questions: Sequence[Question], a: Mapping[str, Result], b: Mapping[str, Result]) -> Turned:
    better, worse, other = [], [], []
    for q in questions:
        before, after = harms(q, a[q.id]), harms(q, b[q.id])
        if before and not after:
            better.append(q)
        elif after and not before:
            worse.append(q)
        elif before != after:
            other.append(q)
    return Turned(tuple(better), tuple(worse), tuple(other))
