"""Starting long work and telling how it goes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.errors import NotFound
from api.jobs import repository
from api.jobs.tables import Job, JobState


class JobOut(BaseModel):
    id: str
    kind: str
    state: str
    done: int
    total: int
    note: str
    error: str
    result: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def running(self) -> bool:
        return self.state in (JobState.WAITING, JobState.RUNNING)


def start(session: Session, kind: str, args: dict[str, Any], person_id: str | None) -> Job:
    job = Job(kind=kind, args=args, created_by=person_id)
    session.add(job)
    session.flush()
    return job


def start_once(session: Session, kind: str, person_id: str | None) -> Job:
    """A job that waits already will see what is new, so a second one would only do the same again."""
    return repository.waiting(session, kind) or start(session, kind, {}, person_id)


def shown(session: Session, id: str, kind: str) -> JobOut:
    job = repository.job(session, id)
    if job is None or job.kind != kind:
        raise NotFound("没有找到这项工作，它可能已经清理。")
    return out(job)


def out(job: Job) -> JobOut:
    return JobOut.model_validate(job, from_attributes=True)
