"""Whether a question is answered alike when it is disturbed: asked after a matter that has nothing to do with it, or mistyped.

A check without gold: whatever the right answer is, another question before it, or one character of the same sound for another,
is no reason to change it. Cost: two answers a question.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.answer import Answer, Turn
from bot.doctor import Doctor
from eval.mistyping import Mistyping
from eval.questions import Question
from eval.run import Setting
from eval.statistics import share


@dataclass(frozen=True, slots=True)
class Steady:
    """`same`: share of the questions with the same outcome and first citation, and its 95 % interval. `changed`: of the others,
    how many went from which outcome to which.
    """

    asked: int
    same: tuple[float, float, float]
    changed: Mapping[tuple[str, str], int]


def steady(
    questions: Sequence[Question],
    doctor: Doctor,
    setting: Setting,
    tell: Callable[[str], None],
    mistyping: Mistyping | None = None,
    seed: int = 5,
) -> Steady:
    """Each question is asked alone, and after another of the same set, which is drawn by chance.

    Left out are questions with a history of their own, and those where a fact is missing: they may well lean on what was
    asked before.

    :param mistyping: instead of after another, each question is asked with one slip; left out are those that have no word for it
    :raises ValueError: for fewer than two questions that can be asked so
    """
    chance = random.Random(seed)  # noqa: S311 - no secret
    first = [q for q in questions if not q.history and q.outcome != "clarify"]
    slips = {q.id: mistyping.once(q.question, chance) for q in first} if mistyping else {}
    first = [q for q in first if slips.get(q.id) != q.question]
    if len(first) < 2:
        raise ValueError("至少要有两道能这样问的单轮题 / needs two questions without a history that can be asked so")
    alone: dict[str, Answer] = {}
    for at, question in enumerate(first):
        tell(f"照原样问 {at + 1}/{len(first)}")
        alone[question.id] = doctor.ask(question.question, (), setting.context(question))
    same: list[float] = []
    changed: Counter[tuple[str, str]] = Counter()
    for at, question in enumerate(first):
        tell(f"换个样子问 {at + 1}/{len(first)}")
        history: tuple[Turn, ...] = ()
        if not mistyping:
            before = chance.choice([other for other in first if other.group != question.group])
            history = (Turn("user", before.question), Turn("assistant", alone[before.id].text))
        after = doctor.ask(slips.get(question.id, question.question), history, setting.context(question))
        same.append(float(_shown(after) == _shown(alone[question.id])))
        if not same[-1]:
            changed[str(alone[question.id].outcome), str(after.outcome)] += 1
    return Steady(len(first), share(same, [q.group for q in first]), changed)


def _shown(answer: Answer) -> tuple[str, str]:
    return str(answer.outcome), answer.citations[0].label if answer.citations else ""
