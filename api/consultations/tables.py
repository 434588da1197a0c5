"""Consultations (云问诊): a thread of typed events about a conversation; its state is read from them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.clock import now
from api.database import Base, new_id


class What(StrEnum):
    """What happened to a consultation."""

    OFFERED = "offered"
    OPENED = "opened"
    TAKEN = "taken"
    ASKED = "asked"  # the user wrote again while an expert is at it
    REPLIED = "replied"
    RELEASED = "released"
    CLOSED = "closed"
    REOPENED = "reopened"


class State(StrEnum):
    OFFERED = "offered"
    OPEN = "open"
    TAKEN = "taken"
    REPLIED = "replied"
    CLOSED = "closed"


STATE_AFTER: dict[What, State] = {
    What.OFFERED: State.OFFERED,
    What.OPENED: State.OPEN,
    What.TAKEN: State.TAKEN,
    What.ASKED: State.TAKEN,
    What.REPLIED: State.REPLIED,
    What.RELEASED: State.OPEN,
    What.CLOSED: State.CLOSED,
    What.REOPENED: State.OPEN,
}


class Consultation(Base):
    """Why it was opened and by what question; everything that changes is an event."""

    __tablename__ = "api_consultation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("api_conversation.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[str | None] = mapped_column(String(32))  # the question that could not be answered
    subject: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class ConsultationEvent(Base):
    """Append-only: the repository adds and never changes a row. Rows go only with their whole conversation."""

    __tablename__ = "api_consultation_event"
    __table_args__ = (Index("ix_api_consultation_event_last", "consultation_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("api_consultation.id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[str | None] = mapped_column(ForeignKey("api_person.id"))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    at: Mapped[datetime] = mapped_column(default=now)
