"""The report of one run: figures, plots with their tables, and every failure beside what was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader

from eval.checks import OUTCOMES, WORDINGS
from eval.judge.judge import Verdict
from eval.metrics.facts import holds
from eval.metrics.harm import HARMS, harms, right_article
from eval.metrics.retrieval import judged as ranked
from eval.questions import Question, held_out
from eval.report import plots, words
from eval.results import Cited, Result
from eval.summary import PRECISION_GOAL, SHOWN_IN_SLICES

if TYPE_CHECKING:
    from eval.compare import Change, Turned
    from eval.run import Run

PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True, lstrip_blocks=True)
PAGES.globals.update(named=words.named, words=words, outcomes=OUTCOMES, wordings=WORDINGS, harms=HARMS)
_ROWS = 16  # of the table below a curve


@dataclass(frozen=True, slots=True)
class Row:
    """One question as a person reads it: what was expected on the left, what came on the right."""

    q: Question
    r: Result
    found: tuple[str, ...]  # harms
    gold: tuple[tuple[str, bool, int | None], ...]  # label, whether it is cited, its rank among the hits
    facts: tuple[tuple[str, bool], ...]  # fact, whether the answer states it
    cited: tuple[tuple[Cited, bool], ...]  # citation, whether it is right
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A plot and the table that says the same."""

    title: str
    says: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def row(q: Question, r: Result, verdict: Verdict | None = None) -> Row:
    names = ranked(r.hits, q.gold)
    gold = tuple(
        (
            str(g),
            any(c.title == g.title and c.article == (g.article or c.article) for c in r.citations),
            names.index(str(g)) + 1 if str(g) in names else None,
        )
        for g in q.gold
    )
    return Row(
        q,
        r,
        tuple(harms(q, r)),
        gold,
        tuple((fact, holds(r.answer, fact)) for fact in q.key_facts),
        tuple((c, right_article(c, q)) for c in r.citations),
        verdict,
    )


def write_report(
    summary: Mapping[str, Any],
    questions: Sequence[Question],
    results: Mapping[str, Result],
    verdicts: Mapping[str, Verdict] | None = None,
) -> str:
    """:returns: a self-contained HTML page. A summary without `finished` is one of a run that was cut off.

    Of a held-out set it holds figures alone, no question and no answer.
    """
    closed = held_out(summary["set"])
    verdicts = verdicts or {}
    rows = [row(q, results[q.id], verdicts.get(q.id)) for q in questions if q.id in results]
    shown = [] if closed else rows
    failures = {harm: [each for each in shown if each.found and each.found[0] == harm] for harm in HARMS}
    against = [each for each in shown if _disagrees(each)]
    return PAGES.get_template("template.html").render(
        s=summary,
        finished=moment(summary["finished"]) if "finished" in summary else "",
        failures={harm: found for harm, found in failures.items() if found},
        failed=sum(bool(each.found) for each in rows),
        against=against,
        closed=closed,
        charts=_charts(summary, results),
        asked=len(questions),
        slice_figures=SHOWN_IN_SLICES,
        goal=PRECISION_GOAL,
    )


def write_comparison(
    a: Run, b: Run, questions: Sequence[Question], note: str, changes: Sequence[Change], turned: Turned
) -> str:
    """:returns: a self-contained HTML page: which figures moved, and each question that turned, before and after; of a
    held-out set only how many turned
    """
    closed = held_out(a.header["set"]) or held_out(b.header["set"])

    def rows(moved: Sequence[Question]) -> list[tuple[Row, Row]]:
        return [(row(q, a.results[q.id]), row(q, b.results[q.id])) for q in moved]

    return PAGES.get_template("compare.html").render(
        a=a,
        b=b,
        n=len(questions),
        note=note,
        closed=closed,
        changes=changes,
        worse=rows(turned.worse),
        better=rows(turned.better),
        other=rows(turned.other),
    )


def moment(stored: str) -> str:
    """:returns: a moment by the clock of this machine, or of the site that runs the evaluation"""
    here = datetime.fromisoformat(stored).astimezone()
    return f"{here:%Y-%m-%d %H:%M}（UTC{here:%z}）"


def _disagrees(each: Row) -> bool:
    said = each.verdict.verdict if each.verdict else ""
    return bool(said) and (said == "right") == bool(each.found)


def _charts(summary: Mapping[str, Any], results: Mapping[str, Result]) -> list[Chart]:
    charts = []
    if points := summary["curve"]:
        step = max(1, -(-len(points) // _ROWS))
        shown = [p for at, p in enumerate(points) if at % step == 0 or at == len(points) - 1]
        charts.append(
            Chart(
                "自动答复率与准确率",
                f"把握的阈值从高到低移动：横轴是该由机器人答的题里答了多少，纵轴是答复里对的比例，阴影是 95% 区间，虚线是目标 {PRECISION_GOAL:.0%}。",
                plots.resolve_curve(points, PRECISION_GOAL),
                ("阈值", "自动答复率", "95% 区间", "准确率", "95% 区间"),
                tuple(
                    (
                        f"{p['threshold']:.3f}",
                        f"{p['share']:.1%}",
                        _range(p["share_low"], p["share_high"]),
                        f"{p['precision']:.1%}",
                        _range(p["low"], p["high"]),
                    )
                    for p in shown
                ),
            )
        )
    if bins := summary["bins"]:
        charts.append(
            Chart(
                "把握准不准",
                "同样把握的答复里，实际答对的比例。点在斜线上，把握就说得准；点越大题越多。",
                plots.calibration_plot(bins),
                ("把握", "实际答对", "95% 区间", "答复数"),
                tuple(
                    (f"{b['confidence']:.2f}", f"{b['share']:.1%}", _range(b["low"], b["high"]), str(b["n"])) for b in bins
                ),
            )
        )
    timed = [r.ms for r in results.values() if not r.error]
    charts.append(
        Chart(
            "用时",
            "从提问到答复完整，一题一次，毫秒。",
            plots.times(timed),
            ("", *summary["ms"]),
            (
                ("答复完整", *(f"{value:g}" for value in summary["ms"].values())),
                ("第一句", *(f"{value:g}" for value in summary["first_ms"].values())),
            ),
        )
    )
    return charts


def _range(low: float, high: float) -> str:
    return f"{low:.1%} – {high:.1%}"
