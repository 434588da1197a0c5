"""An answer of the doctor in the shape that is kept and sent, with links into the reader; and what is kept, as an answer again."""

from __future__ import annotations

from pydantic import TypeAdapter

from api.anchors import reader_link
from api.chat.schemas import AnswerOut, BlockOut, CitationOut, ContactOut
from bot.answer import Answer, Block, Citation, Outcome, Speaker

_BLOCKS, _CITATIONS = TypeAdapter(tuple[Block, ...]), TypeAdapter(tuple[Citation, ...])


def citation_out(n: int, citation: Citation) -> CitationOut:
    return CitationOut(
        n=n,
        title=citation.title,
        article=citation.article,
        paragraph=citation.paragraph,
        status=str(citation.status),
        since=citation.since,
        until=citation.until,
        quote=citation.quote,
        href=reader_link(
            citation.document_id, article=citation.article, passage_id=citation.passage_id, quoted=citation.quote
        ),
        level=citation.level,
        note=citation.note,
        document_id=citation.document_id,
        passage_id=citation.passage_id,
    )


def citations_out(citations: tuple[Citation, ...]) -> list[CitationOut]:
    return [citation_out(n, citation) for n, citation in enumerate(citations, start=1)]


def block_out(index: int, block: Block) -> BlockOut:
    return BlockOut(
        index=index, kind=block.kind, text=block.text, cites=list(block.cites), rows=[list(row) for row in block.rows]
    )


def answer_out(answer: Answer) -> AnswerOut:
    return AnswerOut(
        outcome=str(answer.outcome),
        speaker=str(answer.speaker),
        confidence=answer.confidence,
        reasons=list(answer.reasons),
        choices=list(answer.choices),
        suggestions=list(answer.suggestions),
        contacts=[
            ContactOut(
                department=contact.department,
                matter=contact.matter,
                hotline=contact.hotline,
                note=contact.note,
                confirm=contact.confirm,
            )
            for contact in answer.contacts
        ],
        on=answer.on,
        understood=answer.question,
        blocks=[block_out(index, block) for index, block in enumerate(answer.blocks)],
        citations=citations_out(answer.citations),
    )


def answer_in(kept: AnswerOut) -> Answer | None:
    """:returns: an answer that was kept, as far as a later turn may ask about it: what was shown, and what it leans on; None where it
    was kept without the ids of what it cites, which links need
    """
    if not all(citation.document_id for citation in kept.citations):
        return None
    return Answer(
        Outcome(kept.outcome),
        Speaker(kept.speaker),
        _BLOCKS.validate_python([block.model_dump() for block in kept.blocks]),
        _CITATIONS.validate_python([citation.model_dump() for citation in kept.citations]),
        kept.confidence,
        tuple(kept.reasons),
        question=kept.understood,
        on=kept.on,
    )
