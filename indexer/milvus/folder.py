"""What of an index folder is used where Milvus searches: the passages, which number stands for which term, and which passages
have the terms of a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.addition import GONE
from indexer.dense import Dense
from indexer.hit import Vectors
from indexer.index import Parts
from indexer.lexical import Postings
from indexer.passages import NAME, Passages
from indexer.store import StoreError
from indexer.tokenizer import Keys

Sparse = dict[int, float]


@dataclass(frozen=True, slots=True)
class Folder:
    """A verified index folder without FAISS. Arrays are mapped: what nobody reads takes no memory.

    Rows `starts[i]:starts[i + 1]` of `vectors` belong to passage i: first its text, then its questions.
    """

    parts: Parts
    vectors: Vectors
    starts: NDArray[np.int64]

    @classmethod
    def open(cls, path: Path) -> Folder:
        """:raises OSError, ValueError, sqlite3.Error: if a file cannot be read
        :raises StoreError: if the index was added to since it was built whole
        """
        if (path / f"{GONE}.npy").exists():
            raise StoreError(
                "这份索引后来添加过内容，要先完整重建才能复制到 Milvus，请运行 python -m indexer build --full / "
                "this index was added to: run python -m indexer build --full first"
            )

        def array(name: str) -> Any:  # noqa: ANN401 - numpy's load
            return np.load(path / f"{name}.npy", mmap_mode="r", allow_pickle=False)

        def postings(leg: str, count: int) -> Postings:
            terms, starts, texts, scores = (array(f"{leg}.{name}") for name in ("terms", "starts", "texts", "scores"))
            return Postings(terms, starts, texts, scores, count)

        passages, parents = Passages(path / NAME), array("asked.parents")
        vectors, starts = array("vectors"), array("vectors.starts")
        law, text = postings("law", len(passages)), postings("text", len(passages))
        asked = postings("asked", len(parents))
        return cls(Parts(passages, law, text, asked, parents, Dense(vectors, starts, None)), vectors, starts)


def wanted(postings: Postings, keys: Keys, weights: NDArray[np.float32]) -> Sparse:
    """:returns: the weights of the terms that occur in any text, by the number of the term"""
    if not len(postings.terms):
        return {}
    places = np.minimum(np.searchsorted(postings.terms, keys), len(postings.terms) - 1)
    known = postings.terms[places] == keys
    return dict(zip(places[known].tolist(), weights[known].tolist(), strict=True))
