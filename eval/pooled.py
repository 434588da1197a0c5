"""Several runs read as one: sets that are too small by themselves to say how precise the answers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.metrics import calibration
from eval.metrics.harm import harms
from eval.questions import Question, apart
from eval.results import Result, RunError
from eval.run import Run
from eval.statistics import share

GOALS = (0.97, 0.95, 0.93, 0.9)
INCOMPLETE = "wrong_number"  # the right article, and a key fact not to the letter


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the in-scope questions are answered at a precision of at least `goal`: where all must be right to the letter, and
    where a right article suffices; each with its 95 % interval.
    """

    goal: float
    letter: tuple[float, float, float]
    article: tuple[float, float, float]


def pooled(runs: Sequence[Run]) -> tuple[list[Question], dict[str, Result]]:
    """:returns: questions and results of all runs, each id and group made unlike those of the other sets
    :raises RunError: if two are of one set, whose questions would count twice
    """
    names = [str(run.header["set"]) for run in runs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise RunError(f"题集 {'、'.join(twice)} 有两次运行，同一道题会算两遍。请每个题集只写一次运行。")
    questions = [q for name, run in zip(names, runs, strict=True) for q in apart(name, run.questions)]
    results = {
        f"{name}/{id_}": result for name, run in zip(names, runs, strict=True) for id_, result in run.results.items()
    }
    return questions, results


def common(questions: Sequence[Question], results: Mapping[str, Result]) -> dict[str, tuple[float, float, float]]:
    """:returns: of the common questions that the library should answer, with 95 % intervals: `answered`, the share that was; of these
    answers `article`, those that cite a right article and do no other harm, and `letter`, those with every key fact too
    """
    asked = [(q, results[q.id]) for q in questions if q.common and q.outcome == "answered" and q.id in results]
    given = [(q, set(harms(q, r))) for q, r in asked if r.outcome == "answered"]
    return {
        "answered": share([float(r.outcome == "answered") for _, r in asked], [q.group for q, _ in asked]),
        "article": share([float(not found - {INCOMPLETE}) for _, found in given], [q.group for q, _ in given]),
        "letter": share([float(not found) for _, found in given], [q.group for q, _ in given]),
    }


def shares(questions: Sequence[Question], results: Mapping[str, Result]) -> list[Share]:
    """:returns: for each of `GOALS` what can be answered at that precision, whatever the threshold"""
    asked = [(q, results[q.id], set(harms(q, results[q.id]))) for q in questions if q.id in results]

    def at(goal: float, forgiven: set[str]) -> tuple[float, float, float]:
        shots = [
            calibration.Shot(
                r.confidence if r.outcome == "answered" else None, not found - forgiven, q.outcome == "answered", q.group
            )
            for q, r, found in asked
        ]
        curve = calibration.curve(shots, goal)
        return curve.at_goal, curve.at_goal_low, curve.at_goal_high

    return [Share(goal, at(goal, set()), at(goal, {INCOMPLETE})) for goal in GOALS]
