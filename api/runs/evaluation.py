"""Runs the evaluation as a program of its own: this room may not import it, and a run that fails harms nothing here."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from api.jobs.worker import Handler, JobError, Progress
from api.settings import Settings

LOOK_SECONDS = 0.5
HEADLINES = {
    "right": "答对",
    "auto-resolved": "常见问题自动答复",
    "answered right": "答复中答对",
    "citation precision": "引用准确",
    "needless hand-over": "多余的转交",
}
OUTCOMES = {  # as eval.checks has them, which this room may not import
    "answered": "直接回答",
    "clarify": "先问清一个关键事实",
    "escalate": "转给专家",
    "redirect": "指到主管部门",
    "refuse": "婉拒",
    "emergency": "先报警求助",
}
_HELD_OUT = "_heldout"  # as eval.questions has it, which this room may not import
_CHECK_SECONDS = 120
_LINES = 20  # of what the program says that a page shows


@dataclass(frozen=True, slots=True)
class QuestionSet:
    name: str
    path: Path
    questions: int

    @property
    def held_out(self) -> bool:
        return held_out(self.name)


def held_out(name: str) -> bool:
    """Whether a set may be run for its figures, and never be looked at."""
    return name.endswith(_HELD_OUT)


def question_sets(own: Path) -> list[QuestionSet]:
    """The sets that lie beside the program, found without importing it, then those that evaluators brought.

    :param own: the folder of the latter
    """
    spec = importlib.util.find_spec("eval")
    folders = [Path(place) / "sets" for place in (spec.submodule_search_locations or ())] if spec else []
    paths = [path for folder in (*folders, own) for path in sorted(folder.glob("*.jsonl"))]
    return [QuestionSet(path.stem, path, _lines(path)) for path in paths]


def bring(settings: Settings, filename: str, data: bytes) -> QuestionSet:
    """Keep an evaluator's own set, once it is sound.

    :raises JobError: what is wrong with it, line by line; nothing is kept then
    """
    name = Path(filename).stem
    if not re.fullmatch(r"[\w-]{1,60}", name):
        raise JobError("文件名只用文字、数字和短横线，以 .jsonl 结尾，不超过 60 个字。请改名后再上传，没有收下。")
    if name in {known.name for known in question_sets(settings.sets)}:
        raise JobError(f"已经有叫 {name} 的题集，没有收下。请给文件换一个名字。")
    settings.sets.mkdir(parents=True, exist_ok=True)
    path = settings.sets / f".{uuid4().hex}" / f"{name}.jsonl"  # under its own name, which the check repeats
    path.parent.mkdir()
    try:
        path.write_bytes(data)
        _said(["validate", str(path)], settings)
        path.replace(settings.sets / path.name)
    finally:
        shutil.rmtree(path.parent, ignore_errors=True)
    return QuestionSet(name, settings.sets / path.name, _lines(settings.sets / path.name))


def compared(settings: Settings, a: Path, b: Path) -> Path:
    """:returns: the page that holds two runs against each other, made when it is first asked for
    :raises JobError: where they cannot be compared, with the reason
    """
    page = b / f"compare-{a.name}.html"
    if not page.exists():
        _said(["compare", str(a), str(b), "--out", str(page)], settings)
    return page


def _said(arguments: list[str], settings: Settings) -> None:
    """:raises JobError: with what the program said where it ends badly"""
    command = [sys.executable, "-m", "eval", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, env=_room(settings), timeout=_CHECK_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise JobError("用时太长，停下了。请把题集分成小一些的再试。") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise JobError("\n".join(line.removeprefix("✗ ") for line in said[:_LINES]) or "评测程序没有说明原因。")


def handlers(settings: Settings) -> dict[str, Handler]:
    def run(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
        chosen = next((found for found in question_sets(settings.sets) if found.name == args["set"]), None)
        if chosen is None:
            raise JobError(f"没有叫 {args['set']} 的题集，没有运行。")
        folder = settings.runs / args["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        progress(0, chosen.questions, "正在启动")
        if not (folder / "summary.json").exists():  # else only the note about it was lost
            for done in _running(_command(chosen, folder), folder, settings):
                progress(done, chosen.questions, "正在提问")
        if not (folder / "report.html").exists():
            raise JobError("运行结束了，但没有生成报告。已有的结果还在，详情见运行记录。")
        return {"figures": figures(folder), "gate": _gate(folder, settings)}

    return {"eval": run}


def _gate(folder: Path, settings: Settings) -> list[str]:
    """:returns: the limits that the run breaks, in words; none where it may go live"""
    command = [sys.executable, "-m", "eval", "gate", str(folder)]
    done = subprocess.run(command, capture_output=True, env=_room(settings), timeout=_CHECK_SECONDS, check=False)
    if not done.returncode:
        return []
    said = (done.stdout or done.stderr).decode("utf-8", "replace").strip().splitlines()
    return [line.removeprefix("✗ ") for line in said[-_LINES:]] or ["评测程序没有说明原因，没有把关。"]


def figures(folder: Path) -> dict[str, float]:
    """:returns: the headline figures of a finished run; none where the summary cannot be read"""
    try:
        known = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["figures"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: known[name]["mean"] for name in HEADLINES if name in known}


def _command(chosen: QuestionSet, folder: Path) -> list[str]:
    return [sys.executable, "-m", "eval", "run", str(chosen.path), "--out", str(folder)]


def _running(command: list[str], folder: Path, settings: Settings) -> Iterator[int]:
    """:returns: how many questions have been asked, now and then, until the run ends

    :raises JobError: where it ends badly, with the last line that it said
    """
    with (folder / "log.txt").open("wb") as log:
        child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=_room(settings))
        try:
            while child.poll() is None:
                time.sleep(LOOK_SECONDS)
                yield _lines(folder / "results.jsonl")
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait(10)
    if child.returncode:
        said = (folder / "log.txt").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise JobError(f"运行中断了：{said[-1][:300] if said else '没有留下说明'}")


def _room(settings: Settings) -> dict[str, str]:
    return os.environ | {
        "ENVDOCTOR_DATA_DIR": str(settings.data_dir.resolve()),
        "ENVDOCTOR_DATABASE_URL": settings.database_url,
        "PYTHONIOENCODING": "utf-8",
        "TZ": settings.timezone,  # its reports tell the time by the clock of the site
        "COLUMNS": "200",  # lines that are shown on a page are not to be broken for a terminal
    }


def _lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except FileNotFoundError:
        return 0
