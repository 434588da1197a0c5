"""The legal predicate as arrays: which passages may be used on a day in a region, and how far each may be leaned on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.legal import Window
from corpus.model import Document, Passage, Rank, Trust
from corpus.regions import covers

_MASKS = 32  # of days and regions that are kept
_TRUST = {Trust.DRAFT: -1.5, Trust.NEWS: -0.5}


class Library(Protocol):
    """Where documents and windows come from: `corpus.collection.Collection`, or what a test hands in."""

    def refresh(self) -> int:
        """:returns: a number; windows made under another one are stale"""

    def windows(self, passages: Iterable[Passage]) -> list[Window]: ...

    def document_for(self, passage: Passage) -> Document | None: ...


class Legal:
    """The windows of one revision of the catalogue."""

    def __init__(self, library: Library, representatives: Sequence[Passage], holders: NDArray[np.int32]) -> None:
        """:param representatives: a passage of each holder; `holders`: the holder of each passage, of shape (passages,)"""
        windows = library.windows(representatives)
        self._start = np.array([window.start for window in windows], dtype=np.int64)
        self._end = np.array([window.end for window in windows], dtype=np.int64)
        self._regions = sorted({window.region for window in windows})
        code = {region: at for at, region in enumerate(self._regions)}
        self._region = np.array([code[window.region] for window in windows], dtype=np.int64)
        documents = [library.document_for(passage) for passage in representatives]
        priors = [_prior(document, window) for document, window in zip(documents, windows, strict=True)]
        self._holders = holders
        self._masks: dict[tuple[date, str], NDArray[np.bool_]] = {}
        self.prior = np.array(priors, dtype=np.float32)[holders] if len(holders) else np.zeros(0, np.float32)

    def allowed(self, on: date, region: str) -> NDArray[np.bool_]:
        """:returns: bool array of shape (passages,): the window is open on this day in this region"""
        if (mask := self._masks.get((on, region))) is None:
            if len(self._masks) >= _MASKS:
                self._masks.clear()
            mask = self._masks[on, region] = self._allowed(on, region)
        return mask

    def _allowed(self, on: date, region: str) -> NDArray[np.bool_]:
        day = on.toordinal()
        inside = np.array([covers(each, region) for each in self._regions], dtype=bool)
        if not len(self._holders):
            return np.zeros(0, dtype=bool)
        allowed: NDArray[np.bool_] = ((self._start <= day) & (day < self._end) & inside[self._region])[self._holders]
        return allowed


def _prior(document: Document | None, window: Window) -> float:
    """Small beside a leg (about one standard deviation from the lowest to the highest); drafts and news stand below all."""
    rank = document.rank if document else Rank.NEWS
    return 0.3 * rank / Rank.LAW + _TRUST.get(window.trust, 0.0)
