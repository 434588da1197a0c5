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

    Set near what `python -m eval weigh` fits to questions whose articles have lay questions, to the same ones as if nobody had asked
    about the article, and as if nobody had about its whole document, as of what is added in use (see docs/evaluation.md).
    The words of law, digests and questions bring candidates; beside how much of the question an article holds (`covered`)
    their scores add little, and a little is kept for other encoders and for questions asked word for word.
    """

    standard: Mapping[str, float] = field(
        default_factory=lambda: {"near": 1.5, "best": 0.7, "covered": 0.6, "kin": 0.3, "law": 0.2, "asked": 0.1}
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


def drawn(legs: Mapping[str, Floats], documents: NDArray[np.int32]) -> dict[str, Floats]:
    """What follows from `near` and `near_asked`, so that a match on a lay question buries no better match on a text.

    :param documents: the document of each candidate
    :returns: `best`, the nearer of both; `kin`, the best of any candidate of the same document
    """
    best = np.maximum(legs["near"], legs["near_asked"])
    _, own = np.unique(documents, return_inverse=True)
    highest = np.full(int(own.max(initial=-1)) + 1, -np.inf, dtype=np.float32)
    np.maximum.at(highest, own, best)
    return {"best": best, "kin": highest[own]}


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
