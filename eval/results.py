"""What came out for one question, as it is stored: one JSON line each, so that runs can be read and compared later."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.model import Cite


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of an answer, with the status that it showed; `since` and `until` as ISO dates or empty."""

    title: str
    article: str
    status: str
    level: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """`hits`: for each of the first ten ranks the articles that it stands for. Times in milliseconds."""

    id: str
    outcome: str
    speaker: str
    answer: str
    citations: tuple[Cited, ...]
    uncited: tuple[str, ...]  # shown blocks of legal content without a citation
    hits: tuple[tuple[Cite, ...], ...]
    confidence: float
    reasons: tuple[str, ...]
    first_ms: float
    ms: float
    error: str = ""

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def read(path: Path) -> dict[str, Result]:
    """:returns: id -> result of a stored run."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return {row["id"]: _result(row) for row in rows}


def _result(row: dict[str, Any]) -> Result:
    return Result(
        **{
            **row,
            "citations": tuple(Cited(**cited) for cited in row["citations"]),
            "uncited": tuple(row["uncited"]),
            "hits": tuple(tuple(Cite(**cite) for cite in hit) for hit in row["hits"]),
            "reasons": tuple(row["reasons"]),
        }
    )
