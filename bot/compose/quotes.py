"""The law's own words under an answer, so that a person sees what our plain ones rest on."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, islice

from bot.answer import LEGAL, Block
from bot.compose.basis import MAX_QUOTE, Draft, Evidence
from bot.compose.sentences import ITEM, LEANS
from bot.lexicon import Lexicon
from bot.text import clauses, letters
from bot.triage import is_injection
from corpus.model import Status

# Of the key facts that the answer itself words otherwise, two of these hold a third; the words under the lead alone hold a fifth
# (1,118 development questions).
_QUOTES = 2


def with_quotes(draft: Draft, asked: str, lexicon: Lexicon) -> Draft:
    """:param asked: the question, whose words choose
    :returns: the draft with the clauses in force that hold most of the question, of the articles that it leans on, before
        what to do next; none that it says anyway
    """
    blocks = draft.answer.blocks
    said = letters("".join(text for block in blocks for text in (block.text, *chain(*block.rows))))
    leaned = {cite for block in blocks if block.kind in LEGAL for cite in block.cites}
    found: dict[str, int] = {}  # the clause, and which citation it is of
    for cite, evidence in enumerate(draft.evidence, 1):
        for words in _official(evidence) if cite in leaned else ():
            if letters(words) not in said:
                found.setdefault(words, cite)
    likeliest = sorted(found, key=lambda words: -lexicon.coverage(asked, words))
    best = islice((words for words in likeliest if not is_injection(words)), _QUOTES)
    quotes = [Block(words, "quote", (found[words],)) for words in sorted(best, key=found.__getitem__)]
    at = max((at for at, block in enumerate(blocks, 1) if block.kind in LEGAL), default=0)
    return replace(draft, answer=replace(draft.answer, blocks=(*blocks[:at], *quotes, *blocks[at:])))


def _official(evidence: Evidence) -> list[str]:
    """:returns: the clauses of a rule in force that can be understood by themselves"""
    if evidence.status is not Status.IN_FORCE:
        return []
    parts = [ITEM.sub("", part) for part in clauses(evidence.article)]
    return [part for part in parts if len(part) <= MAX_QUOTE and not LEANS.match(part)]
