"""Nearest vectors: passages and their lay questions, each question counting for its passage.

FAISS looks through them one by one while they are few (no loss), through 8-bit copies above 50,000 (99.5 % the same, four
times faster), and through the nearest of many lists of such copies above 300,000; each build measures what copies and lists
miss. A graph (HNSW) was given up: over 289,167 vectors it was not built within 20 minutes on two cores, where the lists take
ten seconds.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from indexer.hit import Vectors
from indexer.recall import measured

_log = logging.getLogger(__name__)
faiss: Any = _faiss  # its stubs know neither selectors nor search parameters
FLAT_BELOW = 50_000
LISTS_FROM = 300_000
NAME = "dense.faiss"
FACTS = "dense.json"
LEAST = 0.95  # of the hundred nearest, measured at every build
_LISTS = 1024
_SEARCHED = 0.125  # share of the lists: finds 98.8 % of the hundred nearest over 157,668 vectors


class Dense:
    """Rows `starts[i]:starts[i + 1]` of `vectors` belong to passage i: first its text, then its questions."""

    def __init__(self, vectors: Vectors, starts: NDArray[np.int64], index: Any) -> None:  # noqa: ANN401 - SWIG types
        self._vectors, self._starts, self._index = vectors, starts, index
        self._parents = np.repeat(np.arange(len(starts) - 1), np.diff(starts))

    @classmethod
    def open(cls, folder: Path, vectors: Vectors, starts: NDArray[np.int64]) -> Dense:
        """:param vectors: float32 of shape (rows, dimension), may be mapped from disk
        :raises OSError: if the stored index cannot be read
        """
        faiss.omp_set_num_threads(1)  # a question is one small product; more threads only fight the web server's
        path = folder / NAME
        if path.exists():
            with _told():
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
        parameters = _parameters(self._index, sel=selector)
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
    """Store the index that pays at this size, with what it is and finds; small ones are made when they are opened.

    One that finds too little on these vectors gives way to the next more exact one, at last to comparing with each.

    :raises OSError: if the file cannot be written
    """
    kinds = ["SQ8", f"IVF{_LISTS},SQ8"][: (len(vectors) >= FLAT_BELOW) + (len(vectors) >= LISTS_FROM)]
    for kind in reversed(kinds):
        index = faiss.index_factory(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        index.train(vectors)
        for start in range(0, len(vectors), FLAT_BELOW):
            index.add(vectors[start : start + FLAT_BELOW])
        found = measured(index, vectors, _parameters(index))
        if found >= LEAST:
            with _told():
                faiss.write_index(index, str(folder / NAME))
            (folder / FACTS).write_text(json.dumps({"kind": kind, "recall": round(found, 4)}), encoding="utf-8")
            return
        _log.warning("%s finds only %.3f of the nearest vectors: not used", kind, found)


def described(folder: Path) -> str:
    """:returns: how the vectors of an index folder are searched, and how much of the nearest that finds"""
    path = folder / FACTS
    if not path.exists():
        return "flat"
    facts = json.loads(path.read_text(encoding="utf-8"))
    return f"{facts['kind']} {facts['recall']:.3f}"


@contextmanager
def _told() -> Iterator[None]:
    """FAISS has one exception for everything; with files it means the disk."""
    try:
        yield
    except RuntimeError as error:
        raise OSError(f"{NAME}: {error}") from error


def _parameters(index: Any, sel: Any = None) -> Any:  # noqa: ANN401 - SWIG types
    if not hasattr(index, "nlist"):
        return faiss.SearchParameters(sel=sel)
    return faiss.SearchParametersIVF(sel=sel, nprobe=max(1, round(index.nlist * _SEARCHED)))
