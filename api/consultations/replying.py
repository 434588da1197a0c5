"""An expert's reply: a message of the conversation, with the passages that the expert picked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.anchors import reader_link
from api.chat import repository as chat
from api.chat import service as conversations
from api.chat.schemas import CitationOut, MessageOut
from api.consultations import service
from api.documents import shelf
from api.errors import Invalid, NotFound
from api.people import audit
from api.people.tables import Person
from api.rooms import Rooms
from corpus.model import Passage

LONGEST = 6000


def reply(session: Session, id: str, person: Person, text: str, citations: Sequence[CitationOut]) -> MessageOut:
    """Keep the reply and tell the widget. :raises Conflict: where the case is not in this expert's hands"""
    text = text.strip()
    if not text:
        raise Invalid("还没有写答复。请写好后再发送。")
    if len(text) > LONGEST:
        raise Invalid(f"答复有 {len(text)} 个字，最多 {LONGEST} 个字，没有发送。请删减后再发送。")
    case = service.mine(session, id, person.id)
    conversation = chat.locked(session, case.row.conversation_id)
    if conversation is None:
        raise NotFound("用户已经删除了这次对话，答复没有发送。")
    message = conversations.add(session, conversation, role="expert", text=text)
    message.author = "，".join(part for part in (person.name, person.title) if part)
    message.reply_to = case.row.message_id
    message.payload = _payload(text, citations)
    session.flush()
    shown = conversations.message_out(message)
    chat.add_event(session, conversation.id, "reply", shown.model_dump(mode="json"))
    service.replied(session, id, person.id, message.id)
    audit.record(session, person, "答复云问诊", id)
    return shown


def citable(messages: Iterable[MessageOut]) -> list[tuple[str, CitationOut]]:
    """:returns: what the conversation has cited, each passage once, with the name by which a form picks it"""
    seen: set[tuple[str, str, str]] = set()
    found = []
    for message in messages:
        for citation in message.citations:
            key = (citation.title, citation.article, citation.paragraph)
            if key not in seen:
                seen.add(key)
                found.append((f"m|{message.id}|{citation.n}", citation))
    return found


def picked(messages: Sequence[MessageOut], rooms: Rooms, picks: Iterable[str], on: date) -> list[CitationOut]:
    """The passages behind the names of a form, numbered anew; a name that fits nothing is left out."""
    known = dict(citable(messages))
    found: list[CitationOut] = []
    for pick in dict.fromkeys(picks):
        kind, _, rest = pick.partition("|")
        citation = known.get(pick) if kind == "m" else _from_library(rooms, rest, on)
        if citation:
            found.append(citation.model_copy(update={"n": len(found) + 1}))
    return found


def library_pick(passage: Passage) -> str:
    return f"p|{passage.document_id}|{passage.id}"


def _from_library(rooms: Rooms, name: str, on: date) -> CitationOut | None:
    document_id, _, passage_id = name.partition("|")
    opened = shelf.opened(rooms.catalogue, rooms.starter, document_id)
    passage = next((p for p in opened.passages if p.id == passage_id), None) if opened else None
    if opened is None or passage is None:
        return None
    document = opened.document
    return CitationOut(
        n=0,
        title=document.short_title,
        article=passage.article,
        paragraph="",
        status=str(document.status_on(on)),
        since=document.starts_on,
        until=document.ended_on,
        quote=passage.text[:200],
        href=reader_link(document.id, article=passage.article, passage_id=passage.id),
        level=document.level,
        note="",
        document_id=document.id,
        passage_id=passage.id,
    )


def _payload(text: str, citations: Sequence[CitationOut]) -> dict[str, Any]:
    paragraphs = [line.strip() for line in text.split("\n") if line.strip()]
    blocks = [{"index": i, "kind": "lead", "text": line, "cites": [], "rows": []} for i, line in enumerate(paragraphs)]
    if blocks:
        blocks[-1]["cites"] = [citation.n for citation in citations]
    return {
        "outcome": "answered",
        "speaker": "expert",
        "blocks": blocks,
        "citations": [citation.model_dump(mode="json") for citation in citations],
    }
