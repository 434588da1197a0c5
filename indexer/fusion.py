"""What the legs say, put on one scale and added up.

Each leg is standardised over the candidates of all legs, so that a weight means the same in every question; rank fusion
lost to this on lay questions (nDCG -0.02), because the weaker leg counted as much as the better one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class Ranker(Protocol):
    """Scores the candidates of one question; a learned one takes the place of the weights."""

    def score(self, legs: Mapping[str, Floats]) -> Floats:
        """:param legs: raw scores by name, each of shape (candidates,)
        :returns: float32 array of shape (candidates,), higher is better
        """


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each standardised leg, and what is added as it is.

    Chosen on questions of the starter library that index and encoder had not seen, as a balance of two cases (right
    article or its entry among the first five; left: its article has other questions, right: neither question nor digest):
    text alone .78 / .49; text 1, questions .3, vectors .3 and .3 .83 / .40; these .86 / .56. A small neural ranker on 24
    features, cross-fitted by article, lay on the same curve (.85 / .54), so there is none.
    """

    standard: Mapping[str, float] = field(
        default_factory=lambda: {"law": 0.3, "text": 0.6, "asked": 0.1, "near": 1.2, "near_asked": 0.25}
    )
    added: Mapping[str, float] = field(default_factory=lambda: {"titled": 1.0, "prior": 1.0})

    def score(self, legs: Mapping[str, Floats]) -> Floats:
        count = len(next(iter(legs.values()), ()))
        total = np.zeros(count, dtype=np.float32)
        for name, weight in self.standard.items():
            total += weight * standardised(legs[name])
        for name, weight in self.added.items():
            total += weight * legs[name]
        return total


def standardised(scores: Floats) -> Floats:
    """(s - mean) / standard deviation; zeros where all are alike."""
    spread = float(scores.std()) if len(scores) else 0.0
    if spread < 1e-9:
        return np.zeros_like(scores)
    out: Floats = ((scores - scores.mean()) / spread).astype(np.float32)
    return out


def best(scores: Floats, wanted: int) -> NDArray[np.int64]:
    """:returns: the positions of the `wanted` highest scores above 0, in no order; of equal ones the first"""
    positive = np.flatnonzero(scores > 0)
    if len(positive) <= wanted:
        return positive
    found = scores[positive]
    least = np.partition(found, len(found) - wanted)[len(found) - wanted]
    above, level = positive[found > least], positive[found == least]
    return np.concatenate([above, level[: wanted - len(above)]])
