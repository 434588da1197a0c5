"""BM25 over arrays that are mapped from disk: every passage gets a score, so that masks apply to all of them at once.

The scores are those of bm25s (Lucene's form, each term's share computed when the index is built; Lù 2024, arXiv 2407.03618),
made by sorting all terms at once instead of text by text, and asked with a weight for each term.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.tokenizer import Keys, keys

Floats = NDArray[np.float32]
K1, B = 1.5, 0.75
_PORTION = 5_000


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
            out[self.texts[here]] += weight * self.scores[here]  # a term lists a text once
        return out

    def frequency(self, wanted: Keys) -> NDArray[np.int64]:
        """:returns: how many texts have each key, of shape (len(wanted),)"""
        out = np.zeros(len(wanted), dtype=np.int64)
        for at, each in enumerate(wanted):
            place = int(np.searchsorted(self.terms, each))
            if place < len(self.terms) and self.terms[place] == each:
                out[at] = self.starts[place + 1] - self.starts[place]
        return out

    def _known(self, wanted: Keys, weights: Floats) -> list[tuple[int, np.float32]]:
        if not len(self.terms):
            return []
        places = np.minimum(np.searchsorted(self.terms, wanted), len(self.terms) - 1)
        known = self.terms[places] == wanted
        return list(zip(places[known].tolist(), weights[known], strict=True))

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """:returns: the arrays to store, by name."""
        return {"terms": self.terms, "starts": self.starts, "texts": self.texts, "scores": self.scores}


def build(texts: Sequence[str]) -> Postings:
    """Index texts, by position; a text may be empty."""
    parts, lengths = [], np.zeros(len(texts), dtype=np.float64)
    for start in range(0, len(texts), _PORTION):
        found, owners = keys(texts[start : start + _PORTION])
        owners = owners + start
        order = np.lexsort((owners, found))
        found, owners = found[order], owners[order]
        new = np.ones(len(found), dtype=bool)
        new[1:] = (found[1:] != found[:-1]) | (owners[1:] != owners[:-1])
        places = np.flatnonzero(new)
        counts = np.diff(np.append(places, len(found)))
        lengths[start : start + _PORTION] = np.bincount(owners - start, minlength=min(_PORTION, len(texts) - start))
        parts.append((found[places], owners[places].astype(np.int32), counts.astype(np.float32)))
    if not parts:
        parts = [(np.zeros(0, np.uint64), np.zeros(0, np.int32), np.zeros(0, np.float32))]
    found, owners, counts = (np.concatenate([part[at] for part in parts]) for at in range(3))
    order = np.argsort(found, kind="stable")  # portions are in order, so texts stay ascending inside a term
    found, owners, counts = found[order], owners[order], counts[order]
    terms, starts = np.unique(found, return_index=True)
    starts = np.append(starts, len(found)).astype(np.int64)
    spread = np.diff(starts).astype(np.float64)
    rarity = np.log(1 + (len(texts) - spread + 0.5) / (spread + 0.5))
    mean = lengths.mean() if len(texts) and lengths.sum() else 1.0
    norm = K1 * (1 - B + B * lengths / mean)
    scores = np.repeat(rarity, np.diff(starts)) * counts / (counts + norm[owners])
    return Postings(terms, starts, owners.astype(np.int32), scores.astype(np.float32), len(texts))
