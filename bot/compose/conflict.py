"""Two ranks that say different sums on one matter: the higher prevails, the other is shown with a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.answer import Answer
from bot.compose.basis import Evidence
from bot.compose.sentences import plain_of
from bot.lexicon import Lexicon
from bot.state import Understood
from bot.values import sums
from corpus.model import Rank, Status
from corpus.starter import Starter
from indexer.hit import Hit

_SAME_MATTER = 0.34
_SAME_CONDUCT = 0.45  # without a question to narrow it, the texts themselves must be closer
_OF_ITS_LAW = 0.12  # a regulation and the newer law that it carries out: the same conduct may be in quite other words
_CANDIDATES = 8


def prevailing(
    best: Hit, hits: Sequence[Hit], question: Understood, lexicon: Lexicon, starter: Starter
) -> tuple[Hit, tuple[Hit, ...]]:
    """:param starter: knows which law an instrument carries out
    :returns: the hit that leads, and those of another rank on the same matter whose sums differ from it
    """
    if not sums(_words(best)):
        return best, ()
    rivals = [hit for hit in hits[:_CANDIDATES] if _rivals(best, hit, question, lexicon)]
    higher = [hit for hit in rivals if hit.document.rank > best.document.rank]
    lead = higher[0] if higher else _of_its_law(best, hits, question, lexicon, starter) or best
    others = [best] if lead is not best else [hit for hit in rivals if hit.document.rank < best.document.rank]
    return lead, tuple(others[:2])


def above(hit: Hit, near: Sequence[Hit], lexicon: Lexicon) -> Hit | None:
    """:returns: of the hits near an article of lower rank the law that names other sums for the same conduct."""
    rivals = [
        (lexicon.likeness(hit.passage.text, other.passage.text), other)
        for other in near
        if other.document.rank > hit.document.rank
        and other.status is Status.IN_FORCE
        and other.passage.kind == "article"
        and sums(other.passage.text)
        and sums(other.passage.text) != sums(hit.passage.text)
    ]
    score, best = max(rivals, key=lambda row: row[0], default=(0.0, None))
    return best if score >= _SAME_CONDUCT else None


def unfounded(hit: Hit) -> bool:
    """Whether a text claims to be in force and nobody can look it up: of no known rank, or normative without its number (文号).

    Anybody can write such a page, so it neither stands beside a rule nor is given to a chat model beside one.
    """
    document = hit.document
    return hit.status is Status.IN_FORCE and document.level in ("", "规范性文件") and not document.doc_no


def yields(hit: Hit, lead: Hit, question: Understood, lexicon: Lexicon, starter: Starter) -> bool:
    """Whether a newer law that leads the answer sets other sums for what a hit sets sums for: beside that one's they would read as
    if both held.
    """
    law = starter.newer_law(hit.document, question.today)
    return bool(law and law.short_title == lead.passage.title and _rivals(hit, lead, question, lexicon, _OF_ITS_LAW))


def noted(answer: Answer, evidence: Sequence[Evidence], on: date, starter: Starter) -> Answer:
    """:param evidence: what stands behind each citation of the answer, in their order
    :returns: the answer; a citation that sets sums and is older than the law that it carries out says which of the two prevails
    """
    citations = []
    for citation, behind in zip(answer.citations, evidence, strict=True):
        law = starter.newer_law(behind.document, on)
        older = law and not citation.note and sums(behind.article)
        citations.append(replace(citation, note=prevails(law.short_title)) if law and older else citation)
    return replace(answer, citations=tuple(citations))


def prevails(law: str) -> str:
    """:param law: short title of the one of higher rank"""
    return f"与《{law}》不一致之处，以《{law}》为准"


def _of_its_law(best: Hit, hits: Sequence[Hit], question: Understood, lexicon: Lexicon, starter: Starter) -> Hit | None:
    """:returns: where a newer law stands over the best hit, its article on the same matter, if that names other sums"""
    law = starter.newer_law(best.document, question.today)
    theirs = [hit for hit in hits[:_CANDIDATES] if law and hit.passage.title == law.short_title and sums(_words(hit))]
    near = max(theirs, key=lambda hit: lexicon.likeness(_words(best), _words(hit)), default=None)
    return near if near and _rivals(best, near, question, lexicon, _OF_ITS_LAW) else None


def _rivals(left: Hit, right: Hit, question: Understood, lexicon: Lexicon, least: float = _SAME_MATTER) -> bool:
    """Same matter: both speak of what is asked, in words at least so alike; different: their sums are."""
    if right.document.rank == left.document.rank or right.document.rank < Rank.RULE or left.document.rank < Rank.RULE:
        return False
    if right.passage.kind == "faq" or right.status is not Status.IN_FORCE or left.status is not Status.IN_FORCE:
        return False
    one, other = _words(left), _words(right)
    if not sums(one) or not sums(other) or sums(one) == sums(other):
        return False
    asked = lexicon.coverage(question.matter, one), lexicon.coverage(question.matter, other)
    return min(asked) >= 0.6 * max(asked) and max(asked) > 0.3 and lexicon.likeness(one, other) >= least


def _words(hit: Hit) -> str:
    return f"{plain_of(hit.passage)}\n{hit.passage.text}"
