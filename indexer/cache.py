"""Vectors that were computed before, by text and encoder: nothing is embedded twice, and a stopped build goes on."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from indexer.hit import Encoder, Vectors

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (encoder TEXT NOT NULL, text BLOB NOT NULL, vector BLOB NOT NULL,
  PRIMARY KEY (encoder, text)) WITHOUT ROWID
"""
_PORTION = 512


class EmbeddingCache:
    """One SQLite file. A damaged one is set aside and begun anew: everything in it can be computed again."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = _open(path)
        except sqlite3.DatabaseError:
            path.replace(path.with_suffix(".damaged"))
            self._connection = _open(path)

    def passages(
        self,
        encoder: Encoder,
        texts: Sequence[str],
        *,
        fresh: bool = False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> tuple[Vectors, int]:
        """Encode texts, each distinct one at most once in the life of this file.

        :param fresh: compute all of them again
        :param progress: told how many texts are done after each portion
        :returns: float32 array of shape (len(texts), dimension), and how many texts were computed now
        :raises ValueError: if the encoder gives vectors of another shape than it says
        """
        marks = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
        out = np.zeros((len(texts), encoder.dimension), dtype=np.float32)
        computed = 0
        for start in range(0, len(texts), _PORTION):
            part = marks[start : start + _PORTION]
            known = {} if fresh else self._known(encoder, part)
            missing = {mark: texts[start + at] for at, mark in enumerate(part) if mark not in known}
            if missing:
                vectors = encoder.passages(list(missing.values()))
                if vectors.shape != (len(missing), encoder.dimension):
                    raise ValueError(
                        f"encoder {encoder.name} gave {vectors.shape}, not {(len(missing), encoder.dimension)}"
                    )
                fresh_rows = dict(zip(missing, vectors.astype(np.float32), strict=True))
                self._keep(encoder, fresh_rows)
                known |= fresh_rows
                computed += len(missing)
            for at, mark in enumerate(part):
                out[start + at] = known[mark]
            progress(min(start + _PORTION, len(texts)))
        return out, computed

    def close(self) -> None:
        self._connection.close()

    def _known(self, encoder: Encoder, marks: Sequence[bytes]) -> dict[bytes, Vectors]:
        query = f"SELECT text, vector FROM vectors WHERE encoder = ? AND text IN ({', '.join('?' * len(marks))})"
        rows = self._connection.execute(query, [encoder.name, *marks])
        found = {mark: np.frombuffer(vector, dtype=np.float32) for mark, vector in rows}
        return {mark: vector for mark, vector in found.items() if len(vector) == encoder.dimension}

    def _keep(self, encoder: Encoder, rows: dict[bytes, Vectors]) -> None:
        with self._connection:
            self._connection.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(encoder.name, mark, vector.tobytes()) for mark, vector in rows.items()],
            )


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")  # lost at worst, never wrong: SQLite checks its own pages
        connection.execute(_SCHEMA)
        connection.commit()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection
