"""Queries of jobs. Claiming is one statement, so that two processes never do the same work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.orm import Session

from api.clock import now
from api.jobs.tables import Job, JobState

LOST = timedelta(seconds=60)


def job(session: Session, id: str) -> Job | None:
    return session.get(Job, id)


def listed(session: Session, kind: str, limit: int = 50) -> Sequence[Job]:
    return session.scalars(select(Job).where(Job.kind == kind).order_by(Job.created_at.desc(), Job.id).limit(limit)).all()


def unfinished(session: Session, kind: str) -> Job | None:
    query = select(Job).where(Job.kind == kind, Job.state.in_([JobState.WAITING, JobState.RUNNING]))
    return session.scalars(query.order_by(Job.created_at).limit(1)).first()


def waiting(session: Session, kind: str) -> Job | None:
    query = select(Job).where(Job.kind == kind, Job.state == JobState.WAITING)
    return session.scalars(query.order_by(Job.created_at).limit(1)).first()


def claim(session: Session, kinds: Collection[str]) -> Job | None:
    """The oldest waiting job whose kind nobody is busy with, now ours."""
    busy = select(Job.kind).where(Job.state == JobState.RUNNING)
    query = select(Job.id).where(Job.state == JobState.WAITING, Job.kind.in_(kinds), Job.kind.not_in(busy))
    id = session.scalars(query.order_by(Job.created_at).limit(1).with_for_update(skip_locked=True)).first()
    if id is None:
        return None
    moment = now()
    values = {"state": JobState.RUNNING, "started_at": moment, "alive_at": moment, "attempts": Job.attempts + 1}
    session.execute(update(Job).where(Job.id == id).values(values))
    return session.get(Job, id)


def progress(session: Session, id: str, done: int, total: int, note: str) -> None:
    values = {"done": done, "total": total, "note": note[:200], "alive_at": now()}
    session.execute(update(Job).where(Job.id == id).values(values))


def alive(session: Session, id: str) -> None:
    session.execute(update(Job).where(Job.id == id, Job.state == JobState.RUNNING).values(alive_at=now()))


def finish(session: Session, id: str, state: JobState, *, error: str = "", result: dict[str, Any] | None = None) -> None:
    values = {"state": state, "error": error, "result": result or {}, "finished_at": now()}
    session.execute(update(Job).where(Job.id == id).values(values))


def rescue(session: Session, attempts: int, error: str) -> None:
    """Jobs whose process died wait again; one that has died too often is given up."""
    lost = and_(Job.state == JobState.RUNNING, func.coalesce(Job.alive_at, Job.created_at) < _before())
    again = {"state": JobState.WAITING, "done": 0, "note": ""}
    session.execute(update(Job).where(lost, Job.attempts < attempts).values(again))
    session.execute(update(Job).where(lost).values(state=JobState.FAILED, error=error, finished_at=now()))


def _before() -> datetime:
    return now() - LOST
