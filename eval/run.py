"""Ask a whole set and keep what came out: results.jsonl, summary.json, report.html in one folder a run."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from bot.answer import Answer, Context, Delta, Turn
from bot.doctor import Doctor
from corpus.model import Cite
from eval.metrics.facts import normal
from eval.questions import Question
from eval.results import Cited, Result
from eval.summary import summarise
from indexer.hit import Hit, Index

LEGAL = frozenset({"lead", "detail", "table"})


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a question is asked that does not say so itself."""

    on: date
    region: str


def ask(doctor: Doctor, index: Callable[[], Index], question: Question, setting: Setting) -> Result:
    """One question through the same stream that the widget reads; an exception becomes a failed result."""
    context = Context(question.on or setting.on, setting.region if question.region is None else question.region)
    history = [Turn(role, content) for role, content in question.history]
    began = time.perf_counter()
    first = 0.0
    answer: Answer | None = None
    try:
        for event in doctor.stream(question.question, history, context):
            if isinstance(event, Delta) and not first:
                first = time.perf_counter() - began
            answer = getattr(event, "answer", answer)
        if answer is None:
            raise RuntimeError("the stream ended without a decision")
    except Exception as error:  # an evaluation must go on, and must show what failed
        return _failed(question, f"{type(error).__name__}: {error}")
    took = time.perf_counter() - began
    hits = answer.hits or (
        tuple(index().search(question.question, on=context.on, region=context.region, k=10)) if question.gold else ()
    )
    return Result(
        id=question.id,
        outcome=str(answer.outcome),
        speaker=str(answer.speaker),
        answer=answer.text,
        citations=tuple(Cited(c.title, c.article, str(c.status), c.level, c.note) for c in answer.citations),
        uncited=tuple(
            b.text or str(b.rows)
            for b in answer.blocks
            if answer.outcome == "answered" and answer.speaker != "rule" and b.kind in LEGAL and not b.cites
        ),
        hits=tuple(stands_for(hit) for hit in hits[:10]),
        confidence=answer.confidence,
        reasons=answer.reasons,
        first_ms=round((first or took) * 1000, 2),
        ms=round(took * 1000, 2),
    )


def stands_for(hit: Hit) -> tuple[Cite, ...]:
    return hit.passage.stands_for or (Cite(hit.passage.title, hit.passage.article),)


def _failed(question: Question, error: str) -> Result:
    return Result(question.id, "", "", "", (), (), (), 0.0, (), 0.0, 0.0, error)


def run(
    doctor: Doctor, index: Callable[[], Index], questions: Sequence[Question], setting: Setting, folder: Path, name: str
) -> Iterator[Result]:
    """Asks one question after the other and yields each result as it is written; summary and report come at the end.

    Results are appended line by line, so that a run that is cut off leaves what it has.
    """
    from eval.report.html import write_report

    folder.mkdir(parents=True, exist_ok=True)
    results: dict[str, Result] = {}
    doctor.ask(normal(questions[0].question), (), Context(setting.on, setting.region))  # loads what loads late
    with (folder / "results.jsonl").open("w", encoding="utf-8") as out:
        for question in questions:
            result = ask(doctor, index, question, setting)
            out.write(result.to_json() + "\n")
            out.flush()
            results[question.id] = result
            yield result
    summary = summarise(name, questions, results) | {
        "index": index().id,
        "on": setting.on.isoformat(),
        "region": setting.region,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write(folder / "summary.json", json.dumps(summary, ensure_ascii=False, indent=1))
    write(folder / "report.html", write_report(summary, questions, results))


def write(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
