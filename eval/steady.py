"""Whether a question is answered alike as the first of a conversation and after a matter that has nothing to do with it.

A check without gold: whatever the right answer is, another question before it is no reason to change it. Cost: two answers
a question.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.answer import Answer, Turn
from bot.doctor import Doctor
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
    questions: Sequence[Question], doctor: Doctor, setting: Setting, tell: Callable[[str], None], seed: int = 5
) -> Steady:
    """Each question is asked alone and after another of the same set, which is drawn by chance.

    Left out are questions with a history of their own, and those where a fact is missing: they may well lean on what was
    asked before.

    :raises ValueError: for fewer than two questions that can be asked so
    """
    first = [q for q in questions if not q.history and q.outcome != "clarify"]
    if len(first) < 2:
        raise ValueError("至少要有两道单轮的题 / needs two questions without a history")
    alone: dict[str, Answer] = {}
    for at, question in enumerate(first):
        tell(f"单独问 {at + 1}/{len(first)}")
        alone[question.id] = doctor.ask(question.question, (), setting.context(question))
    chance = random.Random(seed)  # noqa: S311 - no secret
    same: list[float] = []
    changed: Counter[tuple[str, str]] = Counter()
    for at, question in enumerate(first):
        tell(f"换话题问 {at + 1}/{len(first)}")
        before = chance.choice([other for other in first if other.group != question.group])
        history = (Turn("user", before.question), Turn("assistant", alone[before.id].text))
        after = doctor.ask(question.question, history, setting.context(question))
        same.append(float(_shown(after) == _shown(alone[question.id])))
        if not same[-1]:
            changed[str(alone[question.id].outcome), str(after.outcome)] += 1
    return Steady(len(first), share(same, [q.group for q in first]), changed)


def _shown(answer: Answer) -> tuple[str, str]:
    return str(answer.outcome), answer.citations[0].label if answer.citations else ""
