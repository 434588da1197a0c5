"""Runs the evaluation as a program of its own: this room may not import it, and a run that fails harms nothing here."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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


@dataclass(frozen=True, slots=True)
class QuestionSet:
    name: str
    path: Path
    questions: int


def question_sets() -> list[QuestionSet]:
    """The sets that lie beside the program; found without importing it."""
    spec = importlib.util.find_spec("eval")
    folders = [Path(place) / "sets" for place in (spec.submodule_search_locations or ())] if spec else []
    paths = sorted(path for folder in folders for path in folder.glob("*.jsonl"))
    return [QuestionSet(path.stem, path, _lines(path)) for path in paths]


def handlers(settings: Settings) -> dict[str, Handler]:
    def run(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
        chosen = next((found for found in question_sets() if found.name == args["set"]), None)
        if chosen is None:
            raise JobError(f"没有叫 {args['set']} 的题集，没有运行。")
        folder = settings.runs / args["folder"]
        folder.mkdir(parents=True, exist_ok=True)
        progress(0, chosen.questions, "正在启动")
        for done in _running(_command(chosen, folder), folder, settings):
            progress(done, chosen.questions, "正在提问")
        if not (folder / "report.html").exists():
            raise JobError("运行结束了，但没有生成报告。已有的结果还在，详情见运行记录。")
        return {"figures": figures(folder)}

    return {"eval": run}


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
    room = {"ENVDOCTOR_DATA_DIR": str(settings.data_dir.resolve()), "ENVDOCTOR_DATABASE_URL": settings.database_url}
    with (folder / "log.txt").open("wb") as log:
        child = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=os.environ | room)
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


def _lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for _ in file)
    except FileNotFoundError:
        return 0
