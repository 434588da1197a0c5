"""Vectors that were computed before, by text and encoder: nothing is embedded twice, and a stopped build goes on."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from indexer.hit import Encoder, Vectors
from indexer.tokenizer import Cut

# With rowids: vectors are appended, and only their small keys are sorted in. Older files without go on as they are.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (encoder TEXT NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL,
  PRIMARY KEY (encoder, text))
"""
_DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
_PORTION = 512


class EmbeddingCache:
    """One SQLite file. A damaged one is set aside and begun anew: everything in it can be computed again."""

    def __init__(self, path: Path) -> None:
        """:raises OSError, sqlite3.Error: if the folder cannot be written"""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        try:
            self._connection = _open(path)
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)

    def passages(
        self, encoder: Encoder, texts: Sequence[str], *, progress: Callable[[int], None] = lambda done: None
    ) -> tuple[Vectors, int]:
        """Encode texts, each distinct one at most once in the life of this file.

        :param progress: told how many texts are done after each portion
        :returns: float32 array of shape (len(texts), dimension), and how many texts were computed now
        :raises ValueError: if the encoder gives vectors of another shape than it says
        """
        marks = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
        out = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
        computed = 0
        for start in range(0, len(texts), _PORTION):
            part = marks[start : start + _PORTION]
            known = self._known(encoder, part)
            missing = {mark: start + at for at, mark in enumerate(part) if mark not in known}
            if missing:
                places = list(missing.values())
                vectors = encoder.passages(texts.take(places) if isinstance(texts, Cut) else [texts[at] for at in places])
                if vectors.shape != (len(missing), encoder.dimension):
                    raise ValueError(
                        f"encoder {encoder.name} gave {vectors.shape}, not {(len(missing), encoder.dimension)}"
                    )
                fresh = dict(zip(missing, vectors.astype(np.float32), strict=True))
                self._keep(encoder, fresh)
                known |= fresh
                computed += len(missing)
            for at, mark in enumerate(part):
                out[start + at] = known[mark]
            progress(min(start + _PORTION, len(texts)))
        return out, computed

    def clear(self) -> None:
        """Forget everything, also what is no longer needed, and give the space back."""
        self._connection.execute("DELETE FROM vectors")
        self._connection.commit()
        self._connection.execute("VACUUM")

    def close(self) -> None:
        self._connection.close()

    def _known(self, encoder: Encoder, marks: Sequence[bytes]) -> dict[bytes, Vectors]:
        query = f"SELECT text, vector FROM vectors WHERE encoder = ? AND text IN ({', '.join('?' * len(marks))})"
        try:
            rows = self._connection.execute(query, [encoder.name, *marks]).fetchall()
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)
            return {}
        found = {mark: np.frombuffer(vector, dtype=np.float32) for mark, vector in rows}
        return {mark: vector for mark, vector in found.items() if len(vector) == encoder.dimension}

    def _keep(self, encoder: Encoder, rows: dict[bytes, Vectors]) -> None:
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(encoder.name, mark, vector.tobytes()) for mark, vector in rows.items()],
            )

    def _begin_anew(self, error: sqlite3.DatabaseError) -> None:
        if error.sqlite_errorcode not in _DAMAGED:
            raise error  # locked or no space left: the file itself is sound
        if hasattr(self, "_connection"):
            self._connection.close()
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._path.replace(self._path.with_suffix(".damaged"))
        self._connection = _open(self._path)


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")  # a crash of the machine costs vectors, never the index
        connection.execute(_SCHEMA)
        connection.commit()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
