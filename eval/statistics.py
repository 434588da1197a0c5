"""Intervals and significance without assumptions: the bootstrap over questions, paired where two runs are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
SEED = 20260815


def weights(groups: Sequence[str]) -> NDArray[np.float64]:
    """How often each question stands in each draw. Paraphrases of one need are not independent: whole groups are drawn.

    :returns: shape (draws, questions)
    """
    order = {name: i for i, name in enumerate(dict.fromkeys(groups))}
    picks = np.random.default_rng(SEED).integers(0, len(order), (DRAWS, len(order)))
    counts = np.zeros((DRAWS, len(order)))
    np.add.at(counts, (np.arange(DRAWS)[:, None], picks), 1.0)
    return counts[:, [order[name] for name in groups]]


def interval(values: Sequence[float], groups: Sequence[str] | None = None) -> tuple[float, float, float]:
    """:returns: mean and its 95 % percentile interval over 2,000 draws, of whole groups where they are given."""
    if not values:
        return float("nan"), float("nan"), float("nan")
    drawn = weights(list(groups) if groups is not None else [str(i) for i in range(len(values))])
    means = drawn @ np.asarray(values) / drawn.sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(np.mean(values)), float(low), float(high)


def share(values: Sequence[float], groups: Sequence[str]) -> tuple[float, float, float]:
    """As `interval`, for values in 0..1. Where all are 0 or all are 1 every draw is the same and would pretend certainty:
    the bounds are then Wilson's, a group counting once.
    """
    if values and set(values) in ({0.0}, {1.0}):
        needs = len(set(groups))
        return values[0], *wilson(needs if values[0] else 0, needs)
    return interval(values, groups)


def difference(a: Mapping[str, float], b: Mapping[str, float], groups: Mapping[str, str]) -> tuple[float, float, float]:
    """:returns: mean of b - a over the questions in both, with its paired 95 % interval; it excludes 0 when proven."""
    both = [key for key in a if key in b]
    return interval([b[key] - a[key] for key in both], [groups.get(key, key) for key in both])


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927), for counts too small to draw from; (0, 1) of none."""
    if not of:
        return 0.0, 1.0
    z, share = 1.959964, right / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * (share * (1 - share) / of + z * z / (4 * of * of)) ** 0.5 / (1 + z * z / of)
    return max(0.0, centre - half), min(1.0, centre + half)
