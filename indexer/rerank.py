"""The best hits once more, read beside the question by a cross-encoder, behind the interface of an index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.build import encoded
from indexer.encoder import EncoderError
from indexer.fusion import Floats, standardised
from indexer.hit import Hit, Index

DEPTH = 50  # hits that are read again; a cross-encoder of 0.6 billion weights takes seconds for them on two cores
LEG = "rerank"
_NAMED = 50.0  # above it the question names the article (see `indexer.index`)


class RerankerError(EncoderError):
    """A reranker cannot be used; says why and what to do."""


class Reranker(Protocol):
    """Reads question and passage together."""

    def scores(self, question: str, texts: Sequence[str]) -> Floats:
        """:returns: float32 array of shape (len(texts),), higher is better"""


class Reader(Protocol):
    """Gives the index that serves, whatever finds in it."""

    def current(self) -> Index:
        """:returns: the one that answers now, without waiting for a newer one that is being opened
        :raises StoreError: if there is none, with the reason
        """

    def newest(self) -> Index:
        """:returns: the newest one, waited for
        :raises StoreError: if there is none, with the reason
        """


class Reranked:
    """Implements `indexer.hit.Index` over another one.

    The order of the best hits is the reranker's, with the prior of rank and trust added as the fusion adds it, so that
    drafts and news stay below; articles that the question names stay on top. The scores keep their scale, because the
    doctor's confidence was fitted on it: the first place gets the highest score that the index gave, and so on.
    """

    def __init__(self, index: Index, reranker: Reranker) -> None:
        self._index = index
        self._reranker = reranker

    @property
    def id(self) -> str:
        return self._index.id

    def search(self, query: str, *, on: date, region: str = "", k: int = 10) -> list[Hit]:
        """As the index under it; each hit that was read again has the leg `rerank`."""
        hits = self._index.search(query, on=on, region=region, k=max(k, DEPTH) if k > 0 else k)
        named = sum(hit.score > _NAMED for hit in hits)
        first, again, rest = hits[:named], hits[named:DEPTH], hits[max(named, DEPTH) :]
        return [*first, *self._again(query, again), *rest][: max(k, 0)]

    def article(self, title: str, article: str, *, on: date) -> Hit | None:
        return self._index.article(title, article, on=on)

    def _again(self, query: str, hits: Sequence[Hit]) -> list[Hit]:
        if not hits:
            return []
        said = self._reranker.scores(query, [encoded(hit.passage) for hit in hits])
        order = np.argsort(-_with_prior(said, hits), kind="stable").tolist()
        return [
            replace(hits[at], score=place.score, legs={**hits[at].legs, LEG: round(float(said[at]), 4)})
            for place, at in zip(hits, order, strict=True)
        ]


class RerankedReader:
    """Implements `Reader` over another one."""

    def __init__(self, reader: Reader, reranker: Reranker) -> None:
        self._reader = reader
        self._reranker = reranker

    def current(self) -> Reranked:
        """:raises StoreError: if there is none, with the reason"""
        return Reranked(self._reader.current(), self._reranker)

    def newest(self) -> Reranked:
        """:raises StoreError: if there is none, with the reason"""
        return Reranked(self._reader.newest(), self._reranker)


def _with_prior(said: Floats, hits: Sequence[Hit]) -> NDArray[np.float32]:
    prior = np.array([hit.legs.get("prior", 0.0) for hit in hits], dtype=np.float32)
    return standardised(said) + prior


def load(name: str) -> Reranker | None:
    """The reranker of a setting: name or path of a cross-encoder such as BAAI/bge-reranker-v2-m3; '' for none.

    :raises RerankerError: if it cannot be loaded
    """
    if not name:
        return None
    from indexer.hub import HubReranker  # costs five seconds and torch

    return HubReranker(name)
