"""The life of a consultation: who may do what to it in which state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.chat import repository as chat
from api.chat.schemas import ConsultationOut
from api.consultations import reasons, repository
from api.consultations.tables import STATE_AFTER, Consultation, ConsultationEvent, State, What
from api.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True)
class Case:
    """A consultation with everything that happened to it; what it is now is read from that."""

    row: Consultation
    events: tuple[ConsultationEvent, ...]

    @property
    def state(self) -> State:
        return STATE_AFTER[What(self.events[-1].what)]

    @property
    def expert_id(self) -> str | None:
        """Who is at it: the last to have taken it, unless given back or opened anew since."""
        for event in reversed(self.events):
            if event.what == What.TAKEN:
                return event.person_id
            if event.what in (What.RELEASED, What.REOPENED):
                return None
        return None

    @property
    def with_expert(self) -> bool:
        return self.state in (State.TAKEN, State.REPLIED)

    @property
    def waiting(self) -> bool:
        """Asked for, and nobody has taken it yet."""
        return self.state is State.OPEN

    @property
    def notes(self) -> list[tuple[datetime, dict[str, Any]]]:
        """What the user wrote for the expert beside the conversation, oldest first."""
        return _notes(self.events)

    @property
    def out(self) -> ConsultationOut:
        return ConsultationOut(id=self.row.id, state=self.state)


def case(session: Session, row: Consultation) -> Case:
    return Case(row, tuple(repository.events(session, row.id)))


def current(session: Session, conversation_id: str) -> Case | None:
    row = repository.latest(session, conversation_id)
    return case(session, row) if row else None


def notes(session: Session, conversation_id: str) -> list[tuple[datetime, dict[str, Any]]]:
    """What the user wrote for experts beside the conversation, in all its consultations."""
    return _notes(repository.events_of(session, conversation_id))


def _notes(events: Sequence[ConsultationEvent]) -> list[tuple[datetime, dict[str, Any]]]:
    return [(event.at, event.data) for event in events if event.data.get("note") or event.data.get("contact")]


def found(session: Session, id: str) -> Case:
    row = repository.consultation(session, id)
    if row is None:
        raise NotFound("没有找到这次云问诊，它可能已随对话一起删除。")
    # The conversation's lock comes first, as in every writer of its events; then the state is read under it.
    repository.conversation_locked(session, row.conversation_id)
    return case(session, row)


def offered(session: Session, conversation_id: str, message_id: str, subject: str, named: Sequence[str]) -> Case:
    """A question that the doctor hands over. A case that is already open is kept: two would reach two experts."""
    known = current(session, conversation_id)
    if known is not None and known.state not in (State.CLOSED, State.OFFERED):
        return known
    if known is not None and known.state is State.OFFERED:
        known.row.message_id, known.row.subject, known.row.reason = message_id, subject, reasons.in_words(named)
        return _record(session, known.row, What.OFFERED, data={"message": message_id})
    row = Consultation(
        conversation_id=conversation_id, message_id=message_id, subject=subject, reason=reasons.in_words(named)
    )
    session.add(row)
    session.flush()
    return _record(session, row, What.OFFERED, data={"message": message_id})


def wished(session: Session, conversation_id: str, note: str, contact: str) -> Case:
    """The user asks for an expert, or confirms the offer: opened at once."""
    known = current(session, conversation_id)
    data = {"note": note, "contact": contact}
    if known is None:
        asked = [m for m in chat.messages(session, conversation_id) if m.role == "user"]
        subject = note or (asked[-1].text if asked else "")
        row = Consultation(
            conversation_id=conversation_id,
            message_id=asked[-1].id if asked else None,
            subject=subject or "用户希望与专家交谈",
            reason="用户要求",
        )
        session.add(row)
        session.flush()
        return _record(session, row, What.OPENED, data=data)
    if known.state is State.OFFERED:
        return _record(session, known.row, What.OPENED, data=data)
    if known.state is State.CLOSED:
        return _record(session, known.row, What.REOPENED, data=data)
    if note or contact:  # open already: the new words reach the expert, the state stays
        what = What.ASKED if known.with_expert else What.OPENED
        return _record(session, known.row, what, data=data)
    return known


def asked(session: Session, row: Consultation, message_id: str) -> Case:
    return _record(session, row, What.ASKED, data={"message": message_id})


def take(session: Session, id: str, person_id: str) -> Case:
    known = found(session, id)
    if known.with_expert and known.expert_id == person_id:
        return known
    if known.state is not State.OPEN:
        raise Conflict(_not_now(known.state))
    return _record(session, known.row, What.TAKEN, person_id)


def release(session: Session, id: str, person_id: str) -> Case:
    known = mine(session, id, person_id)
    return _record(session, known.row, What.RELEASED, person_id)


def replied(session: Session, id: str, person_id: str, message_id: str) -> Case:
    known = mine(session, id, person_id)
    return _record(session, known.row, What.REPLIED, person_id, {"message": message_id})


def close(session: Session, id: str, person_id: str) -> Case:
    known = found(session, id)
    if known.state is State.CLOSED:
        return known
    if known.with_expert and known.expert_id != person_id:
        raise Conflict("另一位专家正在处理，您的操作没有执行。")
    return _record(session, known.row, What.CLOSED, person_id)


def reopen(session: Session, id: str, person_id: str) -> Case:
    known = found(session, id)
    if known.state is not State.CLOSED:
        raise Conflict(_not_now(known.state))
    _record(session, known.row, What.REOPENED, person_id)
    return _record(session, known.row, What.TAKEN, person_id)


def mine(session: Session, id: str, person_id: str) -> Case:
    known = found(session, id)
    if not known.with_expert or known.expert_id != person_id:
        raise Conflict("这次云问诊不在您手上，您的操作没有执行。请先接手，再回复。")
    return known


def _record(
    session: Session, row: Consultation, what: What, person_id: str | None = None, data: dict[str, Any] | None = None
) -> Case:
    """Append the event, and tell the widget what state the case is in now."""
    repository.append(session, row, what, person_id, data)
    now_is = case(session, row)
    chat.add_event(session, row.conversation_id, "state", now_is.out.model_dump())
    return now_is


def _not_now(state: State) -> str:
    return {
        State.OFFERED: "用户还没有确认要预约专家，暂时不能接手。",
        State.OPEN: "这次云问诊正在等待接手，请先接手。",
        State.TAKEN: "另一位专家已经接手，您的操作没有执行。",
        State.REPLIED: "另一位专家已经回复，您的操作没有执行。",
        State.CLOSED: "这次云问诊已经结束。需要时可以重新打开。",
    }[state]
