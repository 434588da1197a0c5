"""`LocalIndex` with its legs in Milvus: the same question, the same candidates, the same ranking."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from datetime import date

import numpy as np
from numpy.typing import NDArray

from indexer.fusion import Ranker
from indexer.hit import Encoder, Hit
from indexer.index import CANDIDATES, LocalIndex, Parts
from indexer.legal import Library
from indexer.milvus.collection import MOST, Collection
from indexer.milvus.folder import Sparse, wanted
from indexer.milvus.server import ASKED, DENSE, FIELDS, LAW, TEXT
from indexer.query import Query, Words

_asked: ContextVar[tuple[date, str] | None] = ContextVar("_asked", default=None)  # on its way from search to candidates
_DIGITS = 4  # servers add up the shares of terms in another order
_Vectors = dict[str, Sparse | list[float]]


class MilvusIndex(LocalIndex):
    """Implements `indexer.hit.Index`. A question costs two rounds of four searches at once: what each leg finds, then what
    each leg says of all that was found. Safe to share between threads.
    """

    def __init__(
        self,
        index_id: str,
        parts: Parts,
        library: Library,
        encoder: Encoder,
        words: Words,
        collection: Collection,
        ranker: Ranker | None = None,
    ) -> None:
        """:raises MilvusError: if the collection does not fit the folder that `parts` were made of"""
        super().__init__(index_id, parts, library, encoder, words, ranker)
        self._collection = collection
        _, self._leads = np.unique(parts.passages.holders, return_index=True)
        self._stored = collection.windows(len(self._leads))
        questions = np.bincount(parts.asked_parents, minlength=len(parts.passages))
        self._rows = {DENSE: questions + 1, LAW: np.ones_like(questions), TEXT: np.ones_like(questions), ASKED: questions}

    def search(self, query: str, *, on: date, region: str = "", k: int = 10) -> list[Hit]:
        """As `LocalIndex.search`.

        :raises MilvusError: if Milvus does not answer
        """
        token = _asked.set((on, region))
        try:
            return super().search(query, on=on, region=region, k=k)
        finally:
            _asked.reset(token)

    def candidates(
        self, query: Query, allowed: NDArray[np.bool_], prior: NDArray[np.float32], named: Sequence[int] = ()
    ) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float32]]]:
        """As `LocalIndex.candidates`.

        :raises MilvusError: if Milvus does not answer
        """
        vectors = self._vectors(query)
        found = [np.array(named, dtype=np.int64)]
        open_now = allowed[self._leads]
        if open_now.any():
            expression = self._stored.expression(open_now, _asked.get())
            found += self._collection.server.pool.map(lambda field: self._found(field, vectors, expression), FIELDS)
        positions = np.unique(np.concatenate(found))
        positions = positions[allowed[positions]]  # whatever a server makes of an expression
        said = self._collection.server.pool.map(lambda field: self._said(field, vectors, positions), FIELDS)
        (near, near_asked), (law, _), (text, _), (_, asked) = said
        legs = {"law": law, "text": text, "asked": asked, "near": near, "near_asked": near_asked}
        return positions, legs | self._beside(query, positions, prior, legs)

    def _vectors(self, query: Query) -> _Vectors:
        """:returns: for each field what it is asked with; none where no text has a term of the question"""
        parts = self._parts
        sparse = {LAW: parts.law, TEXT: parts.text, ASKED: parts.asked}
        vectors: _Vectors = {
            field: terms for field, postings in sparse.items() if (terms := wanted(postings, query.keys, query.weights))
        }
        return {DENSE: self._encoder.query(query.text).tolist(), **vectors}

    def _found(self, field: str, vectors: _Vectors, expression: str) -> NDArray[np.int64]:
        """:returns: the positions of the best passages of one leg, at most `CANDIDATES`; of equal ones the first"""
        if field not in vectors:
            return np.zeros(0, dtype=np.int64)
        rows = 3 * CANDIDATES
        while True:
            found = self._collection.search(field, vectors[field], expression, rows)
            parents, first = np.unique(found.positions, return_index=True)
            if field == DENSE:
                return parents[np.argsort(first)][:CANDIDATES]
            scores = np.round(found.scores[first], _DIGITS)
            order = np.lexsort((parents, -scores))[:CANDIDATES]
            all_seen = len(found) < min(rows, MOST) or rows >= MOST
            if all_seen or (len(order) == CANDIDATES and found.scores[-1] < scores[order[-1]] - 10**-_DIGITS):
                return parents[order]
            rows *= 4

    def _said(
        self, field: str, vectors: _Vectors, positions: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """:returns: the scores of the passages' own rows, and those of the best question of each, 0 where there is none"""
        own, asked = np.zeros(len(positions), dtype=np.float32), np.zeros(len(positions), dtype=np.float32)
        rows = self._rows[field][positions]
        for portion in np.split(positions, _cuts(rows)):
            count = int(self._rows[field][portion].sum())
            if not count or field not in vectors:
                continue
            found = self._collection.search(field, vectors[field], f"position in {portion.tolist()}", count)
            places = np.searchsorted(positions, found.positions)
            own[places[~found.questions]] = found.scores[~found.questions]
            np.maximum.at(asked, places[found.questions], found.scores[found.questions])
        return own, asked


def _cuts(rows: NDArray[np.int64]) -> list[int]:
    """:returns: where to cut so that no portion has more rows than one reply holds"""
    cuts, sum_ = [], 0
    for at, count in enumerate(rows.tolist()):
        sum_ += count
        if sum_ > MOST and at:
            cuts.append(at)
            sum_ = count
    return cuts
