"""Parts of an index that do less than the served ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from corpus.collection import Collection
from corpus.legal import ALWAYS, NEVER, SHUT, Window
from corpus.model import Passage
from indexer.dense import Dense
from indexer.fusion import Floats, Weights, best
from indexer.lexical import Postings
from indexer.query import Words
from indexer.tokenizer import KEY_BITS, Keys, key

_PAIRS = key("㐀㐀")  # keys of single characters lie below
_LATIN = 1 << KEY_BITS - 1  # keys of words and numbers lie above those of pairs


class NoGlossary(Words):
    def statute_terms(self, text: str) -> list[str]:
        return []


class NoRepair(Words):
    def mended(self, text: str, rare: Callable[[str], bool]) -> list[str]:
        return []


class AnyRegion(Collection):
    def windows(self, passages: Iterable[Passage]) -> list[Window]:
        return [replace(window, region="") for window in super().windows(passages)]


class AnyDay(Collection):
    """Repealed versions count as much as those in force."""

    def windows(self, passages: Iterable[Passage]) -> list[Window]:
        windows = super().windows(passages)
        return [window if window == SHUT else replace(window, start=ALWAYS, end=NEVER) for window in windows]


class NoDense(Dense):
    """Finds nothing and scores 0, for texts and for questions."""

    def __init__(self) -> None:
        pass

    def nearest(self, query: Floats, allowed: NDArray[np.bool_], wanted: int) -> NDArray[np.int64]:
        return np.zeros(0, dtype=np.int64)

    def scores(self, query: Floats, positions: NDArray[np.int64]) -> tuple[Floats, Floats]:
        zeros = np.zeros(len(positions), dtype=np.float32)
        return zeros, zeros


class Singles(Postings):
    """Knows single characters, words and numbers, but no pairs of characters."""

    @classmethod
    def of(cls, postings: Postings) -> Singles:
        return cls(**{field.name: getattr(postings, field.name) for field in fields(Postings)})

    def score(self, wanted: Keys, weights: Floats) -> Floats:
        kept = (wanted < _PAIRS) | (wanted >= _LATIN)
        return Postings.score(self, wanted[kept], weights[kept])


class RankFusion:
    """Reciprocal ranks (k = 60) with the shipped weights, in place of standardised scores."""

    def score(self, legs: Mapping[str, Floats]) -> Floats:
        shipped = Weights()
        total = np.zeros(len(legs["law"]), dtype=np.float32)
        for name, weight in shipped.standard.items():
            found = best(legs[name], len(legs[name]))
            order = found[np.argsort(-legs[name][found], kind="stable")]
            total[order] += weight / (61 + np.arange(len(order), dtype=np.float32))
        total /= float(total.std()) if total.any() else 1.0  # so that what is added weighs as it does beside scores
        for name, weight in shipped.added.items():
            total += weight * legs[name]
        return total


def without(leg: str) -> Weights:
    """:returns: the shipped weights less one leg, whose scores are still made and then count nothing"""
    shipped = Weights()
    return Weights(_less(shipped.standard, leg), _less(shipped.added, leg))


def silent(postings: Postings) -> Postings:
    """:returns: as many texts, no terms"""
    return Postings(postings.terms[:0], postings.starts[:1], postings.texts[:0], postings.scores[:0], postings.count)


def _less(weights: Mapping[str, float], leg: str) -> dict[str, float]:
    return {name: weight for name, weight in weights.items() if name != leg}
