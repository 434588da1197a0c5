"""Conversations and what was said in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.clock import now
from api.database import Base, new_id


class Conversation(Base):
    """Belongs to whoever holds its secret; only the secret's hash is kept."""

    __tablename__ = "api_conversation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, index=True)
    messages: Mapped[int] = mapped_column(default=0)  # how many there are; the next one's number


class Message(Base):
    """One message. `state` of a question: pending, done, failed; `payload` holds an answer as the widget shows it."""

    __tablename__ = "api_message"
    __table_args__ = (UniqueConstraint("conversation_id", "number"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("api_conversation.id", ondelete="CASCADE"))
    number: Mapped[int]
    role: Mapped[str] = mapped_column(String(16))  # user, assistant, expert
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default="done")
    reply_to: Mapped[str | None] = mapped_column(String(32))
    author: Mapped[str] = mapped_column(String(80), default="")
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked_on: Mapped[date | None]
    region: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    # A question being answered renews this; one whose process died stops holding up the questions after it.
    pending_until: Mapped[datetime | None]


class Feedback(Base):
    """What the reader of an answer thought of it; a later word does not erase an earlier one."""

    __tablename__ = "api_feedback"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("api_message.id", ondelete="CASCADE"), index=True)
    helpful: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class Event(Base):
    """What a widget that listens is told, in order. Whoever adds one holds the lock of its conversation."""

    __tablename__ = "api_event"
    __table_args__ = (Index("ix_api_event_conversation", "conversation_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("api_conversation.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(16))  # message, state
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
