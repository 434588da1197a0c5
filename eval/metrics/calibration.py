"""Does a confidence of 0.9 mean nine right answers in ten? And how much can be answered at which precision?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """One threshold: answering everything at or above it resolves `share` of the questions, `precision` of them rightly."""

    threshold: float
    share: float
    precision: float


def curve(confidence: Sequence[float], right: Sequence[bool], of: int) -> list[Point]:
    """Auto-resolve rate against precision, from the strictest threshold on.

    :param of: how many questions there were, answered or not.
    """
    pairs = sorted(zip(confidence, right, strict=True), reverse=True)
    points: list[Point] = []
    good = 0
    for count, (value, ok) in enumerate(pairs, 1):
        good += ok
        if count == len(pairs) or pairs[count][0] != value:
            points.append(Point(value, count / of, good / count))
    return points


def error(
    confidence: Sequence[float], right: Sequence[bool], bins: int = 10
) -> tuple[float, list[tuple[float, float, int]]]:
    """Expected calibration error: sum over bins of |mean confidence - share right| * n / N.

    :returns: the error and, for each bin that holds answers, (mean confidence, share right, n).
    """
    rows: list[tuple[float, float, int]] = []
    total = 0.0
    for low in range(bins):
        inside = [(c, ok) for c, ok in zip(confidence, right, strict=True) if min(int(c * bins), bins - 1) == low]
        if inside:
            mean = sum(c for c, _ in inside) / len(inside)
            share = sum(ok for _, ok in inside) / len(inside)
            rows.append((mean, share, len(inside)))
            total += abs(mean - share) * len(inside)
    return (total / len(right) if right else 0.0), rows
