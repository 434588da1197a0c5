"""Weights of the legs, from questions whose articles are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import logsumexp  # type: ignore[import-untyped]

from indexer.fusion import Floats, standardised

Weighing = NDArray[np.float64]  # one weight a leg


@dataclass(frozen=True, slots=True)
class Case:
    """A question: what each leg says of its candidates, standardised, of shape (candidates, legs); which of them answer it."""

    legs: Floats
    right: NDArray[np.bool_]
    share: float = 1.0  # how much it counts


def stacked(legs: Mapping[str, Floats], names: Sequence[str]) -> Floats:
    """:returns: the named legs of a question, standardised, side by side as `Case` has them"""
    return np.stack([standardised(legs[name]) for name in names], axis=1)


def fit(cases: Sequence[Case], ridge: float = 0.02) -> Weighing:
    """The weights under which the softmax over the candidates of a question gives most to the right ones (ListNet's loss with
    one truth, Cao et al. 2007). None is below 0: a leg that says nothing here must not turn against what it is for elsewhere.

    :param cases: those without a right candidate teach nothing and are left out
    :raises ValueError: if none is left
    """
    taught = [case for case in cases if case.right.any()]
    if not taught:
        raise ValueError("no question has a right candidate")
    total = sum(case.share for case in taught)

    def loss(weights: Weighing) -> tuple[float, Weighing]:
        value, slope = ridge * float(weights @ weights), 2 * ridge * weights
        for case in taught:
            scores = case.legs @ weights
            every, right = logsumexp(scores), logsumexp(scores[case.right])
            value += case.share / total * float(every - right)
            slope += case.share / total * (np.exp(scores - every) @ case.legs)
            slope -= case.share / total * (np.exp(scores[case.right] - right) @ case.legs[case.right])
        return value, slope

    legs = taught[0].legs.shape[1]
    found = minimize(loss, np.full(legs, 0.3), jac=True, method="L-BFGS-B", bounds=[(0, None)] * legs)
    weights: Weighing = found.x
    return weights
