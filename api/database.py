"""Transactions on the one database, which the catalogue shares (SQLite by default, PostgreSQL for several machines)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, MetaData, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from corpus.database import connect, migrate, refused

MIGRATIONS = Path(__file__).parent / "migrations"


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones, so they are put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)) if value else None


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Instant(), dict[str, Any]: JSON(), list[str]: JSON()}


def new_id() -> str:
    """128 random bits: nobody meets another's id by counting."""
    return secrets.token_urlsafe(16)


class Database:
    """A write takes SQLite's write lock at its start (the option `write`), so that it never fails half way for want of it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = connect(url)
        self._writer = self.engine.execution_options(write=True)

    def migrate(self) -> None:
        """Bring the tables of this room up to date. Several processes may start at once: the first one does it."""
        migrate(self.engine, MIGRATIONS, "api_version")

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """:raises StoreError: if the database cannot take the change; nothing of it is kept"""
        try:
            with Session(self._writer, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            raise refused(error) from error

    def reachable(self) -> bool:
        try:
            with self.engine.connect() as connection:
                connection.execute(text("select 1"))
        except Exception:  # whatever the driver says, it is not reachable
            return False
        return True

    def close(self) -> None:
        self.engine.dispose()
