"""Whether an instrument is law: answered from its dates, not from a passage that resembles the question."""

from __future__ import annotations

from bot.answer import Block, Speaker
from bot.compose.basis import Basis, Draft
from bot.search import CODE
from bot.state import Found
from bot.text import sentences
from corpus.model import Status, short_title
from corpus.starter import Starter
from indexer.hit import Hit, Index

_REPEALS = "第一千二百四十二条"
_FIRST = "第一条"


def compose(found: Found, index: Index, starter: Starter) -> Draft | None:
    """:returns: what the question wants to know of the standing of an instrument, None where the library does not hold it"""
    title = found.question.standing
    if not title:
        return None
    document = starter.instruments.get(title)
    own = next((hit for hit in found.hits if hit.passage.title == title and hit.passage.kind != "faq"), None)
    own = index.article(title, _FIRST, on=found.question.today) or own
    document = own.document if own else document
    if not document:
        return None
    basis = Basis()
    code = index.article(CODE, _REPEALS, on=found.question.today)
    status = document.status_on(found.question.today)
    successor = short_title(document.superseded_by)
    if status is Status.REPEALED and document.ended_on:
        repealing = code if code and successor == CODE else own
        if not repealing:
            return None
        by = f"，由《{successor}》取代" if successor else ""
        blocks = [_lead(f"《{title}》自 {document.ended_on} 起已经废止{by}，现在不能再作为依据。", title, repealing, basis)]
    elif status is Status.IN_FORCE and own:
        since = f"，现行文本自 {document.starts_on} 起施行" if document.starts_on else ""
        blocks = [_lead(f"《{title}》现行有效{since}。", title, own, basis)]
        if code and title != CODE and title not in code.passage.text:
            cite = basis.add(code)
            blocks.append(Block(f"《{CODE}》{_REPEALS}列出了同时废止的法律，其中没有《{title}》。", "notice", (cite,)))
    else:
        return None
    return basis.draft(found, Speaker.EXTRACT, blocks, (f"standing:{title}",))


def _lead(text: str, title: str, hit: Hit, basis: Basis) -> Block:
    quote = next((part for part in sentences(hit.passage.text) if title in part), "")
    return Block(text, "lead", (basis.add(hit, quote, curated=text),))
