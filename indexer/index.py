"""One searchable state of the library: an index folder in memory, filtered by the law as it stands now."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.model import Passage, Status
from indexer import addition, tokenizer
from indexer.dense import NAME as DENSE
from indexer.dense import Dense
from indexer.fusion import Ranker, Weights, best, drawn
from indexer.hit import Encoder, Hit
from indexer.legal import Legal, Library
from indexer.lexical import Postings
from indexer.passages import NAME as PASSAGES
from indexer.passages import Passages
from indexer.query import Query, Words, understand

CANDIDATES = 100  # of each leg
_NAMED = 100.0  # lifts an article that the question names above all others


@dataclass(frozen=True, slots=True)
class Parts:
    """The arrays of an index folder, mapped from disk.

    `law` holds the words of the passages themselves, `text` those of their digests and questions too, `asked` each lay
    question by itself; `asked_parents[i]` is the passage of lay question i, ascending.
    """

    passages: Passages
    law: Postings
    text: Postings
    asked: Postings
    asked_parents: NDArray[np.int32]
    dense: Dense


class LocalIndex:
    """Implements `indexer.hit.Index` on one machine. Safe to share between threads."""

    def __init__(
        self, index_id: str, parts: Parts, library: Library, encoder: Encoder, words: Words, ranker: Ranker | None = None
    ) -> None:
        self._id = index_id
        self._parts = parts
        self._library = library
        self._encoder = encoder
        self._words = words
        self._ranker = ranker or Weights()
        self._lock = threading.Lock()
        self._representatives = parts.passages.representatives()
        self._revision = -1
        self._legal: Legal | None = None

    @property
    def id(self) -> str:
        return self._id

    def __len__(self) -> int:
        return len(self._parts.passages)

    def search(self, query: str, *, on: date, region: str = "", k: int = 10) -> list[Hit]:
        """The best passages in force on `on` and applicable in `region`, best first; none for a question without words."""
        legal = self.legal()
        allowed = legal.allowed(on, region)
        asked = self.understood(query)
        named = self._named(asked, allowed)
        if k < 1 or not len(asked.keys):
            return []
        positions, legs = self.candidates(asked, allowed, legal.prior, named)
        scores = self._ranker.score(legs)
        legs = {**legs, "score": scores}
        scores = scores + np.array([_NAMED - named.index(at) if at in named else 0.0 for at in positions.tolist()])
        order = np.argsort(-scores, kind="stable")[:k]
        found = self._parts.passages.get(positions[order].tolist())
        hits = [
            self._hit(passage, on, float(scores[at]), {name: round(float(leg[at]), 4) for name, leg in legs.items()})
            for passage, at in zip(found, order.tolist(), strict=True)
        ]
        return [hit for hit in hits if hit]

    def article(self, title: str, article: str, *, on: date) -> Hit | None:
        """The article by its short title and label, whatever its status; the version in force on `on` first."""
        self.legal()
        hits = [self._hit(passage, on, 0.0, {}) for _, passage in self._parts.passages.article(title, article)]
        return max((hit for hit in hits if hit), key=_preference, default=None)

    def legal(self) -> Legal:
        """:returns: the windows as the catalogue has them now"""
        revision = self._library.refresh()
        with self._lock:
            if self._legal is None or revision != self._revision:
                self._legal = Legal(self._library, self._representatives, self._parts.passages.holders)
                self._revision = revision
            return self._legal

    def understood(self, query: str) -> Query:
        """:returns: the question as the legs are asked it"""
        return understand(query, self._words, self._parts.passages.titles, self._rare)

    def candidates(
        self, query: Query, allowed: NDArray[np.bool_], prior: NDArray[np.float32], named: Sequence[int] = ()
    ) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float32]]]:
        """What the ranker chooses from.

        :param allowed, prior: of shape (passages,)
        :param named: positions that are candidates whatever the legs say
        :returns: positions of what any leg found, and what each leg says of each of them (raw, of the same shape)
        """
        parts = self._parts
        law = np.where(allowed, parts.law.score(query.keys, query.weights), 0)
        text = np.where(allowed, parts.text.score(query.keys, query.weights), 0)
        asked = np.zeros(len(parts.passages), dtype=np.float32)
        np.maximum.at(asked, parts.asked_parents, parts.asked.score(query.keys, query.weights))
        asked[~allowed] = 0
        vector = self._encoder.query(query.text)
        positions = np.unique(
            np.concatenate(
                [
                    best(law, CANDIDATES),
                    best(text, CANDIDATES),
                    best(asked, CANDIDATES),
                    parts.dense.nearest(vector, allowed, CANDIDATES),
                    np.array(named, dtype=np.int64),
                ]
            )
        )
        near, near_asked = parts.dense.scores(vector, positions)
        found = {"law": law, "text": text, "asked": asked}
        legs = {name: scores[positions] for name, scores in found.items()} | {"near": near, "near_asked": near_asked}
        return positions, legs | self._beside(query, positions, prior, legs)

    def _beside(
        self,
        query: Query,
        positions: NDArray[np.int64],
        prior: NDArray[np.float32],
        legs: Mapping[str, NDArray[np.float32]],
    ) -> dict[str, NDArray[np.float32]]:
        """:param legs: of those that search
        :returns: what else is known of the candidates
        """
        passages = self._parts.passages
        titled = np.concatenate([passages.titled(title) for title in query.titles] or [np.zeros(0, np.int64)])
        return {
            **drawn(legs, passages.holders[positions]),
            "covered": self._parts.law.covered(query.keys, query.weights, positions),
            "titled": np.isin(positions, titled).astype(np.float32),
            "prior": prior[positions],
        }

    def _named(self, query: Query, allowed: NDArray[np.bool_]) -> list[int]:
        """:returns: positions of the articles that the question names, in its order"""
        rows = [self._parts.passages.article(cite.title, cite.article) for cite in query.cites]
        return [at for versions in rows for at, _ in versions if allowed[at]]

    def _rare(self, pair: str) -> bool:
        frequency = self._parts.text.frequency(np.array([tokenizer.key(pair)], dtype=np.uint64))
        return bool(frequency[0] <= 3)

    def _hit(self, passage: Passage, on: date, score: float, legs: dict[str, float]) -> Hit | None:
        document = self._library.document_for(passage)
        return Hit(passage, document, document.status_on(on), score, legs) if document else None


def _preference(hit: Hit) -> tuple[bool, bool, date]:
    document = hit.document
    return hit.status is Status.IN_FORCE, hit.passage.kind == "article", document.starts_on or date.min


def open_parts(folder: Path, whole: Parts | None = None) -> Parts:
    """:param folder: a verified index folder, built whole or with what was added since
    :param whole: the part of it that was built whole, where it is open already
    :raises OSError, ValueError, sqlite3.Error: if a file cannot be read
    """
    whole = whole or open_whole(folder)
    if not (folder / f"{addition.GONE}.npy").exists():
        return whole
    more = _open(folder, addition.MORE)
    return Parts(
        addition.Rows(whole.passages, more.passages, addition.gone(folder)),
        addition.Words.of(whole.law, more.law),
        addition.Words.of(whole.text, more.text),
        addition.Words.of(whole.asked, more.asked),
        np.concatenate([whole.asked_parents, more.asked_parents + np.int32(len(whole.passages))]),
        addition.Near(whole.dense, more.dense),
    )


def open_whole(folder: Path) -> Parts:
    """As `open_parts`, without what was added since."""
    return _open(folder, "")


def _open(folder: Path, prefix: str) -> Parts:
    def array(name: str) -> Any:  # noqa: ANN401 - numpy's load
        # Still mapped, but no np.memmap: that class takes longer to cut a list out than to add it up.
        return np.asarray(np.load(folder / f"{prefix}{name}.npy", mmap_mode="r", allow_pickle=False))

    def postings(leg: str, count: int) -> Postings:
        terms, starts, texts, scores = (array(f"{leg}.{name}") for name in ("terms", "starts", "texts", "scores"))
        return Postings(terms, starts, texts, scores, count)

    passages = Passages(folder / f"{prefix}{PASSAGES}")
    parents = array("asked.parents")
    return Parts(
        passages,
        postings("law", len(passages)),
        postings("text", len(passages)),
        postings("asked", len(parents)),
        parents,
        Dense.open(folder / f"{prefix}{DENSE}", array("vectors"), array("vectors.starts")),
    )
