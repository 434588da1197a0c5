"""What came out for one question, as it is stored: one JSON line each, so that runs can be read and compared later."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.model import Cite


class RunError(RuntimeError):
    """A stored run cannot be used as asked; says in Chinese why and what to do."""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation of an answer, with the status that it showed. `foreign`: a rule of a place other than the one asked about."""

    title: str
    article: str
    status: str
    level: str = ""
    note: str = ""
    foreign: bool = False


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
    """:returns: id -> result of a stored run. A last line that a killed run left half written is passed over.

    :raises RunError: naming the first line that is no result
    """
    results: dict[str, Result] = {}
    lines = path.read_text(encoding="utf-8").split("\n")  # not splitlines(): answers may hold U+2028
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            result = _result(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            if number == len(lines):
                break
            raise RunError(f"{path.name} 第 {number} 行读不出来，这次运行的结果损坏了。请重新运行这个题集。") from error
        results[result.id] = result
    return results


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
