"""Queries of consultations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.chat.tables import Conversation
from api.consultations.tables import STATE_AFTER, Consultation, ConsultationEvent, State, What


def latest(session: Session, conversation_id: str) -> Consultation | None:
    query = select(Consultation).where(Consultation.conversation_id == conversation_id)
    return session.scalars(query.order_by(Consultation.created_at.desc()).limit(1)).one_or_none()


def consultation(session: Session, id: str) -> Consultation | None:
    return session.get(Consultation, id)


def events(session: Session, consultation_id: str) -> Sequence[ConsultationEvent]:
    query = select(ConsultationEvent).where(ConsultationEvent.consultation_id == consultation_id)
    return session.scalars(query.order_by(ConsultationEvent.id)).all()


def events_of(session: Session, conversation_id: str) -> Sequence[ConsultationEvent]:
    """The events of all consultations of a conversation."""
    query = select(ConsultationEvent).join(Consultation, Consultation.id == ConsultationEvent.consultation_id)
    return session.scalars(
        query.where(Consultation.conversation_id == conversation_id).order_by(ConsultationEvent.id)
    ).all()


def append(
    session: Session, row: Consultation, what: What, person_id: str | None = None, data: dict[str, Any] | None = None
) -> ConsultationEvent:
    event = ConsultationEvent(consultation_id=row.id, what=what, person_id=person_id, data=data or {})
    session.add(event)
    session.flush()
    return event


def with_last_event() -> Select[Consultation, ConsultationEvent]:
    """Each consultation beside the event that decides its state."""
    last = select(func.max(ConsultationEvent.id)).group_by(ConsultationEvent.consultation_id)
    return (
        select(Consultation, ConsultationEvent)
        .join(ConsultationEvent, ConsultationEvent.consultation_id == Consultation.id)
        .where(ConsultationEvent.id.in_(last))
    )


def listed(
    session: Session, *, states: Sequence[State], search: str, newest_first: bool, limit: int, offset: int
) -> tuple[Sequence[tuple[Consultation, ConsultationEvent]], int]:
    """:returns: one page of consultations in any of `states`, and how many there are in all."""
    whats = [what for what, state in STATE_AFTER.items() if state in states]
    query = with_last_event().where(ConsultationEvent.what.in_(whats))
    if search:
        query = query.where(Consultation.subject.contains(search, autoescape=True))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = Consultation.created_at.desc() if newest_first else Consultation.created_at
    rows = session.execute(query.order_by(order).limit(limit).offset(offset)).all()
    return [(row, event) for row, event in rows], total


def notes(session: Session, ids: Collection[str]) -> dict[str, str]:
    """:returns: what users wrote last for the expert, by consultation; the question alone may not say what it is about"""
    query = select(ConsultationEvent.consultation_id, ConsultationEvent.data)
    rows = session.execute(query.where(ConsultationEvent.consultation_id.in_(ids)).order_by(ConsultationEvent.id))
    return {id: data["note"] for id, data in rows if data.get("note")}


def counts(session: Session) -> dict[State, int]:
    found = dict.fromkeys(State, 0)
    rows = session.execute(
        select(ConsultationEvent.what, func.count())
        .where(ConsultationEvent.id.in_(select(func.max(ConsultationEvent.id)).group_by(ConsultationEvent.consultation_id)))
        .group_by(ConsultationEvent.what)
    )
    for what, number in rows:
        found[STATE_AFTER[What(what)]] += number
    return found


def conversation_locked(session: Session, id: str) -> Conversation | None:
    return session.scalars(select(Conversation).where(Conversation.id == id).with_for_update()).one_or_none()
