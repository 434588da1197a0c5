"""Ask a whole set and keep what came out: one folder a run, that compares, gates and reports read later.

run.json         what is measured: set and its hash, day, place, versions; written first
questions.jsonl  the set itself, so that a run can be read when the set has changed
results.jsonl    one line a question, written as it is answered: an interrupted run goes on where it stopped
judge.jsonl      what a chat model thinks of the answers, where one was asked to
summary.json     the figures, written last: a run without it is not finished
report.html      the same for people
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.answer import LEGAL, Answer, Context, Delta, Turn
from corpus.model import Cite
from eval import questions as sets
from eval.judge.judge import Verdict
from eval.questions import Question
from eval.report.html import write_report
from eval.results import Cited, Result, RunError, read
from eval.summary import summarise
from eval.system import System
from indexer.hit import Hit

HEADER, QUESTIONS, RESULTS, SUMMARY, REPORT = (
    "run.json",
    "questions.jsonl",
    "results.jsonl",
    "summary.json",
    "report.html",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a question is asked that does not say so itself."""

    on: date
    region: str

    def context(self, question: Question) -> Context:
        return Context(question.on or self.on, self.region if question.region is None else question.region)


@dataclass(frozen=True, slots=True)
class Run:
    """A run that is under way: its folder, its questions and what has been answered so far."""

    folder: Path
    header: dict[str, Any]
    questions: list[Question]
    results: dict[str, Result]


def begin(system: System, path: Path, setting: Setting, folder: Path) -> Run:
    """Open the folder of a run, or of the same run that was cut off.

    :raises SetError: if the set breaks its schema
    :raises RunError: if the folder holds another run, or one that is finished
    """
    data = path.read_bytes()
    questions = sets.parse(data, path.name)
    header: dict[str, Any] = {
        "set": path.stem,
        "set_sha256": sets.digest(data),
        "on": setting.on.isoformat(),
        "region": setting.region,
        "versions": dict(system.versions),
    }
    folder.mkdir(parents=True, exist_ok=True)
    results: dict[str, Result] = {}
    if (folder / HEADER).exists():
        results = _kept(folder, header)
    elif (folder / RESULTS).exists() or (folder / SUMMARY).exists():
        raise RunError(f"文件夹 {folder} 里已有别的结果，没有动它。请用 --out 换一个文件夹。")
    else:
        (folder / QUESTIONS).write_bytes(data)
        write(folder / HEADER, json.dumps(header, ensure_ascii=False, indent=1))
    return Run(folder, header, questions, results)


def _kept(folder: Path, header: dict[str, Any]) -> dict[str, Result]:
    if (folder / SUMMARY).exists():
        raise RunError(f"文件夹 {folder} 里的运行已经完成，没有动它。要再运行一次，请用 --out 换一个文件夹。")
    before = json.loads((folder / HEADER).read_text(encoding="utf-8"))
    if changed := _changed(before, header):
        raise RunError(
            f"文件夹 {folder} 里是一次没有完成的运行，但之后变了：{'、'.join(changed)}。混在一起的结果没有意义，"
            "已有的结果没有动。请用 --out 换一个文件夹重新运行。"
        )
    path = folder / RESULTS
    results = read(path) if path.exists() else {}
    write(path, "".join(result.to_json() + "\n" for result in results.values()))  # drops a line cut in half
    return results


_WORDS = {
    "set": "题集",
    "set_sha256": "题集内容",
    "on": "日期",
    "region": "地区",
    "code": "程序",
    "library": "随附知识库",
    "catalogue": "文档目录",
    "index": "索引",
    "encoder": "编码器",
    "chat model": "对话模型",
    "answer at": "答复阈值",
}


