"""Two ranks that say different sums on one matter: the higher prevails, the other is shown with a note."""

from __future__ import annotations

from collections.abc import Sequence

from bot.compose.sentences import plain_of
from bot.lexicon import Lexicon
from bot.state import Understood
from bot.values import sums
from corpus.model import Rank, Status
from indexer.hit import Hit

_SAME_MATTER = 0.34
_SAME_CONDUCT = 0.45  # without a question to narrow it, the texts themselves must be closer
_CANDIDATES = 8


def prevailing(best: Hit, hits: Sequence[Hit], question: Understood, lexicon: Lexicon) -> tuple[Hit, tuple[Hit, ...]]:
    """:returns: the hit that leads, and those of another rank on the same matter whose sums differ from it."""
    if not sums(_words(best)):
        return best, ()
    rivals = [hit for hit in hits[:_CANDIDATES] if _rivals(best, hit, question, lexicon)]
    higher = [hit for hit in rivals if hit.document.rank > best.document.rank]
    lead = higher[0] if higher else best
    others = [best] if higher else [hit for hit in rivals if hit.document.rank < best.document.rank]
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


def _rivals(left: Hit, right: Hit, question: Understood, lexicon: Lexicon) -> bool:
    """Same matter: both speak of what is asked, in much the same words; different: their sums are."""
    if right.document.rank == left.document.rank or right.document.rank < Rank.RULE or left.document.rank < Rank.RULE:
        return False
    if right.passage.kind == "faq" or right.status is not Status.IN_FORCE or left.status is not Status.IN_FORCE:
        return False
    one, other = _words(left), _words(right)
    if not sums(other) or sums(one) == sums(other):
        return False
    asked = lexicon.coverage(question.matter, one), lexicon.coverage(question.matter, other)
    return min(asked) >= 0.6 * max(asked) and max(asked) > 0.3 and lexicon.likeness(one, other) >= _SAME_MATTER


def _words(hit: Hit) -> str:
    return f"{plain_of(hit.passage)}\n{hit.passage.text}"
