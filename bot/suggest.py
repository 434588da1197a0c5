"""Next questions that the doctor can answer: taken from what people ask about the passages found."""

from __future__ import annotations

from collections.abc import Sequence

from bot.lexicon import Lexicon
from bot.rules import read
from corpus.model import Status
from indexer.hit import Hit

LIMIT = 3
_LONGEST = 30


def suggestions(
    question: str, hits: Sequence[Hit], lexicon: Lexicon, answered: Hit | None = None, limit: int = LIMIT
) -> tuple[str, ...]:
    """:param answered: the passage that the answer leans on, whose own questions are answered already
    :returns: up to `limit` questions of rules in force, each unlike the one asked and unlike each other; FAQs first.
    """
    usable = [hit for hit in hits if hit.status is Status.IN_FORCE and hit.passage.questions and hit is not answered]
    usable.sort(key=lambda hit: hit.passage.kind != "faq")
    out: list[str] = []
    for hit in usable:
        candidate = hit.passage.questions[0]
        if (
            len(candidate) > _LONGEST
            or _spoken(candidate)
            or any(lexicon.likeness(candidate, known) > 0.6 for known in (question, *out))
        ):
            continue
        out.append(candidate)
        if len(out) == limit:
            break
    return tuple(out)


def _spoken(question: str) -> bool:
    """Whether a question is in dialect: understood, and yet not how the service itself speaks."""
    return any(word in question for word in read("dialect"))
