"""What a search returns, and the small interfaces that let a test or an operator bring their own parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.model import Document, Passage, Status

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with its legal status on the day asked about.

    `score` orders the hits of one search (higher is better, not a probability). `legs` holds what each leg said, for
    people who debug retrieval and for the features of ranker and calibration.
    """

    passage: Passage
    document: Document
    status: Status
    score: float
    legs: Mapping[str, float] = field(default_factory=dict)


class Encoder(Protocol):
    """Turns texts into unit vectors; `name` and `dimension` go into the manifest of the index."""

    name: str
    dimension: int

    def passages(self, texts: Sequence[str]) -> Vectors:
        """:returns: float32 array of shape (len(texts), dimension), each row of length 1."""

    def query(self, text: str) -> Vectors:
        """:returns: float32 array of shape (dimension,), of length 1."""


class Index(Protocol):
    """One searchable state of the library. Implemented on FAISS files and on Milvus."""

    @property
    def id(self) -> str: ...

    def search(self, query: str, *, on: date, region: str = "", k: int = 10) -> list[Hit]:
        """The best passages in force on `on` and applicable in `region`, best first.

        Drafts and news are found too, with their status; rules of other regions, repealed and not yet effective ones never.
        """

    def article(self, title: str, article: str, *, on: date) -> Hit | None:
        """The article by its short title and label, whatever its status; the version in force on `on` first."""
