"""BM25 over arrays that are mapped from disk: every passage gets a score, so that masks apply to all of them at once.

The scores are those of bm25s (Lucene's form, each term's share computed when the index is built; Lù 2024, arXiv 2407.03618),
made by sorting all terms at once instead of text by text, and asked with a weight for each term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.tokenizer import KEY_BITS, Keys, keys

Floats = NDArray[np.float32]
K1, B = 1.5, 0.75
_PORTION = 5_000
_SHIFT = np.uint64(64 - KEY_BITS)
_MOST = (1 << (64 - KEY_BITS)) - 1


@dataclass(frozen=True, slots=True)
class Postings:
    """For term `terms[i]` the texts `texts[starts[i]:starts[i + 1]]` get `scores` at the same places."""

    terms: Keys
    starts: NDArray[np.int64]
    texts: NDArray[np.int32]
    scores: Floats
    count: int  # of texts, also those without a term

    def score(self, wanted: Keys, weights: Floats) -> Floats:
        """:param wanted: distinct keys of the question, with a weight each
        :returns: float32 array of shape (count,), 0 where a text has none of the terms
        """
        out = np.zeros(self.count, dtype=np.float32)
        for place, weight in self._known(wanted, weights):
            here = slice(int(self.starts[place]), int(self.starts[place + 1]))
            np.add.at(out, self.texts[here], weight * self.scores[here])  # the same as out[texts] += …, twice as fast
        return out

    def covered(self, wanted: Keys, weights: Floats, texts: NDArray[np.int64]) -> Floats:
        """How much of the question a text holds, however often: the rarity of its terms there over that of all its terms.

        :param texts: positions, ascending
        :returns: between 0 and 1, of shape (len(texts),)
        """
        worth = weights * rarity(self.frequency(wanted), self.size).astype(np.float32)
        return self._held(wanted, worth, texts) / max(float(worth.sum()), 1e-9)

    @property
    def size(self) -> int:
        """How many texts there are, of which `frequency` counts some."""
        return self.count

    def _held(self, wanted: Keys, worth: Floats, texts: NDArray[np.int64]) -> Floats:
        """:returns: of each text the sum of what the terms that it has are worth"""
        out = np.zeros(len(texts), dtype=np.float32)
        for place, amount in self._known(wanted, worth):
            having = self.texts[int(self.starts[place]) : int(self.starts[place + 1])]  # ascending
            out[having[np.minimum(np.searchsorted(having, texts), len(having) - 1)] == texts] += amount
        return out

    def frequency(self, wanted: Keys) -> NDArray[np.int64]:
        """:returns: how many texts have each key, of shape (len(wanted),)"""
        if not len(self.terms):
            return np.zeros(len(wanted), dtype=np.int64)
        places = np.minimum(np.searchsorted(self.terms, wanted), len(self.terms) - 1)
        spread = self.starts[places + 1] - self.starts[places]
        return np.where(self.terms[places] == wanted, spread, 0)

    def _known(self, wanted: Keys, weights: Floats) -> list[tuple[int, np.float32]]:
        if not len(self.terms):
            return []
        places = np.minimum(np.searchsorted(self.terms, wanted), len(self.terms) - 1)
        known = self.terms[places] == wanted
        return list(zip(places[known].tolist(), weights[known], strict=True))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """:returns: the arrays to store, by name."""
        return {"terms": self.terms, "starts": self.starts, "texts": self.texts, "scores": self.scores}


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each text has each term: `pairs` packs key and text, ascending; `count` texts in all."""

    pairs: NDArray[np.uint64]
    times: Floats
    count: int

    def with_more(self, other: Counts) -> Counts:
        """:param other: further words of the same texts
        :returns: both together
        """
        pairs = np.concatenate([self.pairs, other.pairs])
        order = np.argsort(pairs, kind="stable")
        pairs, times = pairs[order], np.concatenate([self.times, other.times])[order]
        first = np.flatnonzero(np.append(True, pairs[1:] != pairs[:-1])) if len(pairs) else np.zeros(0, np.int64)
        sums = np.add.reduceat(times, first) if len(pairs) else times
        return Counts(pairs[first], sums, self.count)


def count(texts: Sequence[str]) -> Counts:
    """:param texts: by position; a text may be empty
    :raises ValueError: beyond two million texts
    """
    if len(texts) > _MOST:
        raise ValueError(f"at most {_MOST} texts fit into one index, got {len(texts)}")
    parts = [(np.zeros(0, np.uint64), np.zeros(0, np.float32))]
    for start in range(0, len(texts), _PORTION):
        found, owners = keys(texts[start : start + _PORTION])
        pairs, times = np.unique(found << _SHIFT | (owners + start).astype(np.uint64), return_counts=True)
        parts.append((pairs, times.astype(np.float32)))
    pairs = np.concatenate([part[0] for part in parts])
    order = np.argsort(pairs, kind="stable")
    return Counts(pairs[order], np.concatenate([part[1] for part in parts])[order], len(texts))


def mean_length(counts: Counts) -> float:
    """:returns: terms of a text, empty texts counted as well; 1 where all are empty"""
    return float(counts.times.sum(dtype=np.float64)) / counts.count if len(counts.times) else 1.0


def rarity(spread: NDArray[Any], total: int) -> NDArray[np.float64]:
    """:param spread: how many of the `total` texts have each term
    :returns: Lucene's measure, ln(1 + (n - df + .5) / (df + .5))
    """
    rare: NDArray[np.float64] = np.log(1 + (total - spread + 0.5) / (spread + 0.5))
    return rare


def build(counts: Counts, beside: Postings | None = None, mean: float | None = None) -> Postings:
    """BM25's share of every term in every text, by its `rarity`.

    :param beside: texts of another collection that count for the rarity too
    :param mean: length of a text to compare with, in terms; the mean of these texts if not given
    """
    found = counts.pairs >> _SHIFT
    owners = (counts.pairs & np.uint64(_MOST)).astype(np.int32)
    terms, first = np.unique(found, return_index=True)
    starts = np.append(first, len(found)).astype(np.int64)
    spread, total = np.diff(starts).astype(np.float64), counts.count
    if beside:
        spread, total = spread + beside.frequency(terms), total + beside.count
    lengths = np.bincount(owners, weights=counts.times, minlength=counts.count)
    norm = K1 * (1 - B + B * lengths / (mean or (lengths.mean() if lengths.any() else 1.0)))
    scores = np.repeat(rarity(spread, total), np.diff(starts)) * counts.times / (counts.times + norm[owners])
    return Postings(terms, starts, owners, scores.astype(np.float32), counts.count)