def _changed(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    old, new = ({**each, **each["versions"]} for each in (before, now))
    return [words for key, words in _WORDS.items() if old.get(key) != new.get(key)]


def ask(system: System, question: Question, setting: Setting) -> Result:
    """One question through the same stream that the widget reads; an exception becomes a failed result."""
    context = setting.context(question)
    history = [Turn(role, content) for role, content in question.history]
    began = time.perf_counter()
    first = 0.0
    answer: Answer | None = None
    try:
        for event in system.doctor.stream(question.question, history, context):
            if isinstance(event, Delta) and not first:
                first = time.perf_counter() - began
            answer = getattr(event, "answer", answer)
        if answer is None:
            raise RuntimeError("the stream ended without a decision")
    except Exception as error:  # an evaluation must go on, and must show what failed
        return _failed(question, f"{type(error).__name__}: {error}")
    took = time.perf_counter() - began
    hits = answer.hits or (
        tuple(system.index.search(question.question, on=context.on, region=context.region, k=10)) if question.gold else ()
    )
    return Result(
        id=question.id,
        outcome=str(answer.outcome),
        speaker=str(answer.speaker),
        answer=answer.text,
        citations=tuple(_cited(system, answer, context.region)),
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


def _cited(system: System, answer: Answer, region: str) -> Iterator[Cited]:
    for c in answer.citations:
        document = system.documents.get(c.document_id)
        foreign = bool(region and document and not document.applies_in(region))
        yield Cited(c.title, c.article, str(c.status), c.level, c.note, foreign)


def stands_for(hit: Hit) -> tuple[Cite, ...]:
    return hit.passage.stands_for or (Cite(hit.passage.title, hit.passage.article),)


def _failed(question: Question, error: str) -> Result:
    return Result(question.id, "", "", "", (), (), (), 0.0, (), 0.0, 0.0, error)


def go(system: System, run: Run, setting: Setting) -> Iterator[Result]:
    """Asks what has not been asked yet, one question after the other, and yields each result once it is on disk."""
    with (run.folder / RESULTS).open("a", encoding="utf-8") as out:
        for question in run.questions:
            if question.id in run.results:
                continue
            result = ask(system, question, setting)
            out.write(result.to_json() + "\n")
            out.flush()
            run.results[question.id] = result
            yield result


def finish(run: Run, extra: dict[str, Any] | None = None, verdicts: Mapping[str, Verdict] | None = None) -> dict[str, Any]:
    """Write the report, and the summary where every question has been answered.

    :param extra: what else the summary holds, such as the tally of a judge
    """
    done = all(question.id in run.results for question in run.questions)
    summary = (
        summarise(run.header["set"], run.questions, run.results)
        | {key: run.header[key] for key in ("set_sha256", "on", "region", "versions")}
        | (extra or {})
        | ({"finished": datetime.now(UTC).isoformat(timespec="seconds")} if done else {})
    )
    write(run.folder / REPORT, write_report(summary, run.questions, run.results, verdicts))
    if done:
        write(run.folder / SUMMARY, json.dumps(summary, ensure_ascii=False, indent=1))
    return summary


def opened(folder: Path) -> Run:
    """:returns: a stored run, finished or not
    :raises RunError: if the folder holds none
    """
    try:
        header: dict[str, Any] = json.loads((folder / HEADER).read_text(encoding="utf-8"))
        questions = sets.load(folder / QUESTIONS)
        return Run(folder, header, questions, read(folder / RESULTS))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise RunError(f"{folder} 里没有评测结果。请写一次运行的文件夹，里面有 {HEADER} 和 {RESULTS}。") from error
    except ValueError as error:
        raise RunError(f"{folder} 里的运行记录损坏了，读不出来。请重新运行这个题集。") from error


def summary_of(folder: Path) -> dict[str, Any]:
    """:raises RunError: if the folder holds no finished run"""
    try:
        summary: dict[str, Any] = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if (folder / HEADER).exists():
            raise RunError(f"{folder} 里的运行还没有完成。请用同样的命令和 --out {folder} 接着运行。") from error
        raise RunError(f"{folder} 里没有评测结果。请写一次运行的文件夹。") from error
    except ValueError as error:
        raise RunError(f"{folder} 里的 {SUMMARY} 损坏了，读不出来。请重新运行这个题集。") from error
    return summary


def write(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_suffix(path.suffix + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
