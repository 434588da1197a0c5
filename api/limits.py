"""Counting what a visitor does, in the shared database, so that several processes count together."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import String, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from api.clock import now
from api.database import Base, Database


class Counter(Base):
    """How often something happened in one window of time."""

    __tablename__ = "api_counter"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime] = mapped_column(index=True)


class Secret(Base):
    """Random values that every process of this installation shares; made at the first start."""

    __tablename__ = "api_secret"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(120))


class Limits:
    """Fixed windows: cheap, and exact enough to keep a script from drowning the service."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._pepper = self._shared_secret("pepper").encode()

    def visitor(self, address: str) -> str:
        """:returns: a name for a network address that cannot be turned back into it, and is kept only as long as a window."""
        return hmac.new(self._pepper, address.encode(), hashlib.sha256).hexdigest()[:32]

    def hit(self, key: str, seconds: int) -> int:
        """Count one more. :returns: how many there have been in this window."""
        window = int(now().timestamp()) // seconds
        for _ in range(2):
            try:
                with self.database.write() as session:
                    found = session.execute(
                        update(Counter)
                        .where(Counter.key == key, Counter.window == window)
                        .values(count=Counter.count + 1)
                        .returning(Counter.count)
                    ).scalar()
                    if found is None:
                        session.add(Counter(key=key, window=window, count=1, ends_at=now() + timedelta(seconds=seconds)))
                    return found or 1
            except IntegrityError:
                continue  # another process opened this window between our two statements: count in it
        return 1

    def count(self, key: str, seconds: int) -> int:
        with self.database.read() as session:
            window = int(now().timestamp()) // seconds
            return session.scalar(select(Counter.count).where(Counter.key == key, Counter.window == window)) or 0

    def forget(self) -> None:
        """Delete the windows that are over."""
        with self.database.write() as session:
            session.execute(delete(Counter).where(Counter.ends_at < now()))

    def _shared_secret(self, name: str) -> str:
        try:
            with self.database.write() as session:
                kept = session.get(Secret, name)
                if kept is None:
                    kept = Secret(name=name, value=secrets.token_urlsafe(32))
                    session.add(kept)
                return kept.value
        except IntegrityError:  # another process made it first
            with self.database.read() as session:
                return session.get_one(Secret, name).value
