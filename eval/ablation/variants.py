"""The served index with one step switched off: a part is exchanged through its constructor, nothing is rebuilt on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.catalogue import Catalogue
from corpus.collection import Collection
from corpus.starter import Starter, unmarked
from eval.ablation.parts import AnyDay, AnyRegion, NoDense, NoGlossary, NoRepair, RankFusion, Singles, silent, without
from indexer import lexical
from indexer.build import explained
from indexer.dense import Dense
from indexer.fusion import Ranker
from indexer.hit import Encoder, Vectors
from indexer.index import LocalIndex, Parts, open_parts
from indexer.query import Words

FULL = "everything"
_PORTION = 10_000  # of passages in one query
_NO_FILE = Path("/nonexistent")  # an index in memory, that looks at every vector


@dataclass(frozen=True, slots=True)
class Served:
    """What an index is made of. `folder`: where it lies on disk."""

    folder: Path
    catalogue: Catalogue
    starter: Starter
    encoder: Encoder

    def opened(
        self,
        parts: Parts,
        *,
        words: Words | None = None,
        library: Collection | None = None,
        ranker: Ranker | None = None,
    ) -> LocalIndex:
        library = library or Collection(self.catalogue, self.starter)
        return LocalIndex(self.folder.name, parts, library, self.encoder, words or Words(self.starter.glossary), ranker)


def variants(served: Served) -> dict[str, Callable[[], LocalIndex]]:
    """:returns: the served index first, then one without each step; each is made when it is called"""
    parts, glossary, library = open_parts(served.folder), served.starter.glossary, (served.catalogue, served.starter)

    def opened(ranker: Ranker | None = None, **changed: Any) -> Callable[[], LocalIndex]:  # noqa: ANN401 - fields of Parts
        return lambda: served.opened(replace(parts, **changed), ranker=ranker)

    law, text, asked = silent(parts.law), silent(parts.text), silent(parts.asked)
    singles: dict[str, Any] = {
        "law": Singles.of(parts.law),
        "text": Singles.of(parts.text),
        "asked": Singles.of(parts.asked),
    }
    unasked: dict[str, Any] = {"asked": asked, "dense": _texts_alone(served.folder)}
    return {
        FULL: opened(),
        "words (BM25)": opened(law=law, text=text, asked=asked),
        "pairs of characters": opened(**singles),
        "title and headings": lambda: served.opened(_untitled(parts, served)),
        "vectors": opened(dense=NoDense()),
        "how much of the question is held": opened(without("covered")),
        "the best of the document": opened(without("kin")),
        "lay questions on their own": opened(**unasked),
        "digests and questions in the text": opened(text=parts.law),
        "both, in words and vectors": opened(text=parts.law, **unasked),
        "glossary": lambda: served.opened(parts, words=NoGlossary(glossary)),
        "repair of slips": lambda: served.opened(parts, words=NoRepair(glossary)),
        "instruments named": opened(without("titled")),
        "rank and trust": opened(without("prior")),
        "filter by region": lambda: served.opened(parts, library=AnyRegion(*library)),
        "filter by day": lambda: served.opened(parts, library=AnyDay(*library)),
        "scores fused, not ranks": opened(RankFusion()),
    }


def _texts_alone(folder: Path) -> Dense:
    """The vectors of the passages without those of their questions."""
    vectors, starts = _arrays(folder)
    return Dense.open(_NO_FILE, np.ascontiguousarray(vectors[starts[:-1]]), np.arange(len(starts)))


def _untitled(parts: Parts, served: Served) -> Parts:
    """Words and vectors of the passages made again without title and headings; their questions stay."""
    count = len(parts.passages)
    rows = [row for at in range(0, count, _PORTION) for row in parts.passages.get(range(at, min(at + _PORTION, count)))]
    texts = [unmarked(row.text) for row in rows]
    law = lexical.count(texts)
    text = lexical.build(law.with_more(lexical.count([explained(row) for row in rows])))
    vectors, starts = _arrays(served.folder)
    vectors = np.array(vectors)
    vectors[starts[:-1]] = served.encoder.passages(texts)
    return replace(parts, law=lexical.build(law), text=text, dense=Dense.open(_NO_FILE, vectors, starts))


def _arrays(folder: Path) -> tuple[Vectors, NDArray[np.int64]]:
    vectors, starts = (np.load(folder / f"{name}.npy", allow_pickle=False) for name in ("vectors", "vectors.starts"))
    return vectors, starts
