"""Queries of conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from api.chat.tables import Conversation, Event, Feedback, Message


def conversation(session: Session, id: str) -> Conversation | None:
    return session.get(Conversation, id)


def locked(session: Session, id: str) -> Conversation | None:
    """The conversation, held until the transaction ends, so that numbers and events of it keep their order."""
    return session.scalars(select(Conversation).where(Conversation.id == id).with_for_update()).one_or_none()


def messages(session: Session, conversation_id: str) -> Sequence[Message]:
    query = select(Message).where(Message.conversation_id == conversation_id)
    return session.scalars(query.order_by(Message.number)).all()


def message(session: Session, id: str) -> Message | None:
    return session.get(Message, id)


def pending_before(session: Session, question: Message, moment: datetime) -> bool:
    """:returns: whether an earlier question of this conversation is still being answered."""
    query = select(Message.id).where(
        Message.conversation_id == question.conversation_id,
        Message.number < question.number,
        Message.state == "pending",
        Message.pending_until > moment,
    )
    return session.scalars(query.limit(1)).first() is not None


def renew(session: Session, question_id: str, until: datetime) -> None:
    session.execute(
        update(Message).where(Message.id == question_id, Message.state == "pending").values(pending_until=until)
    )


def opinions(session: Session, conversation_id: str) -> dict[str, bool]:
    """:returns: the last word on each message that somebody judged."""
    rows = session.execute(
        select(Feedback.message_id, Feedback.helpful)
        .join(Message, Message.id == Feedback.message_id)
        .where(Message.conversation_id == conversation_id)
        .order_by(Feedback.id)
    )
    return {message_id: helpful for message_id, helpful in rows}


def add_event(session: Session, conversation_id: str, kind: str, data: dict[str, object]) -> Event:
    event = Event(conversation_id=conversation_id, type=kind, data=data)
    session.add(event)
    session.flush()
    return event


def events_after(session: Session, conversation_id: str, last: int) -> Sequence[Event]:
    query = select(Event).where(Event.conversation_id == conversation_id, Event.id > last).order_by(Event.id).limit(200)
    return session.scalars(query).all()


def last_event(session: Session, conversation_id: str | None = None) -> int:
    query = select(Event.id).order_by(Event.id.desc()).limit(1)
    if conversation_id is not None:
        query = query.where(Event.conversation_id == conversation_id)
    return session.scalars(query).first() or 0


def touched_since(session: Session, last: int) -> Sequence[tuple[int, str]]:
    rows = session.execute(select(Event.id, Event.conversation_id).where(Event.id > last).order_by(Event.id))
    return [(id, conversation_id) for id, conversation_id in rows]


def remove(session: Session, id: str) -> None:
    session.execute(delete(Conversation).where(Conversation.id == id))


def remove_idle(session: Session, before: datetime) -> int:
    result = session.execute(delete(Conversation).where(Conversation.updated_at < before))
    return result.rowcount if isinstance(result, CursorResult) else 0
