"""Questions of a file to answers of a file, a line each; a bad line costs itself alone."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from bot.answer import Answer, Context, Turn
from bot.doctor import Doctor
from corpus.model import Cite
from indexer.hit import Hit

HITS = 10


class LineError(ValueError):
    """A line is no question; says why."""


def run(lines: Iterable[str], doctor: Doctor, today: date, region: str) -> Iterator[dict[str, Any]]:
    """:returns: for each non-empty line the answer, or `{"id", "error", "line"}` where it cannot be read."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        row: Any = None
        try:
            row = json.loads(line)
            yield _line(row, doctor, today, region)
        except (ValueError, RecursionError) as error:
            known = row.get("id") if isinstance(row, dict) else None
            yield {"id": known, "error": str(error)[:200], "line": number}


def _line(row: Any, doctor: Doctor, today: date, region: str) -> dict[str, Any]:  # noqa: ANN401 - whatever the line held
    if not isinstance(row, dict):
        raise LineError("a line must be an object")
    if not isinstance(row.get("question"), str):
        raise LineError("question must be a string")
    if row.get("id") is None:
        raise LineError("id is missing")
    context = Context(_day(row.get("on"), today), str(row.get("region") or region))
    history = tuple(_turn(turn) for turn in row.get("history") or ())
    begun = time.perf_counter()
    answer = doctor.ask(row["question"], history, context)
    return {"id": row["id"], **export(answer), "ms": round((time.perf_counter() - begun) * 1000, 1)}


def export(answer: Answer) -> dict[str, Any]:
    """:returns: an answer as other programs read it."""
    return {
        "outcome": str(answer.outcome),
        "answer": answer.text,
        "citations": [
            {"title": c.title, "article": c.article, "paragraph": c.paragraph, "status": str(c.status)}
            for c in answer.citations
        ],
        "confidence": answer.confidence,
        "hits": [
            {"title": cite.title, "article": cite.article, "score": round(hit.score, 4)} for hit, cite in _hits(answer.hits)
        ],
    }


def _hits(hits: Iterable[Hit]) -> list[tuple[Hit, Cite]]:
    """The first ten distinct articles, a digest or FAQ as the articles that it stands for."""
    out: dict[Cite, Hit] = {}
    for hit in hits:
        for cite in hit.passage.stands_for or (Cite(hit.passage.title, hit.passage.article),):
            out.setdefault(cite, hit)
    return [(hit, cite) for cite, hit in out.items()][:HITS]


def _day(value: object, today: date) -> date:
    if value in (None, ""):
        return today
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise LineError(f"on must be a day such as 2026-11-21, got {str(value)[:40]}") from error


def _turn(value: object) -> Turn:
    if (
        not isinstance(value, Mapping)
        or not isinstance(value.get("role"), str)
        or not isinstance(value.get("content"), str)
    ):
        raise LineError("history must hold objects with role and content")
    return Turn(value["role"], value["content"])
