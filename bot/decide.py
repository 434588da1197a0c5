"""Answer, ask back or hand over: a calibrated confidence and what follows from it, as values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.answer import Contact, Turn
from bot.compose.faq import Match
from bot.compose.sentences import FITS, plain_of, words_of
from bot.conversation import clarified
from bot.lexicon import Lexicon
from bot.rules import read
from bot.search import articles_of
from bot.state import Found, Understood
from bot.text import squeezed
from corpus.starter import Responsible
from indexer.hit import Hit

CALIBRATION = Path(__file__).parent / "calibration.json"
FEATURES = ("covered", "asked", "margin", "legs", "faq", "fits", "support", "named", "voted")


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic function of the features; `answer_at` is the confidence from which an answer is given."""

    bias: float
    weights: Mapping[str, float]

    def confidence(self, features: Mapping[str, float]) -> float:
        total = self.bias + sum(weight * features.get(name, 0.0) for name, weight in self.weights.items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


def calibration(path: Path = CALIBRATION) -> Calibration:
    """:raises ValueError: for a weight of no known feature."""
    data = json.loads(path.read_text(encoding="utf-8"))
    weights = {str(name): float(weight) for name, weight in data["weights"].items()}
    if unknown := set(weights) - set(FEATURES):
        raise ValueError(f"{path.name}: no such feature: {', '.join(sorted(unknown))}")
    return Calibration(float(data["bias"]), weights)


def features(found: Found, lead: Hit | None, match: Match | None, lexicon: Lexicon, kept: float) -> dict[str, float]:
    """What speaks for an answer, each between 0 and 1.

    :param lead: the passage that the answer leans on first
    :param kept: the share of the draft's sentences that passed verification
    """
    question = found.question
    scores = [hit.score for hit in found.hits[:6]]
    margin = (
        (scores[0] - sum(scores[1:]) / max(1, len(scores) - 1)) / abs(scores[0]) if len(scores) > 1 and scores[0] else 0.0
    )
    passage = lead.passage if lead else None
    words = words_of(passage) if passage else ()
    known = passage.questions if passage else ()
    return {
        "covered": lexicon.coverage(question.matter, *words) if words else 0.0,
        "asked": max((lexicon.likeness(question.matter, other) for other in known), default=0.0),
        "margin": max(0.0, min(1.0, margin)),
        "legs": _agreement(found.hits, lead),
        "faq": match.score if match else 0.0,
        "fits": float(bool(passage and FITS[question.kind].search(f"{plain_of(passage)}{passage.text}"))),
        "support": kept,
        "named": float(bool(found.named)),
        "voted": max((found.votes.get(cite, 0.0) for cite in articles_of(lead)), default=0.0) if lead else 0.0,
    }


def _agreement(hits: Sequence[Hit], lead: Hit | None) -> float:
    """The share of legs that put the leading passage among their own three best of these hits."""
    if not lead or not lead.legs:
        return 0.0
    votes = []
    for leg in lead.legs:
        best = sorted((hit.legs.get(leg, -math.inf) for hit in hits), reverse=True)[:3]
        votes.append(lead.legs[leg] >= (best[-1] if best else 0.0))
    return sum(votes) / len(votes)


@dataclass(frozen=True, slots=True)
class Clarifying:
    """One question back, with choices to tap."""

    reason: str
    ask: str
    choices: tuple[str, ...]


def clarifying(question: Understood, history: Sequence[Turn]) -> Clarifying | None:
    """:returns: the question back where one missing fact decides; never twice in a row, and not on a follow-up."""
    if question.followup or question.references or clarified(history):
        return None
    text = squeezed(question.text)
    for row in read("replies")["choices"]:
        if re.search(row["when"], text) and not re.search(row["given"], text):
            return Clarifying(row["id"], row["ask"], tuple(row["choices"]))
    return None


def responsible(text: str, contacts: Sequence[Responsible]) -> Contact | None:
    """:returns: who is in charge of the matter of a text, by its keywords; the more and the longer ones win."""

    def weight(contact: Responsible) -> int:
        return sum(len(word) for word in contact.keywords if word.lower() in text.lower())

    best = max(contacts, key=weight, default=None)
    return contact_of(best) if best and weight(best) >= 2 else None


def contact_of(row: Responsible) -> Contact:
    return Contact(row.department, row.matter, row.hotline, row.note, row.confirm)
