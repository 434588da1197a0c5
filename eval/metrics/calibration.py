"""Does a confidence of 0.9 mean nine right answers in ten? And how much can be answered at which precision?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.statistics import weights, wilson


@dataclass(frozen=True, slots=True)
class Shot:
    """One question as the threshold sees it. `confidence`: of the answer, None where none was given.

    `in_scope`: the library should answer it. A wrong answer to another question counts against precision all the same.
    """

    confidence: float | None
    right: bool
    in_scope: bool
    group: str


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold: what is answered at or above it resolves `share` of the in-scope questions and is right with `precision`.

    The intervals (95 %) are bootstraps over whole groups.
    """

    threshold: float
    share: float
    share_low: float
    share_high: float
    precision: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """`at_goal`: the largest share at a precision of at least the goal, with the interval of this choice itself."""

    points: tuple[Point, ...]
    at_goal: float
    at_goal_low: float
    at_goal_high: float


def curve(shots: Sequence[Shot], goal: float) -> Curve:
    """Auto-resolve rate against precision, from the strictest threshold on."""
    given = sorted((shot for shot in shots if shot.confidence is not None), key=lambda shot: -(shot.confidence or 0.0))
    if not given:
        return Curve((), 0.0, 0.0, 0.0)
    ordered = [*given, *(shot for shot in shots if shot.confidence is None)]
    flat = np.ones((1, len(ordered)))
    confidence = [shot.confidence for shot in given]
    ends = [at for at in range(len(given)) if at + 1 == len(given) or confidence[at + 1] != confidence[at]]
    share, precision = _rates(ordered, flat, ends)
    shares, precisions = _rates(ordered, weights([shot.group for shot in ordered]), ends)
    low, high = np.nanpercentile(precisions, [2.5, 97.5], axis=0)
    share_low, share_high = np.nanpercentile(shares, [2.5, 97.5], axis=0)
    points = tuple(
        Point(float(confidence[end] or 0.0), *map(float, row))
        for end, row in zip(ends, np.stack([share[0], share_low, share_high, precision[0], low, high], axis=1), strict=True)
    )
    best = [float(np.max(np.where(p >= goal, s, 0.0))) for s, p in zip(shares, precisions, strict=True)]
    at_low, at_high = np.percentile(best, [2.5, 97.5])
    at_goal = max((point.share for point in points if point.precision >= goal), default=0.0)
    return Curve(points, at_goal, float(at_low), float(at_high))


def _rates(
    ordered: Sequence[Shot], drawn: NDArray[np.float64], ends: Sequence[int]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """:param drawn: shape (draws, questions)
    :returns: share and precision, shape (draws, ends); a draw without an answer yet has precision 1
    """
    scope = np.array([shot.in_scope for shot in ordered], dtype=float)
    right = np.array([shot.right for shot in ordered], dtype=float)
    asked = np.maximum((drawn * scope).sum(axis=1, keepdims=True), 1.0)
    resolved = np.cumsum(drawn * scope, axis=1)[:, ends] / asked
    answers = np.cumsum(drawn, axis=1)[:, ends]
    good = np.cumsum(drawn * right, axis=1)[:, ends]
    return resolved, np.where(answers > 0, good / np.maximum(answers, 1.0), 1.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of about the same confidence; `low` and `high` bound `share` (Wilson, 95 %)."""

    confidence: float
    share: float
    low: float
    high: float
    n: int


def error(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> tuple[float, list[Bin]]:
    """Expected calibration error: sum over bins of |mean confidence - share right| * n / N.

    :returns: the error and each bin that holds answers.
    """
    rows: list[Bin] = []
    total = 0.0
    for low in range(bins):
        inside = [(c, ok) for c, ok in zip(confidence, right, strict=True) if min(int(c * bins), bins - 1) == low]
        if inside:
            good = sum(ok for _, ok in inside)
            mean = sum(c for c, _ in inside) / len(inside)
            rows.append(Bin(mean, good / len(inside), *wilson(good, len(inside)), len(inside)))
            total += abs(mean - good / len(inside)) * len(inside)
    return (total / len(right) if right else 0.0), rows
