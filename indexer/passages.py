"""The passages of an index in one SQLite file inside it: read by position, by article, and by document."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.model import Cite, Passage

NAME = "passages.sqlite"
_HOLDERS = "holders.npy"  # beside it: the column of that name, read whole at every opening
_SCHEMA = """
CREATE TABLE passages (
  position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document_id TEXT NOT NULL, title TEXT NOT NULL,
  article TEXT NOT NULL, text TEXT NOT NULL, kind TEXT NOT NULL, headings TEXT NOT NULL, plain TEXT NOT NULL,
  questions TEXT NOT NULL, stands_for TEXT NOT NULL, ordinal INTEGER NOT NULL, holder INTEGER NOT NULL
);
CREATE INDEX by_article ON passages (title, article);
"""
_dumps = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps makes one of these each time
_PORTION = 500  # positions in one query
_COLUMNS = "id, document_id, title, article, text, kind, headings, plain, questions, stands_for, ordinal"
_BARE = "id, document_id, title, article, '', kind, '[]', '', '[]', stands_for, ordinal"


def write(path: Path, passages: Sequence[Passage]) -> None:
    """Passages of one imported document share a holder (their window is the document's); each library entry has its own."""
    holders: dict[str, int] = {}
    rows = []
    for position, passage in enumerate(passages):
        own = passage.document_id.startswith("lib:")
        holder = holders.setdefault(passage.id if own else passage.document_id, len(holders))
        rows.append((position, *_row(passage), holder))
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode=OFF")  # the folder is thrown away whole if anything goes wrong
        connection.execute("PRAGMA synchronous=OFF")  # the store syncs every file before it points to them
        connection.executescript(_SCHEMA)
        np.save(_holders(path), np.array([row[-1] for row in rows], dtype=np.int32), allow_pickle=False)
        with connection:
            connection.executemany(f"INSERT INTO passages VALUES ({', '.join('?' * 13)})", rows)
    finally:
        connection.close()


class Passages:
    """Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        self.holders: NDArray[np.int32] = self._read_holders(_holders(path))
        self.titles: frozenset[str] = frozenset(row[0] for row in self._all("SELECT DISTINCT title FROM passages"))

    def __len__(self) -> int:
        return len(self.holders)

    def get(self, positions: Iterable[int]) -> list[Passage]:
        """:returns: the passages at these positions, in their order"""
        return self._get(list(positions), _COLUMNS)

    def _get(self, wanted: Sequence[int], columns: str) -> list[Passage]:
        found: dict[int, Passage] = {}
        for start in range(0, len(wanted), _PORTION):
            part = wanted[start : start + _PORTION]
            marks = ", ".join("?" * len(part))
            rows = self._all(f"SELECT position, {columns} FROM passages WHERE position IN ({marks})", part)
            found |= {row[0]: _passage(row[1:]) for row in rows}
        return [found[position] for position in wanted]

    def article(self, title: str, article: str) -> list[tuple[int, Passage]]:
        """:returns: position and passage of each version that has the article"""
        rows = self._all(f"SELECT position, {_COLUMNS} FROM passages WHERE title = ? AND article = ?", [title, article])
        return [(row[0], _passage(row[1:])) for row in rows]

    def titled(self, title: str) -> NDArray[np.int64]:
        """:returns: the positions of the passages of an instrument"""
        rows = self._all("SELECT position FROM passages WHERE title = ?", [title])
        return np.array(rows, dtype=np.int64).reshape(-1)

    def representatives(self) -> list[Passage]:
        """:returns: one passage of each holder, by its number, without texts, headings and questions: what a law allows
        does not depend on them, and a large collection has thousands of holders
        """
        _, first = np.unique(self.holders, return_index=True)
        return self._get(first.tolist(), _BARE)

    def _read_holders(self, path: Path) -> NDArray[np.int32]:
        if path.exists():
            stored: NDArray[np.int32] = np.load(path, allow_pickle=False)
            return stored
        rows = self._all("SELECT holder FROM passages ORDER BY position")  # made before there was the file
        return np.array(rows, dtype=np.int32).reshape(-1)

    def _all(self, query: str, values: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def __del__(self) -> None:
        connection = getattr(self, "_connection", None)
        if connection:
            connection.close()


def _holders(path: Path) -> Path:
    return path.with_name(path.name.replace(NAME, _HOLDERS))


def _row(passage: Passage) -> tuple[object, ...]:
    return (
        passage.id,
        passage.document_id,
        passage.title,
        passage.article,
        passage.text,
        passage.kind,
        _dumps(passage.headings),
        passage.plain,
        _dumps(passage.questions),
        _dumps([[cite.title, cite.article] for cite in passage.stands_for]),
        passage.ordinal,
    )


def _passage(row: Sequence[object]) -> Passage:
    id_, document_id, title, article, text, kind, headings, plain, questions, stands_for, ordinal = row
    return Passage(
        id=str(id_),
        document_id=str(document_id),
        title=str(title),
        article=str(article),
        text=str(text),
        kind=str(kind),
        headings=tuple(json.loads(str(headings))),
        plain=str(plain),
        questions=tuple(json.loads(str(questions))),
        stands_for=tuple(Cite(*pair) for pair in json.loads(str(stands_for))),
        ordinal=int(str(ordinal)),
    )
