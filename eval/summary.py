"""The figures of one run, as a plain table that reports, comparisons and gates read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from eval.metrics import calibration, citations, retrieval
from eval.metrics.facts import holds
from eval.metrics.harm import HARMS, harms
from eval.questions import Question
from eval.results import Result
from eval.statistics import interval

PRECISION_GOAL = 0.97


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
    return {name: values for name, values in table.items() if values}


def _retrieval(questions: Sequence[Question], results: Mapping[str, Result]) -> list[tuple[Question, dict[str, float]]]:
    asked = [q for q in questions if q.gold and q.id in results]
    if not asked:
        return []
    table = retrieval.score(asked, {q.id: results[q.id].hits for q in asked})
    return [(q, table[q.id]) for q in asked]


def summarise(name: str, questions: Sequence[Question], results: Mapping[str, Result]) -> dict[str, Any]:
    """:returns: what summary.json holds: figures with intervals, harms, slices, calibration, times."""
    groups = {q.id: q.group for q in questions}
    table = figures(questions, results)
    per = {q.id: harms(q, results[q.id]) for q in questions if q.id in results}
    counted = Counter(harm for found in per.values() for harm in found)
    answered = [(q, results[q.id]) for q in questions if q.id in results and results[q.id].outcome == "answered"]
    confidence = [r.confidence for _, r in answered]
    right = [not per[q.id] for q, _ in answered]
    in_scope = sum(q.outcome == "answered" for q in questions)
    points = calibration.curve(confidence, right, max(in_scope, 1))
    ece, bins = calibration.error(confidence, right)
    times = np.array([r.ms for r in results.values() if not r.error] or [0.0])
    first = np.array([r.first_ms for r in results.values() if not r.error] or [0.0])
    return {
        "set": name,
        "questions": len(results),
        "figures": {
            key: dict(
                zip(("mean", "low", "high"), interval(list(values.values()), [groups[i] for i in values]), strict=True)
            )
            | {"n": len(values)}
            for key, values in table.items()
        },
        "harms": {harm: counted[harm] for harm in HARMS if counted[harm]},
        "slices": {
            field: _slice(questions, table, key)
            for field, key in (("topic", _topic), ("persona", _persona), ("wording", _wording), ("outcome", _outcome))
        },
        "curve": [(p.threshold, p.share, p.precision) for p in points],
        "share at goal": max((p.share for p in points if p.precision >= PRECISION_GOAL), default=0.0),
        "calibration error": ece,
        "bins": bins,
        "ms": {f"p{p}": round(float(np.percentile(times, p)), 1) for p in (50, 90, 95, 99)},
        "first_ms": {f"p{p}": round(float(np.percentile(first, p)), 1) for p in (50, 90, 95, 99)},
    }


def _topic(q: Question) -> str:
    return q.topic


def _persona(q: Question) -> str:
    return q.persona


def _wording(q: Question) -> str:
    return q.wording


def _outcome(q: Question) -> str:
    return q.outcome


def _slice(
    questions: Sequence[Question], table: Mapping[str, Mapping[str, float]], key: Callable[[Question], str]
) -> dict[str, dict[str, float]]:
    rows: dict[str, dict[str, float]] = {}
    for value in sorted({key(q) for q in questions if key(q)}):
        ids = [q.id for q in questions if key(q) == value]
        row = {"n": float(len(ids))}
        for name in ("Success@5", "RR@10", "right", "outcome accuracy"):
            inside = [table[name][i] for i in ids if i in table.get(name, {})]
            if inside:
                row[name] = sum(inside) / len(inside)
        rows[value] = row
    return rows
