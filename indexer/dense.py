"""Nearest vectors: passages and their lay questions, each question counting for its passage.

FAISS looks through them one by one while they are few (no loss), through 8-bit copies above 50,000 (99.5 % the same, four
times faster), and by a graph of 8-bit copies above 300,000.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from indexer.hit import Vectors

faiss: Any = _faiss  # its stubs know neither selectors nor search parameters
FLAT_BELOW = 50_000
GRAPH_FROM = 300_000
NAME = "dense.faiss"
_SEARCHED = 256  # nodes that the graph looks at


class Dense:
    """Rows `starts[i]:starts[i + 1]` of `vectors` belong to passage i: first its text, then its questions."""

    def __init__(self, vectors: Vectors, starts: NDArray[np.int64], index: Any) -> None:  # noqa: ANN401 - SWIG types
        self._vectors, self._starts, self._index = vectors, starts, index
        self._parents = np.repeat(np.arange(len(starts) - 1), np.diff(starts))

    @classmethod
    def open(cls, folder: Path, vectors: Vectors, starts: NDArray[np.int64]) -> Dense:
        """:param vectors: float32 of shape (rows, dimension), may be mapped from disk"""
        faiss.omp_set_num_threads(1)  # a question is one small product; more threads only fight the web server's
        path = folder / NAME
        if path.exists():
            return cls(vectors, starts, faiss.read_index(str(path)))
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        return cls(vectors, starts, index)

    def nearest(self, query: Vectors, allowed: NDArray[np.bool_], wanted: int) -> NDArray[np.int64]:
        """:param allowed: of shape (passages,); others are left out before anything is counted
        :returns: positions of at most `wanted` passages
        """
        if not allowed.any() or not len(self._vectors):
            return np.zeros(0, dtype=np.int64)
        bits = np.packbits(np.repeat(allowed, np.diff(self._starts)), bitorder="little")
        selector = faiss.IDSelectorBitmap(bits)
        flat = not hasattr(self._index, "hnsw")
        parameters = (
            faiss.SearchParameters(sel=selector) if flat else faiss.SearchParametersHNSW(sel=selector, efSearch=_SEARCHED)
        )
        _, rows = self._index.search(query[None, :], min(3 * wanted, len(self._vectors)), params=parameters)
        found = rows[0][rows[0] >= 0]
        parents, first = np.unique(self._parents[found], return_index=True)
        nearest: NDArray[np.int64] = parents[np.argsort(first)][:wanted]
        return nearest

    def scores(self, query: Vectors, positions: NDArray[np.int64]) -> tuple[Vectors, Vectors]:
        """:returns: cosines with the text of each passage, and with its nearest question (0 where it has none)"""
        starts, ends = self._starts[positions], self._starts[positions + 1]
        lengths = ends - starts
        offsets = np.cumsum(lengths) - lengths
        rows = np.repeat(starts - offsets, lengths) + np.arange(lengths.sum())
        cosines = self._vectors[rows] @ query
        text = cosines[offsets]
        cosines[offsets] = 0
        asked = np.maximum.reduceat(cosines, offsets) if len(positions) else text
        return text, asked


def write(folder: Path, vectors: Vectors) -> None:
    """Store the index that pays at this size; small ones are made when they are opened."""
    if len(vectors) < FLAT_BELOW:
        return
    kind = "SQ8" if len(vectors) < GRAPH_FROM else "HNSW32,SQ8"
    index = faiss.index_factory(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
    index.train(vectors)
    for start in range(0, len(vectors), FLAT_BELOW):
        index.add(vectors[start : start + FLAT_BELOW])
    faiss.write_index(index, str(folder / NAME))
