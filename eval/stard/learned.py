"""A ranker whose weights are learned on the other folds, from what the legs said of their test questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.stard.systems import DEPTH, Candidates
from indexer.fusion import Floats
from indexer.training.ranker import Case, fit, stacked

LEGS = ("law", "near", "guided", "best", "covered", "kin", "law_asked", "law_votes")


@dataclass(frozen=True, slots=True)
class Told:
    """What the legs say of the test questions of a fold: question i has the rows `starts[i]:starts[i + 1]`."""

    questions: NDArray[np.str_]
    starts: NDArray[np.int64]
    positions: NDArray[np.int64]
    legs: Floats  # of shape (rows, legs), standardised question by question

    def of(self, at: int) -> tuple[NDArray[np.int64], Floats]:
        """:returns: the candidates of question `at`, and their legs"""
        rows = slice(int(self.starts[at]), int(self.starts[at + 1]))
        return self.positions[rows], self.legs[rows]


def keep(path: Path, found: Mapping[str, Candidates]) -> None:
    """:param found: id of a question -> what a search would choose from"""
    rows = [stacked(each.legs, LEGS) for each in found.values()]
    np.savez_compressed(
        path,
        questions=np.array(list(found)),
        starts=np.cumsum([0, *(len(row) for row in rows)]),
        positions=np.concatenate([each.positions for each in found.values()]),
        legs=np.concatenate(rows),
    )


def kept(path: Path) -> Told:
    """:raises OSError: if there is none"""
    with np.load(path, allow_pickle=False) as arrays:
        return Told(*(arrays[name] for name in ("questions", "starts", "positions", "legs")))


def learned(folds: Sequence[Told], gold: Mapping[str, NDArray[np.int64]]) -> dict[str, list[int]]:
    """:param gold: id of a question -> positions of the articles that answer it
    :returns: id of a question -> positions, best first, by weights that were learned on the other folds
    """
    out: dict[str, list[int]] = {}
    for own in folds:
        weights = fit([case for fold in folds if fold is not own for case in _cases(fold, gold)])
        for at, question in enumerate(own.questions.tolist()):
            positions, legs = own.of(at)
            out[question] = positions[np.argsort(-(legs @ weights), kind="stable")[:DEPTH]].tolist()
    return out


def _cases(told: Told, gold: Mapping[str, NDArray[np.int64]]) -> list[Case]:
    rows = [(question, *told.of(at)) for at, question in enumerate(told.questions.tolist())]
    return [Case(legs, np.isin(positions, gold[question])) for question, positions, legs in rows]
