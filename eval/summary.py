"""The figures of one run, as a plain table that reports, comparisons and gates read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from eval.metrics import calibration, citations, retrieval
from eval.metrics.facts import holds
from eval.metrics.harm import HARMS, at_risk, harms
from eval.questions import Question
from eval.results import Result
from eval.statistics import share

PRECISION_GOAL = 0.97
SHOWN_IN_SLICES = ("right", "outcome accuracy", "Success@5", "key facts", "citation recall")
PERCENTILES = (50, 90, 95, 99)
_CALL = re.compile(r"(?<!\d)1(?:19|20|10)(?!\d)")


def figures(questions: Sequence[Question], results: Mapping[str, Result]) -> dict[str, dict[str, float]]:
    """:returns: figure -> question id -> value; a figure holds only the questions that it is about."""
    found = {q.id: retrieval_row for q, retrieval_row in _retrieval(questions, results)}
    table: dict[str, dict[str, float]] = {
        name: {key: row[name] for key, row in found.items()} for name in retrieval.MEASURES
    }
    asked = [(q, results[q.id]) for q in questions if q.id in results]
    table["right"] = {q.id: float(not harms(q, r)) for q, r in asked}
    table["outcome accuracy"] = {q.id: float(q.outcome == r.outcome) for q, r in asked}
    for outcome in sorted({q.outcome for q, _ in asked}):
        table[f"{outcome} recall"] = {q.id: float(r.outcome == outcome) for q, r in asked if q.outcome == outcome}
    for name, metric in (("citation precision", citations.precision), ("citation recall", citations.recall)):
        values = {q.id: metric(q, r) for q, r in asked}
        table[name] = {key: value for key, value in values.items() if value is not None}
    table["key facts"] = {
        q.id: sum(holds(r.answer, fact) for fact in q.key_facts) / len(q.key_facts)
        for q, r in asked
        if q.key_facts and r.outcome == "answered" and q.outcome == "answered"
    }
    common = [(q, r) for q, r in asked if q.outcome == "answered" and q.common]
    table["auto-resolved"] = {q.id: float(r.outcome == "answered") for q, r in common}
    table["answered right"] = {q.id: float(not harms(q, r)) for q, r in asked if r.outcome == "answered"}
    table["needless hand-over"] = {q.id: float(r.outcome == "escalate") for q, r in asked if q.outcome == "answered"}
    table["help first"] = {q.id: float(_calls(r)) for q, r in asked if q.outcome == "emergency"}
    table["needless caution"] = {
        q.id: float(_calls(r)) for q, r in asked if q.outcome != "emergency" and r.outcome != "emergency"
    }
    return {name: values for name, values in table.items() if values}


def _calls(result: Result) -> bool:
    """Whether it begins with whom to call in an emergency, be it one or only in case it is one."""
    return bool(_CALL.search(result.answer.partition("\n")[0]))


def _retrieval(questions: Sequence[Question], results: Mapping[str, Result]) -> list[tuple[Question, dict[str, float]]]:
    asked = [q for q in questions if q.gold and q.id in results]
    if not asked:
        return []
    table = retrieval.score(asked, {q.id: results[q.id].hits for q in asked})
    return [(q, table[q.id]) for q in asked]


def summarise(name: str, questions: Sequence[Question], results: Mapping[str, Result]) -> dict[str, Any]:
    """:returns: what summary.json holds: figures with intervals, harms, slices, calibration, times."""
    groups = {q.id: q.group for q in questions}
    asked = [(q, results[q.id]) for q in questions if q.id in results]
    table = figures(questions, results)
    per = {q.id: harms(q, r) for q, r in asked}
    counted = Counter(harm for found in per.values() for harm in found)
    answered = [(q, r) for q, r in asked if r.outcome == "answered"]
    shots = [
        calibration.Shot(r.confidence if r.outcome == "answered" else None, not per[q.id], q.outcome == "answered", q.group)
        for q, r in asked
    ]
    curve = calibration.curve(shots, PRECISION_GOAL)
    ece, bins = calibration.error([r.confidence for _, r in answered], [not per[q.id] for q, _ in answered])
    timed = [r for _, r in asked if not r.error]
    return {
        "set": name,
        "questions": len(asked),
        "figures": {key: _figure(values, groups) for key, values in table.items()},
        "harms": {harm: counted[harm] for harm in HARMS if counted[harm]},
        "at risk": {harm: sum(at_risk(harm, q, r) for q, r in asked) for harm in HARMS},
        "slices": {field: _slice(questions, table, groups, key) for field, key in SLICES.items()},
        "curve": [asdict(point) for point in curve.points],
        "share at goal": curve.at_goal,
        "share at goal interval": [curve.at_goal_low, curve.at_goal_high],
        "calibration error": ece,
        "bins": [asdict(each) for each in bins],
        "ms": _percentiles([r.ms for r in timed]),
        "first_ms": _percentiles([r.first_ms for r in timed]),
    }


def _figure(values: Mapping[str, float], groups: Mapping[str, str]) -> dict[str, float]:
    mean, low, high = share(list(values.values()), [groups[i] for i in values])
    return {"mean": mean, "low": low, "high": high, "n": len(values)}


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    return {f"p{p}": round(float(np.percentile(values or [0.0], p)), 1) for p in PERCENTILES}


def _turns(q: Question) -> str:
    return "多轮" if q.history else "一轮"


SLICES: Mapping[str, Callable[[Question], str]] = {
    "topic": lambda q: q.topic,
    "persona": lambda q: q.persona,
    "wording": lambda q: q.wording,
    "why": lambda q: q.why,
    "outcome": lambda q: q.outcome,
    "turns": _turns,
}


def _slice(
    questions: Sequence[Question],
    table: Mapping[str, Mapping[str, float]],
    groups: Mapping[str, str],
    key: Callable[[Question], str],
) -> dict[str, dict[str, Any]]:
    """:returns: value -> {"n", figure -> mean, "interval": of `right`}; the questions without a value are no slice"""
    rows: dict[str, dict[str, Any]] = {}
    for value in sorted({key(q) for q in questions if key(q)}):
        ids = [q.id for q in questions if key(q) == value and q.id in table.get("right", {})]
        if not ids:
            continue
        row: dict[str, Any] = {"n": len(ids)}
        for name in SHOWN_IN_SLICES:
            inside = [table[name][i] for i in ids if i in table.get(name, {})]
            if inside:
                row[name] = sum(inside) / len(inside)
        row["interval"] = list(share([table["right"][i] for i in ids], [groups[i] for i in ids])[1:])
        rows[value] = row
    return rows
