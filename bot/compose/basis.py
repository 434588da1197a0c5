"""Citations of one answer, numbered from 1 in the order in which they are leaned on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answer import Answer, Block, Citation, Outcome, Speaker
from bot.lexicon import Lexicon
from bot.state import Found
from bot.text import clauses, unmarked
from bot.values import Value, day_value, values
from corpus.model import Document, Passage, Status
from indexer.hit import Hit

MAX_QUOTE = 160
NEARBY = 2  # rules that are named beside a hand-over
_NOTES = {Status.DRAFT: "征求意见稿，不是现行规定", Status.NEWS: "新闻报道，不是执法依据"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a citation proves: the words of its passage, and the dates of its document.

    `curated` are reviewed words about the passage (a FAQ); they support wording, but where an official text is at hand
    its numbers decide. `article`: the passage itself where it is one of a law, without its label and headings.
    """

    text: str
    document: Document
    status: Status
    curated: str = ""
    official: bool = True
    article: str = ""

    def words(self) -> str:
        return f"{self.text}\n{self.curated}"

    def numbers(self) -> set[Value]:
        found = values(f"{self.document.title}\n{self.document.doc_no}\n{self.text if self.official else self.words()}")
        for day in (self.document.starts_on, self.document.ended_on, self.document.publish_date):
            if day:
                found |= day_value(day)
        return found


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before verification, with what stands behind each of its citations, in their order."""

    answer: Answer
    evidence: tuple[Evidence, ...]


class Basis:
    """Collects citations; the same passage is cited once."""

    def __init__(self) -> None:
        self.citations: list[Citation] = []
        self.hits: list[Hit] = []
        self.evidence: list[Evidence] = []

    def add(self, hit: Hit, quote: str = "", *, note: str = "", curated: str = "") -> int:
        """:param quote: a run of characters of the passage; anything else is left out
        :param curated: reviewed words about the passage, for verification
        :returns: the 1-based position of the citation
        """
        passage, document = hit.passage, hit.document
        key = (passage.id, passage.title, passage.article)
        for at, known in enumerate(self.citations):
            if (known.passage_id, known.title, known.article) == key:
                return at + 1
        quote = quote if quote and quote in passage.text else ""
        self.citations.append(
            Citation(
                passage_id=passage.id,
                document_id=document.id,
                title=passage.title,
                article=passage.article,
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
        self.evidence.append(evidence_of(hit, curated))
        return len(self.citations)

    def extend(self, citations: Sequence[Citation], evidence: Sequence[Evidence]) -> int:
        """Append what another answer leans on. :returns: by how much its numbers move."""
        shift = len(self.citations)
        self.citations += citations
        self.evidence += evidence
        return shift

    def draft(self, found: Found, speaker: Speaker, blocks: Sequence[Block], reasons: Sequence[str]) -> Draft:
        """:returns: the answered draft that leans on what has been collected."""
        answer = Answer(
            Outcome.ANSWERED,
            speaker,
            tuple(blocks),
            tuple(self.citations),
            reasons=tuple(reasons),
            hits=found.hits,
            question=found.question.text,
            on=found.question.on,
        )
        return Draft(answer, tuple(self.evidence))


def perhaps(citations: Sequence[Citation]) -> Block:
    """:returns: the rules that somebody who is handed over may read meanwhile, named and no more; they answer nothing by themselves"""
    names = "、".join(dict.fromkeys(citation.label for citation in citations))
    text = f"可能有关的规定，您可以先看，是否适用由专家确认：{names}。"
    return Block(text, "notice", tuple(range(1, len(citations) + 1)))


def evidence_of(hit: Hit, curated: str = "") -> Evidence:
    passage = hit.passage
    text = "\n".join([passage.label, *passage.headings, passage.text])
    words = "\n".join(filter(None, [passage.plain, curated]))
    return Evidence(
        unmarked(text),
        hit.document,
        hit.status,
        unmarked(words),
        official=passage.kind not in ("faq", "digest"),
        article=passage.text if passage.kind == "article" else "",
    )


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


def quote_for(passage: Passage, sentence: str, lexicon: Lexicon) -> str:
    """:returns: the sentence of the passage that says what `sentence` says, by its numbers and words, within 160 characters."""
    wanted = values(sentence)
    best = max(
        clauses(passage.text),
        key=lambda part: (
            lexicon.coverage(sentence, part) + (0.5 * len(wanted & values(part)) / len(wanted) if wanted else 0)
        ),
        default="",
    )
    return best[:MAX_QUOTE]
