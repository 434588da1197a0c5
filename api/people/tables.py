"""People who sign in, what they may do, and the trail of what they did."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.clock import now
from api.database import Base, new_id


class Role(StrEnum):
    """What somebody may do. A visitor needs no account and so never has a row."""

    VISITOR = "visitor"
    STAFF = "staff"
    EXPERT = "expert"
    EVALUATOR = "evaluator"
    ADMIN = "admin"


ROLE_NAMES = {
    Role.STAFF: "资料管理员",
    Role.EXPERT: "专家",
    Role.EVALUATOR: "评测员",
    Role.ADMIN: "系统管理员",
}


class Person(Base):
    __tablename__ = "api_person"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))  # shown beside an expert's reply
    title: Mapped[str] = mapped_column(String(64), default="")
    roles: Mapped[list[str]]
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]

    def may(self, role: Role) -> bool:
        """An administrator may do everything."""
        return Role.ADMIN in self.roles or role in self.roles


class Login(Base):
    """A session on the server. The browser holds the token, we hold its hash: a stolen database signs nobody in."""

    __tablename__ = "api_login"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("api_person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


class Invitation(Base):
    """A link that makes one person, once."""

    __tablename__ = "api_invitation"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    roles: Mapped[list[str]]
    name: Mapped[str] = mapped_column(String(64), default="")
    created_by: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class PasswordLink(Base):
    """A link with which one person sets a new password, once: it goes when it is used, and a newer one takes its place.

    Apart from invitations, so that no query can take one kind of link for the other.
    """

    __tablename__ = "api_password_link"

    person_id: Mapped[str] = mapped_column(ForeignKey("api_person.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]


class AuditEntry(Base):
    """Who changed what, when. Written in the transaction of the change, never changed itself."""

    __tablename__ = "api_audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    person_id: Mapped[str | None] = mapped_column(String(32), index=True)
    person: Mapped[str] = mapped_column(String(64), default="")  # the name then, should the person be removed
    action: Mapped[str] = mapped_column(String(40))
    object: Mapped[str] = mapped_column(String(300), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
