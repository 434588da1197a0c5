"""The trail of what people changed. Call it in the transaction of the change: both happen or neither."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from api.people.tables import AuditEntry, Person


def record(session: Session, person: Person | None, action: str, object: str = "", *, by: str = "", **detail: Any) -> None:  # noqa: A002, ANN401 - detail is JSON
    session.add(
        AuditEntry(
            person_id=person.id if person else None,
            person=person.name if person else by,
            action=action,
            object=object[:300],
            detail=detail,
        )
    )
