"""How cost grows with the collection: every system at every size, each in a process of its own, in one run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from corpus.catalogue import Catalogue
from eval.bench import swap
from eval.bench.sizes import forecast
from eval.questions import load

SIZES = (1_000, 10_000, 57_000)
MILLION = 1_000_000
SYSTEMS = {"ours": "环保医生", "bm25s": "bm25s alone", "FAISS": "FAISS alone", "stock": "LangChain recipe"}
STOCK_UP_TO = 150_000  # it scores every chunk in Python: minutes for a hundred questions beyond
SWAP_SIZE = 10_000
LIMIT = 480.0  # seconds that the build of the largest collection may take
SPARE = 0.7  # share of the free memory that may be used
Figures = dict[str, float]


@dataclass
class Grown:
    """Everything measured. `figures`: system -> size -> figure -> value; `skipped`: what was not run, and why."""

    passages: int
    imported: float  # seconds that the import took
    machine: str
    figures: dict[str, dict[int, Figures]] = field(default_factory=dict)
    swap: Figures = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def points(self, system: str, figure: str) -> list[tuple[int, float]]:
        rows = self.figures.get(system, {})
        return [(size, rows[size][figure]) for size in sorted(rows) if figure in rows[size]]

    def ratio(self, system: str, size: int, figure: str) -> float | None:
        """:returns: ours over the other system in the same run; None where either was not measured"""
        ours = self.figures.get("ours", {}).get(size, {}).get(figure)
        other = self.figures.get(system, {}).get(size, {}).get(figure)
        return ours / other if ours is not None and other else None

    def to_json(self) -> dict[str, Any]:
        return {
            name: getattr(self, name)
            for name in ("machine", "passages", "imported", "figures", "swap", "failures", "skipped")
        }


def measure(
    texts: Path,
    questions: Path,
    tell: Callable[[str], None],
    *,
    keep: Callable[[Grown], None] = lambda grown: None,
    sizes: Sequence[int] = SIZES,
    largest: int = MILLION,
) -> Grown:
    """:param texts: folder that `python -m corpus add` takes; its whole size is measured after `sizes`
    :param keep: told after each measurement, so that a run that is cut off leaves what it has
    :param largest: made of shuffled sentences, if memory and time are likely to suffice; 0 for none
    :raises subprocess.CalledProcessError: if a system fails; its words are in `stderr`
    """
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        tell("导入文本")
        grown = _imported(texts, data)
        asked = [q.question for q in load(questions)]
        for size in [*(size for size in sizes if size < grown.passages), grown.passages]:
            for system in SYSTEMS:
                if system == "stock" and size > STOCK_UP_TO:
                    grown.skipped.append(f"{SYSTEMS[system]}, {size:,}: not run beyond {STOCK_UP_TO:,}")
                    continue
                tell(f"{SYSTEMS[system]}, {size:,}")
                grown.figures.setdefault(system, {})[size] = _child(system, data, size, questions)
                keep(grown)
            if not grown.swap and size >= min(SWAP_SIZE, grown.passages):
                tell("换索引时提问")
                grown.swap, grown.failures = swap.measure(data, size, asked)
                keep(grown)
        if reason := refused(grown, largest, psutil.virtual_memory().available / 2**20):
            grown.skipped.append(reason)
        elif largest > grown.passages:
            tell(f"{SYSTEMS['ours']}, {largest:,}")
            grown.figures["ours"][largest] = _child("ours", data, largest, questions)
        keep(grown)
    return grown


def _imported(texts: Path, data: Path) -> Grown:
    began = time.perf_counter()
    environment = {**os.environ, "ENVDOCTOR_DATA_DIR": str(data), "ENVDOCTOR_DATABASE_URL": ""}
    command = [sys.executable, "-m", "corpus", "add", str(texts)]
    subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    catalogue = Catalogue.open(f"sqlite:///{data / 'env-doctor.db'}")
    try:
        count = sum(1 for _ in catalogue.all_passages())
    finally:
        catalogue.close()
    if not count:
        raise ValueError(f"nothing to measure in {texts}")
    return Grown(count, seconds, machine())


def refused(grown: Grown, size: int, free: float) -> str:
    """:param free: MiB
    :returns: why a collection of this size is not tried; empty if it is
    """
    if size <= grown.passages:
        return ""
    seconds, memory = grown.points("ours", "build, s"), grown.points("ours", "peak memory, MiB")
    if len(seconds) < 2:
        return f"{size:,}: too few smaller sizes to foresee its cost"
    needed, took = forecast(memory, size), forecast(seconds, size)
    if needed > SPARE * free:
        return f"{size:,}: would need about {needed / 1024:.0f} GiB, {free / 1024:.0f} GiB are free"
    return f"{size:,}: would take about {took / 60:.0f} minutes" if took > LIMIT else ""


def machine() -> str:
    """:returns: the machine in words, for the head of a table"""
    return f"{os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, load {os.getloadavg()[0]:.1f} before"


def _child(system: str, data: Path, size: int, questions: Path) -> Figures:
    found = _run(system, data, size, questions)
    if system != "ours":
        return found
    serving = _run("serving", data, size, questions)
    shutil.rmtree(data / str(size))
    return found | serving | {"peak memory, MiB": found["peak memory, MiB"], "serving, MiB": serving["peak memory, MiB"]}


def _run(system: str, data: Path, size: int, questions: Path) -> Figures:
    out = data / "figures.json"
    worker = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "eval.bench.grown",
        system,
        str(data),
        str(size),
        str(questions),
        str(out),
    ]
    subprocess.run(worker, check=True, capture_output=True)
    figures: Figures = json.loads(out.read_text(encoding="utf-8"))
    return figures


def table(grown: Grown, figure: str) -> list[list[str]]:
    """:returns: a row a size: the value of each system, then ours over each of the others"""
    sizes = sorted({size for rows in grown.figures.values() for size in rows})
    rows = []
    for size in sizes:
        values = [grown.figures.get(system, {}).get(size, {}).get(figure) for system in SYSTEMS]
        ratios = [grown.ratio(system, size, figure) for system in SYSTEMS if system != "ours"]
        rows.append([f"{size:,}", *(_shown(value) for value in values), *(_shown(ratio) for ratio in ratios)])
    return rows


def drawn(grown: Grown, figure: str) -> Mapping[str, list[tuple[float, float]]]:
    """:returns: the lines of a plot of cost over size"""
    lines = {name: [(float(x), y) for x, y in grown.points(system, figure)] for system, name in SYSTEMS.items()}
    return {("env-doctor" if name == SYSTEMS["ours"] else name): points for name, points in lines.items() if points}


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}" if value < 1000 else f"{value:,.0f}"
