"""The law's own words under an answer, so that a person sees what our plain ones rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, islice

from bot.answer import LEGAL, Answer, Block
from bot.compose.basis import MAX_QUOTE, Evidence
from bot.compose.sentences import LEANS, exact, listed
from bot.lexicon import Lexicon
from bot.state import Understood
from bot.text import letters
from bot.triage import is_injection
from bot.values import sums
from corpus.model import Status

# Of the key facts that the answer itself words otherwise, two of these hold a third; the words under the lead alone hold a fifth
# (1,118 development questions).
_QUOTES = 2
_OF_IT = (
    0.2  # of a clause, in the answer and the question; below it nine of ten are on other conduct, and hold one fact in 75
)
_TELLS = 0.3  # as much of the question, that a clause tells what is asked for: a time, a sum


def with_quotes(answer: Answer, evidence: Sequence[Evidence], question: Understood, lexicon: Lexicon) -> Answer:
    """:param evidence: what stands behind each citation of the answer, in their order
    :returns: the answer with the clauses in force that hold most of the question and tell what it asks for, of the articles that it
        leans on, before what to do next; none that it says anyway, and none of other sums, which are for other conduct
    """
    blocks = answer.blocks
    told = "\n".join(text for block in blocks for text in (block.text, *chain(*block.rows)))
    said, demanded = letters(told), sums(told)
    leaned = {cite for block in blocks if block.kind in LEGAL for cite in block.cites}
    found: dict[str, tuple[int, str]] = {}  # the clause -> which citation it is of, and what opens its list
    for cite, behind in enumerate(evidence, 1):
        for words, opening in _official(behind) if cite in leaned else ():
            if letters(words) not in said and (not demanded or sums(words) <= demanded):
                found.setdefault(words, (cite, opening))
    likeliest = sorted(found, key=lambda words: -lexicon.coverage(question.matter, words) - _TELLS * exact(words, question))
    owed = not exact(told, question)
    fitting = (
        words
        for words in likeliest
        if lexicon.holds(words, _OF_IT, told, question.matter) or (owed and exact(words, question))
    )
    best = islice((words for words in fitting if not is_injection(words)), _QUOTES)
    quotes: list[Block] = []
    for words in sorted(best, key=lambda words: found[words][0]):
        cite, opening = found[words]
        under = f"{opening}……{words}" if opening else words  # what stands between them is left out
        again = any(block.text.startswith(f"{opening}……") for block in quotes)
        quotes.append(Block(words if again or len(under) > MAX_QUOTE else under, "quote", (cite,)))
    at = max((at for at, block in enumerate(blocks, 1) if block.kind in LEGAL), default=0)
    return replace(answer, blocks=(*blocks[:at], *quotes, *blocks[at:]))


def _official(evidence: Evidence) -> list[tuple[str, str]]:
    """:returns: the clauses of a rule in force that can be understood by themselves, an item with the words that open its list"""
    if evidence.status is not Status.IN_FORCE:
        return []
    parts = [
        (words, "" if LEANS.match(opening) else opening)
        for words, _, opening in listed(evidence.article)
        if not words.endswith(("：", ":"))  # an opening says nothing without its list
    ]
    return [(words, opening) for words, opening in parts if len(words) <= MAX_QUOTE and not LEANS.match(words)]
