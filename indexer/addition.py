"""What was added to an index since it was built whole, beside it in the same folder: one document more costs no new build.

    law.terms.npy, passages.sqlite, …        the index that was built whole, shared with its folder (hard links)
    more.law.terms.npy, more.passages.sqlite, …  what is new or changed since
    more.gone.npy                            positions that no longer count: of documents changed or removed

Terms are as rare as in both together, and a text is as long as compared with the mean of the whole one; the scores of the
old passages stay as they were, so that they drift by the share of what was added until the next whole build (see `LARGEST`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.model import Passage
from indexer.dense import Dense
from indexer.hit import Vectors
from indexer.lexical import Floats, Postings
from indexer.passages import Passages
from indexer.tokenizer import Keys

MORE = "more."
GONE = f"{MORE}gone"
_NOWHERE = "gone"  # no document has this id: a window that never opens


@dataclass(frozen=True, slots=True)
class Words(Postings):
    """The postings of the whole index with those of the addition after them."""

    more: Postings

    @classmethod
    def of(cls, whole: Postings, more: Postings) -> Words:
        return cls(whole.terms, whole.starts, whole.texts, whole.scores, whole.count, more)

    def score(self, wanted: Keys, weights: Floats) -> Floats:
        return np.concatenate([Postings.score(self, wanted, weights), self.more.score(wanted, weights)])

    @property
    def size(self) -> int:
        return self.count + self.more.count

    def _held(self, wanted: Keys, worth: Floats, texts: NDArray[np.int64]) -> Floats:
        own = int(np.searchsorted(texts, self.count))
        rest = self.more._held(wanted, worth, texts[own:] - self.count)
        return np.concatenate([Postings._held(self, wanted, worth, texts[:own]), rest])

    def frequency(self, wanted: Keys) -> NDArray[np.int64]:
        return Postings.frequency(self, wanted) + self.more.frequency(wanted)


class Near(Dense):
    """The vectors of both."""

    def __init__(self, whole: Dense, more: Dense) -> None:
        self._whole, self._more = whole, more
        self._vectors, self._count = whole._vectors, len(whole)

    def nearest(self, query: Vectors, allowed: NDArray[np.bool_], wanted: int) -> NDArray[np.int64]:
        found = np.concatenate(
            [
                self._whole.nearest(query, allowed[: self._count], wanted),
                self._more.nearest(query, allowed[self._count :], wanted) + self._count,
            ]
        )
        order: NDArray[np.int64] = np.argsort(-np.maximum(*self.scores(query, found)), kind="stable")
        return found[order[:wanted]]

    def scores(self, query: Vectors, positions: NDArray[np.int64]) -> tuple[Vectors, Vectors]:
        text, asked = (np.zeros(len(positions), dtype=np.float32) for _ in range(2))
        own = positions < self._count
        for part, dense, rows in ((own, self._whole, positions), (~own, self._more, positions - self._count)):
            text[part], asked[part] = dense.scores(query, rows[part])
        return text, asked


class Rows(Passages):
    """The passages of both, those that are gone never given out by name."""

    def __init__(self, whole: Passages, more: Passages, gone: NDArray[np.int32]) -> None:
        self._whole, self._more, self._count = whole, more, len(whole)
        self._gone = frozenset(gone.tolist())
        first = int(whole.holders.max()) + 1
        self._lost = frozenset(np.unique(whole.holders[gone]).tolist())
        self.holders = np.concatenate([whole.holders, more.holders + np.int32(first)])
        self.titles = whole.titles | more.titles

    def _get(self, wanted: Sequence[int], columns: str) -> list[Passage]:
        found = dict(zip(old := [at for at in wanted if at < self._count], self._whole._get(old, columns), strict=True))
        new = [at for at in wanted if at >= self._count]
        found |= dict(zip(new, self._more._get([at - self._count for at in new], columns), strict=True))
        return [found[at] for at in wanted]

    def article(self, title: str, article: str) -> list[tuple[int, Passage]]:
        kept = [(at, row) for at, row in self._whole.article(title, article) if at not in self._gone]
        return kept + [(at + self._count, row) for at, row in self._more.article(title, article)]

    def titled(self, title: str) -> NDArray[np.int64]:
        return np.concatenate([self._whole.titled(title), self._more.titled(title) + self._count])

    def representatives(self) -> list[Passage]:
        """Those of holders that are gone belong to no document, so that their passages are never allowed."""
        rows = enumerate(super().representatives())
        return [replace(row, document_id=_NOWHERE) if holder in self._lost else row for holder, row in rows]


def gone(folder: Path) -> NDArray[np.int32]:
    """:returns: int32 positions of the whole index in this folder that no longer count"""
    found: NDArray[np.int32] = np.load(folder / f"{GONE}.npy", allow_pickle=False)
    return found
