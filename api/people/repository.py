"""Queries of people, logins and invitations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from api.people.tables import AuditEntry, Invitation, Login, PasswordLink, Person


def people(session: Session) -> Sequence[Person]:
    return session.scalars(select(Person).order_by(Person.disabled_at.is_not(None), Person.created_at)).all()


def person(session: Session, id: str) -> Person | None:
    return session.get(Person, id)


def lock(session: Session, person: Person) -> None:
    """Whoever else changes this person waits until the transaction ends."""
    session.refresh(person, with_for_update=True)


def by_login(session: Session, login: str) -> Person | None:
    return session.scalars(select(Person).where(Person.login == login)).one_or_none()


def anybody(session: Session) -> bool:
    return session.scalars(select(Person.id).limit(1)).first() is not None


def administrators(session: Session) -> list[Person]:
    """Roles are a JSON list, which every database searches differently; there are few people."""
    return [p for p in session.scalars(select(Person).where(Person.disabled_at.is_(None))) if "admin" in p.roles]


def login(session: Session, token_hash: str) -> Login | None:
    return session.get(Login, token_hash)


def touch(session: Session, token_hash: str, moment: datetime) -> None:
    session.execute(update(Login).where(Login.token_hash == token_hash).values(seen_at=moment))


def end(session: Session, token_hash: str) -> None:
    session.execute(delete(Login).where(Login.token_hash == token_hash))


def end_all(session: Session, person_id: str, but: str = "") -> None:
    session.execute(delete(Login).where(Login.person_id == person_id, Login.token_hash != but))


def end_expired(session: Session, moment: datetime) -> None:
    session.execute(delete(Login).where(Login.expires_at < moment))


def use_invitation(session: Session, token_hash: str, moment: datetime) -> Invitation | None:
    """One statement finds and uses it, so two clicks cannot both succeed."""
    return session.scalars(
        update(Invitation)
        .where(Invitation.token_hash == token_hash, Invitation.used_at.is_(None), Invitation.expires_at > moment)
        .values(used_at=moment)
        .returning(Invitation)
    ).one_or_none()


def open_invitation(session: Session, token_hash: str, moment: datetime) -> Invitation | None:
    query = select(Invitation).where(Invitation.token_hash == token_hash)
    return session.scalars(query.where(Invitation.used_at.is_(None), Invitation.expires_at > moment)).one_or_none()


def open_invitations(session: Session, moment: datetime) -> Sequence[Invitation]:
    query = select(Invitation).where(Invitation.used_at.is_(None), Invitation.expires_at > moment)
    return session.scalars(query.order_by(Invitation.created_at)).all()


def drop_setup_links(session: Session) -> None:
    session.execute(delete(Invitation).where(Invitation.created_by.is_(None), Invitation.used_at.is_(None)))


def password_link(session: Session, token_hash: str, moment: datetime) -> PasswordLink | None:
    query = select(PasswordLink).where(PasswordLink.token_hash == token_hash, PasswordLink.expires_at > moment)
    return session.scalars(query).one_or_none()


def use_password_link(session: Session, token_hash: str, moment: datetime) -> str | None:
    """:returns: whose it was. One statement finds and uses it, so two clicks cannot both succeed."""
    used = delete(PasswordLink).where(PasswordLink.token_hash == token_hash, PasswordLink.expires_at > moment)
    return session.scalars(used.returning(PasswordLink.person_id)).one_or_none()


def drop_password_link(session: Session, person_id: str) -> None:
    session.execute(delete(PasswordLink).where(PasswordLink.person_id == person_id))


def audit_entries(session: Session, search: str, limit: int, offset: int) -> tuple[Sequence[AuditEntry], int]:
    query = select(AuditEntry)
    if search:
        columns = (AuditEntry.person, AuditEntry.action, AuditEntry.object)
        condition = columns[0].contains(search, autoescape=True)
        for column in columns[1:]:
            condition = condition | column.contains(search, autoescape=True)
        query = query.where(condition)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit).offset(offset)).all(), total
