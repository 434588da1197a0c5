"""The report of one run: figures, plots, and every failure beside what was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from eval.metrics.harm import HARMS, harms
from eval.questions import Question
from eval.report import plots
from eval.results import Result
from eval.summary import PRECISION_GOAL

PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)


def write_report(summary: Mapping[str, Any], questions: Sequence[Question], results: Mapping[str, Result]) -> str:
    """:returns: a self-contained HTML page."""
    failures = [(q, results[q.id], found) for q in questions if q.id in results and (found := harms(q, results[q.id]))]
    order = list(HARMS)
    failures.sort(key=lambda row: order.index(row[2][0]))
    drawn = [plots.times([r.ms for r in results.values()])]
    if summary["curve"]:
        drawn = [plots.resolve_curve(summary["curve"], PRECISION_GOAL), plots.calibration_plot(summary["bins"]), *drawn]
    return PAGES.get_template("template.html").render(s=summary, meaning=HARMS, failures=failures, plots=drawn)
