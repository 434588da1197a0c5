"""Citations of one answer, numbered from 1 in the order in which they are leaned on."""

from __future__ import annotations

from datetime import date, timedelta

from bot.answer import Citation
from bot.lexicon import Lexicon
from bot.text import sentences
from bot.values import values
from corpus.model import Document, Passage, Status
from indexer.hit import Hit

MAX_QUOTE = 160
_NOTES = {Status.DRAFT: "征求意见稿，不是现行规定", Status.NEWS: "新闻报道，不是执法依据"}


class Basis:
    """Collects citations; the same passage is cited once."""

    def __init__(self) -> None:
        self.citations: list[Citation] = []
        self.hits: list[Hit] = []

    def add(self, hit: Hit, quote: str = "", *, title: str = "", article: str = "", note: str = "") -> int:
        """:param quote: a run of characters of the passage; anything else is left out
        :param title: what is cited where the passage stands for something else (a plan behind a FAQ)
        :returns: the 1-based position of the citation
        """
        passage, document = hit.passage, hit.document
        key = (passage.id, title or passage.title, article or passage.article)
        for at, known in enumerate(self.citations):
            if (known.passage_id, known.title, known.article) == key:
                return at + 1
        quote = quote if quote and quote in passage.text else ""
        self.citations.append(
            Citation(
                passage_id=passage.id,
                document_id=document.id,
                title=key[1],
                article=key[2],
                paragraph=passage.locate(quote) if quote and passage.kind == "article" else "",
                status=hit.status,
                since=document.starts_on,
                until=document.ended_on,
                quote=quote,
                level=document.level,
                note=note or note_of(hit.status, document),
            )
        )
        self.hits.append(hit)
        return len(self.citations)


def note_of(status: Status, document: Document) -> str:
    """:returns: what must stand beside a citation that is no rule in force; '' for one that is."""
    if status in _NOTES:
        return _NOTES[status]
    if status is Status.REPEALED and document.ended_on:
        by = f"，由《{document.superseded_by}》取代" if document.superseded_by else ""
        return f"自 {document.ended_on} 起废止{by}"
    if status is Status.AMENDED and document.ended_on:
        return f"{document.ended_on} 起有新的版本"
    if status is Status.NOT_YET and document.starts_on:
        return f"自 {document.starts_on} 起施行"
    return ""


def last_day(document: Document) -> date | None:
    return document.ended_on - timedelta(days=1) if document.ended_on else None


def quote_for(passage: Passage, sentence: str, lexicon: Lexicon) -> str:
    """:returns: the sentence of the passage that says what `sentence` says, by its numbers and words, within 160 characters."""
    wanted = values(sentence)
    best = max(
        sentences(passage.text),
        key=lambda part: lexicon.coverage(sentence, part) + (0.5 * len(wanted & values(part)) / len(wanted) if wanted else 0),
        default="",
    )
    return best[:MAX_QUOTE]
