"""Answer, ask back or hand over: a calibrated confidence and what follows from it, as values."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.answer import Contact, Turn
from bot.compose.regimes import WHICH
from bot.compose.sentences import exact, said_by, words_of
from bot.conversation import clarified
from bot.lexicon import Lexicon
from bot.offtopic import nearness
from bot.rules import read
from bot.search import articles_of
from bot.state import Found
from bot.text import letters
from bot.triage import ordinary
from corpus.model import Cite
from corpus.starter import Responsible
from indexer.hit import Hit

ANSWER_AT = 0.65  # the confidence from which an answer is given, where the settings say nothing else
CALIBRATION = Path(__file__).parent / "calibration.json"
FEATURES = ("ordinary", "answers", "share", "near", "covered", "margin", "exact", "alone", "told")
_SUMS_UP = 0.5
_STORY = 5.0  # the logarithm of some 150 letters


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic function of the features."""

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


def features(found: Found, lead: Hit | None, lexicon: Lexicon) -> dict[str, float]:
    """What speaks for an answer, each between 0 and about 1.

    :param lead: the passage that the answer leans on first
    """
    question = found.question
    passage = lead.passage if lead else None
    words = words_of(passage) if passage else ()
    said = said_by(passage) if passage else ""
    covered = lexicon.coverage(question.matter, *words) if words else 0.0
    alike = [hit for hit in found.hits if _same(hit, lead, lexicon)]
    # what is named need not be described
    named = bool(
        found.named or lead in found.replaced or question.standing or (found.transition and WHICH.search(question.text))
    )
    return {
        "ordinary": ordinary(question.text),
        "answers": found.order[0][0] if found.order else 0.0,
        "share": _share(found.hits, alike),
        # the cells of a row hold few words to be near to
        "near": 1.0 if named else max(_row(found, lead), nearness(alike, "near", found.floors, covered)),
        "covered": covered,
        "margin": _margin(found, lead),
        "exact": float(bool(said) and exact(said, question)),
        "alone": float(not question.followup),
        "told": min(1.0, math.log1p(len(letters(question.text))) / _STORY),  # two words leave open what is meant
    }


def _share(hits: Sequence[Hit], alike: Sequence[Hit]) -> float:
    """How much of the ranker's trust goes to the leading article: the softmax over the scores, as the weights are fitted."""
    top = max((hit.score for hit in hits), default=0.0)
    trust = sum(math.exp(hit.score - top) for hit in hits)
    return sum(math.exp(hit.score - top) for hit in alike) / trust if trust else 0.0


def _margin(found: Found, lead: Hit | None) -> float:
    """By how much the leading article answers better than the next one."""
    if not lead:
        return 0.0
    leading = articles_of(lead)
    own, others = [0.0], [0.0]
    for value, hit in found.order:
        (own if articles_of(hit) & leading else others).append(value)
    return max(0.0, max(own) - max(others))


def _row(found: Found, lead: Hit | None) -> float:
    """How well a leading row fits; one may also lead where no catalogue decides, and then stands among the hits."""
    return next((value for value, hit in found.fitting if hit is lead), 0.0)


def _same(hit: Hit, lead: Hit | None, lexicon: Lexicon) -> bool:
    """Whether a hit stands for the leading article; for a section or row, also a FAQ that sums up just this part of a document."""
    if not lead:
        return False
    if articles_of(hit) & articles_of(lead):
        return True
    whole = lead.passage.kind in ("section", "row") and Cite(lead.passage.title) in articles_of(hit)
    return whole and lexicon.coverage(hit.passage.text, lead.passage.text) >= _SUMS_UP


@dataclass(frozen=True, slots=True)
class Clarifying:
    """One question back, with choices to tap."""

    reason: str
    ask: str
    choices: tuple[str, ...]


def clarifying(missing: str, text: str, history: Sequence[Turn]) -> Clarifying | None:
    """:param missing: id of the fact that decides, as triage names it
    :returns: the question back with its choices; None where there is none, where `text` tells the fact, or where we have just
        asked back
    """
    row = next((row for row in read("replies")["choices"] if row["id"] == missing), None)
    if not row or clarified(history) or ("told" in row and re.search(row["told"], text)):
        return None
    return Clarifying(f"clarify:{missing}", row["ask"], tuple(row["choices"]))


def responsible(text: str, contacts: Sequence[Responsible]) -> Contact | None:
    """:returns: who is in charge of the matter of a text, by its keywords; the more and the longer ones win."""

    def weight(contact: Responsible) -> int:
        return sum(len(word) for word in contact.keywords if word.lower() in text.lower())

    best = max(contacts, key=weight, default=None)
    return contact_of(best) if best and weight(best) >= 2 else None


def contact_of(row: Responsible) -> Contact:
    return Contact(row.department, row.matter, row.hotline, row.note, row.confirm)
