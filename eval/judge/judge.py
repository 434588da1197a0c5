"""Asks a chat model about each answer, one verdict a line in judge.jsonl."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot.model import ModelError, Writer
from eval.metrics.harm import harms
from eval.questions import Question
from eval.results import Result
from indexer.hit import Index

FILE = "judge.jsonl"
WORDS: Mapping[str, str] = {"对": "right", "部分对": "partly", "错": "wrong"}
_FOLDER = Path(__file__).parent
_LONG = 2000  # characters of an article or an answer that the model is shown
_TAG = re.compile(r"</?\s*(?:对话|问题|标准|答复)\s*>")


@dataclass(frozen=True, slots=True)
class Verdict:
    """`verdict`: right, partly, wrong, or empty where the model gave none; `reason` in its own words."""

    id: str
    verdict: str
    reason: str


def judged(questions: Sequence[Question], results: Mapping[str, Result]) -> list[Question]:
    """:returns: the questions that there is something to judge about: answered, as they should be"""
    return [
        q
        for q in questions
        if q.gold and q.outcome == "answered" and q.id in results and results[q.id].outcome == "answered"
    ]


def judge(
    writer: Writer,
    index: Index,
    questions: Sequence[Question],
    results: Mapping[str, Result],
    on: date,
    folder: Path,
) -> Iterator[Verdict]:
    """Judges what has not been judged yet and yields each verdict once it is on disk.

    :param on: the day of questions that do not say their own
    """
    known = read(folder)
    system = (_FOLDER / "system.md").read_text(encoding="utf-8")
    with (folder / FILE).open("a", encoding="utf-8") as out:
        for q in judged(questions, results):
            if q.id in known:
                continue
            verdict = _verdict(writer, system, q, results[q.id], _gold(index, q, on))
            out.write(json.dumps(asdict(verdict), ensure_ascii=False) + "\n")
            out.flush()
            yield verdict


def read(folder: Path) -> dict[str, Verdict]:
    """:returns: id -> verdict of a stored run; none where no judge was asked. A line cut in half is asked again."""
    path = folder / FILE
    verdicts: dict[str, Verdict] = {}
    for line in path.read_text(encoding="utf-8").split("\n") if path.exists() else ():
        try:
            verdict = Verdict(**json.loads(line))
        except (ValueError, TypeError):
            continue
        verdicts[verdict.id] = verdict
    return verdicts


def tally(
    verdicts: Mapping[str, Verdict], questions: Sequence[Question], results: Mapping[str, Result], model: str
) -> dict[str, Any]:
    """:returns: how often each verdict fell, and how often it agrees with the exact metrics"""
    counted = Counter(verdict.verdict or "none" for verdict in verdicts.values())
    both = [
        (verdicts[q.id].verdict == "right") == (not harms(q, results[q.id]))
        for q in questions
        if q.id in results and q.id in verdicts and verdicts[q.id].verdict
    ]
    return {"model": model, "verdicts": dict(counted), "agrees": sum(both) / len(both) if both else None, "n": len(both)}


def parsed(id_: str, said: str) -> Verdict:
    first, _, rest = said.strip().partition("\n")
    verdict = WORDS.get(first.strip().strip("。.：:*# "), "")
    return Verdict(id_, verdict, rest.strip()[:300] if verdict else f"没有按格式回答：{said.strip()[:120]}")


def _verdict(writer: Writer, system: str, q: Question, result: Result, gold: str) -> Verdict:
    history = "\n".join(f"{role}：{_plain(text)}" for role, text in q.history) or "（没有）"
    case = (_FOLDER / "case.md").read_text(encoding="utf-8")
    asked = case.format(
        history=history,
        question=_plain(q.question),
        facts="、".join(q.key_facts) or "（没有）",
        gold=gold,
        answer=_plain(result.answer[:_LONG]),
    )
    try:
        return parsed(q.id, "".join(writer.write(system, asked)))
    except ModelError as error:
        return Verdict(q.id, "", f"模型没有答复：{str(error)[:120]}")


def _gold(index: Index, q: Question, on: date) -> str:
    texts = []
    for cite in q.gold:
        hit = index.article(cite.title, cite.article, on=q.on or on) if cite.article else None
        texts.append(f"{cite}：{hit.passage.text[:_LONG]}" if hit else str(cite))
    return "\n".join(texts)


def _plain(text: str) -> str:
    """What is judged cannot close our tags."""
    return _TAG.sub("", text)
