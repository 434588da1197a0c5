"""Queries of drafts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from api.documents.tables import Draft
from corpus.catalogue import DRAFT

OPEN = ("reading", "ready", "failed")


def draft(session: Session, id: str) -> Draft | None:
    return session.get(Draft, id)


def open_drafts(session: Session) -> Sequence[Draft]:
    return session.scalars(select(Draft).where(Draft.state.in_(OPEN)).order_by(Draft.created_at.desc()).limit(200)).all()


def open_draft_of(session: Session, document_id: str) -> Draft | None:
    """:returns: the draft that waits to be published under this id"""
    return session.scalars(_waiting(document_id).order_by(Draft.created_at.desc()).limit(1)).one_or_none()


def twins(session: Session, draft: Draft) -> Sequence[Draft]:
    """:returns: the other open drafts of the same text, which stand for one text in the catalogue"""
    query = select(Draft).where(Draft.document_id == draft.document_id, Draft.sha256 == draft.sha256)
    return session.scalars(query.where(Draft.id != draft.id, Draft.state == "ready")).all()


def withdrawn(session: Session, document_id: str) -> Draft | None:
    """:returns: the draft of a text that was published and taken back, where it waits"""
    return next((draft for draft in session.scalars(_waiting(document_id)) if "of" in draft.understood), None)


def _waiting(document_id: str) -> Select[Draft]:
    return select(Draft).where(Draft.document_id == document_id + DRAFT, Draft.state == "ready")


def received_as(session: Session, sha256: str) -> Sequence[Draft]:
    """:returns: the uploads of this file that were published, whose originals are kept"""
    query = select(Draft).where(Draft.sha256 == sha256, Draft.state == "published", Draft.size > 0)
    return session.scalars(query).all()


def same_file(session: Session, sha256: str) -> Draft | None:
    query = select(Draft).where(Draft.sha256 == sha256, Draft.state.in_(("reading", "ready")))
    return session.scalars(query.order_by(Draft.created_at.desc()).limit(1)).one_or_none()
