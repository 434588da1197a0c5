"""Several questions in one: the answers one after another under one numbering."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.answer import Answer, Block, Citation, Contact, Outcome, Speaker
from indexer.hit import Hit

_WORDS = re.compile(r"[一-鿿0-9a-zA-Z、,，;；:：《》（）()%.\s-]{2,40}")
_HARM = (Outcome.ANSWERED, Outcome.CLARIFY, Outcome.ESCALATE)


def merged(answers: Sequence[Answer], asked: str) -> Answer:
    """:returns: one answer; answered as soon as one part is, and then the others say that they were not."""
    # one answer may serve two questions; each chooses the official words under it
    answers = list({_said(answer): answer for answer in reversed(answers)}.values())[::-1]
    if len(answers) == 1:
        return replace(answers[0], question=asked)
    blocks: list[Block] = []
    citations: list[Citation] = []
    hits: dict[str, Hit] = {}
    contacts: dict[str, Contact] = {}
    for at, answer in enumerate(answers, 1):
        blocks.append(Block(_heading(answer.question, at), "notice"))
        kept = [moved(block, len(citations)) for block in answer.blocks]
        blocks += kept if answer.outcome is Outcome.ANSWERED else [replace(block, kind="notice") for block in kept]
        citations += answer.citations
        hits |= {hit.passage.id: hit for hit in answer.hits if hit.passage.id not in hits}
        contacts |= {contact.department: contact for contact in answer.contacts}
    answered = [answer for answer in answers if answer.outcome is Outcome.ANSWERED]
    first = answered[0] if answered else answers[0]
    return replace(
        first,
        outcome=min((answer.outcome for answer in answers), key=lambda o: _HARM.index(o) if o in _HARM else len(_HARM)),
        speaker=first.speaker if len({answer.speaker for answer in answered}) <= 1 else Speaker.EXTRACT,
        blocks=tuple(blocks),
        citations=tuple(citations),
        confidence=min((answer.confidence for answer in answered), default=0.0),
        reasons=tuple(reason for answer in answers for reason in answer.reasons),
        suggestions=tuple(dict.fromkeys(text for answer in answers for text in answer.suggestions))[:3],
        contacts=tuple(contacts.values()),
        hits=tuple(sorted(hits.values(), key=lambda hit: -hit.score)),
        question=asked,
    )


def _said(answer: Answer) -> tuple[Block, ...]:
    return tuple(block for block in answer.blocks if block.kind != "quote")


def _heading(question: str, at: int) -> str:
    """A question as it was understood; only words are repeated, nothing that a browser or a reader could take for more."""
    said = question.rstrip("?？。!！ ")
    if not _WORDS.fullmatch(said):
        return f"第 {at} 个问题："
    return "关于“{}”：".format(said.replace(",", "，"))  # as a person writes it, not as it was normalised


def moved(block: Block, shift: int) -> Block:
    """:returns: the block with its citations `shift` further, in its table cells too."""
    rows = tuple(
        tuple(re.sub(r"\[(\d+)\]$", lambda m: f"[{int(m[1]) + shift}]", cell) for cell in row) for row in block.rows
    )
    return replace(block, cites=tuple(cite + shift for cite in block.cites), rows=rows)
