"""Intervals and significance without assumptions: the bootstrap over questions, paired where two runs are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

DRAWS = 2000
SEED = 20260815


def interval(values: Sequence[float], groups: Sequence[str] | None = None) -> tuple[float, float, float]:
    """:returns: mean and its 95 % percentile interval over 2,000 draws.

    Paraphrases of one need are not independent: with `groups` whole groups are drawn.
    """
    if not values:
        return float("nan"), float("nan"), float("nan")
    names = list(groups) if groups is not None else [str(i) for i in range(len(values))]
    order = {name: i for i, name in enumerate(dict.fromkeys(names))}
    sums, counts = np.zeros(len(order)), np.zeros(len(order))
    for name, value in zip(names, values, strict=True):
        sums[order[name]] += value
        counts[order[name]] += 1
    picks = np.random.default_rng(SEED).integers(0, len(order), (DRAWS, len(order)))
    means = sums[picks].sum(axis=1) / counts[picks].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(sums.sum() / counts.sum()), float(low), float(high)


def difference(a: Mapping[str, float], b: Mapping[str, float], groups: Mapping[str, str]) -> tuple[float, float, float]:
    """:returns: mean of b - a over the questions in both, with its paired 95 % interval; it excludes 0 when proven."""
    both = [key for key in a if key in b]
    return interval([b[key] - a[key] for key in both], [groups.get(key, key) for key in both])
