"""The values that travel down the chain from question to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from bot.answer import Answer, Context, Outcome, Turn
from corpus.model import Cite
from indexer.hit import Hit


class Kind(StrEnum):
    """What a question wants to hear."""

    SUM = "sum"  # how much is the fine
    DEADLINE = "deadline"
    WHO = "who"
    MAY = "may"
    HOW = "how"
    WHAT = "what"
    FIGURE = "figure"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage decided. No outcome means: go on and search. `reason` names the rule, such as refuse:evade-monitoring."""

    reason: str
    outcome: Outcome | None = None
    reply: str = ""  # key in rules/replies.yaml
    contact: str = ""  # id in contacts.yaml
    language: str = "zh"
    doubt: Verdict | None = None  # what it might be, where nothing surer answers
    likely: bool = False  # of a doubt: only a nearly certain answer stands against it


@dataclass(frozen=True, slots=True)
class Reference:
    """An article that a question names. `cite.article` is empty where it names only the law."""

    cite: Cite
    paragraph: str = ""
    written: str = ""  # as the person wrote it


@dataclass(frozen=True, slots=True)
class Period:
    """The day on which the conduct asked about took place, as far as the question tells."""

    on: date
    written: str


@dataclass(frozen=True, slots=True)
class Understood:
    """A question made whole: what to search, as of which day, for which place.

    `matter` is the text without the day of the conduct, which says when and not what.
    """

    text: str
    matter: str
    kind: Kind
    on: date
    today: date
    region: str
    place: str = ""  # the place that the question itself names
    local: bool = False  # whether it names the place of the service
    elsewhere: str = ""  # the place whose rule it asks about, though it is about the place of the service
    references: tuple[Reference, ...] = ()
    standing: str = ""  # short title of the instrument of which it asks whether it is still law
    period: Period | None = None
    followup: bool = False
    focus: str = ""  # of a follow-up the words of this turn alone
    said: str = ""  # what we answered before, where it leans on that


@dataclass(frozen=True, slots=True)
class Found:
    """What search brought for one question.

    `candidates` are the passages an answer may be made of: the hits that are no FAQ, and the articles behind the best
    FAQs. `votes` say how strongly FAQs point to an article (0..1). `named` are the articles that the question names,
    `replaced` what stands today in place of a repealed one, `earlier` the hits under the law of the day of the conduct
    where that differs from today's. `rows` are the nearest rows of the catalogue that decides the question, where one does.
    `order` has the candidates and `fitting` the rows (of the hits, where no catalogue decides), each with how well it answers,
    best first; the doctor adds both, with the `floors`.
    """

    question: Understood
    hits: tuple[Hit, ...] = ()
    candidates: tuple[Hit, ...] = ()
    votes: Mapping[Cite, float] = field(default_factory=dict)
    named: tuple[Hit, ...] = ()
    replaced: tuple[Hit, ...] = ()
    earlier: tuple[Hit, ...] = ()
    rows: tuple[Hit, ...] = ()
    before: Hit | None = None  # the article of our last answer, on which a follow-up leans
    transition: Hit | None = None  # the article that says which law applies to earlier conduct
    unknown: tuple[Reference, ...] = ()
    order: tuple[tuple[float, Hit], ...] = ()
    fitting: tuple[tuple[float, Hit], ...] = ()
    floors: Mapping[str, float] = field(default_factory=dict)  # similarity of what has nothing to do with the field

    @property
    def brought(self) -> tuple[Hit, ...]:
        """Every hit, those that answer most directly first."""
        return (*self.named, *self.replaced, *self.rows, *self.candidates, *self.hits, *self.earlier)


@dataclass(frozen=True, slots=True)
class State:
    """One turn on its way through the chain; `answer` is set as soon as a step has decided. `leaning`: read it as leaning on the
    turn before, or as standing alone, whatever it looks like. `slips`: words of it that were mistyped, each with the
    one that was meant and stands in `asked` now.
    """

    asked: str
    history: tuple[Turn, ...]
    context: Context
    verdict: Verdict | None = None
    parts: tuple[Understood, ...] = ()
    found: tuple[Found, ...] = ()
    answer: Answer | None = None
    leaning: bool | None = None
    slips: tuple[tuple[str, str], ...] = ()

    @property
    def decided(self) -> Answer:
        """:raises RuntimeError: where no step of the chain has decided"""
        if self.answer is None:
            raise RuntimeError("the chain ended without an answer")
        return self.answer
