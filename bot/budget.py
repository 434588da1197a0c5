"""What a chat model may cost a day, counted in the one database: shared by all processes, kept over a restart."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import BigInteger, Column, Connection, Date, Engine, MetaData, Table, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from corpus.database import StoreError, connect, migrate, writing

log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).parent / "migrations"
metadata = MetaData()
spending = Table(
    "bot_spending",
    metadata,
    Column("day", Date, primary_key=True),
    Column("tokens", BigInteger, nullable=False),
    Column("micros", BigInteger, nullable=False),  # millionths of the currency that the prices are in
)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call."""

    read: int
    written: int

    @property
    def tokens(self) -> int:
        return self.read + self.written


@dataclass(frozen=True, slots=True)
class Limits:
    """:param tokens: a day, 0 for no limit
    :param cost: a day, in the currency of the prices, 0 for no limit
    :param price_read: of a million tokens read
    :param price_written: of a million tokens written
    """

    tokens: int = 0
    cost: float = 0.0
    price_read: float = 0.0
    price_written: float = 0.0

    def micros(self, usage: Usage) -> int:
        """A price of a million tokens is millionths a token."""
        return round(usage.read * self.price_read + usage.written * self.price_written)

    def allow(self, tokens: int, micros: int) -> bool:
        return (not self.tokens or tokens <= self.tokens) and (not self.cost or micros <= self.cost * 1e6)


@dataclass(frozen=True, slots=True)
class Budget:
    """Each call sets aside what it may cost at most and afterwards books what it did cost, so that calls at the same time
    cannot pass the limit together. What a killed process had set aside stays spent until the day is over.
    """

    engine: Engine
    limits: Limits
    today: Callable[[], date] = field(default=date.today)

    @classmethod
    def open(cls, url: str, limits: Limits) -> Budget:
        """:raises StoreError: if the table cannot be made"""
        engine = connect(url)
        migrate(engine, MIGRATIONS, "bot_version")
        return cls(engine, limits)

    def reserve(self, most: Usage) -> date | None:
        """:returns: the day on which `most` is booked, None where it does not fit, or the count cannot be kept"""
        day = self.today()
        for _ in range(2):
            try:
                with writing(self.engine) as connection:
                    return day if self._fits(connection, day, most) else None
            except IntegrityError:
                continue  # another process opened the day between our two statements
            except (StoreError, SQLAlchemyError):
                break
        log.warning("the budget of the chat model cannot be kept, so that it is not asked", exc_info=True)
        return None

    def settle(self, day: date, most: Usage, real: Usage) -> None:
        """Book `real` in place of `most`."""
        try:
            with writing(self.engine) as connection:
                micros = self.limits.micros(real) - self.limits.micros(most)
                _add(connection, day, real.tokens - most.tokens, micros)
        except (StoreError, SQLAlchemyError):
            log.warning(
                "what the chat model cost could not be booked; the most that it may have cost stands", exc_info=True
            )

    def spent(self) -> tuple[int, float]:
        """:returns: tokens and cost of today"""
        with self.engine.connect() as connection:
            row = connection.execute(select(spending).where(spending.c.day == self.today())).one_or_none()
        return (row.tokens, row.micros / 1e6) if row else (0, 0.0)

    def _fits(self, connection: Connection, day: date, most: Usage) -> bool:
        row = connection.execute(select(spending).where(spending.c.day == day).with_for_update()).one_or_none()
        if row is None:
            connection.execute(insert(spending).values(day=day, tokens=0, micros=0))
        tokens, micros = (row.tokens, row.micros) if row else (0, 0)
        if not self.limits.allow(tokens + most.tokens, micros + self.limits.micros(most)):
            return False
        _add(connection, day, most.tokens, self.limits.micros(most))
        return True


def _add(connection: Connection, day: date, tokens: int, micros: int) -> None:
    booked = {"tokens": spending.c.tokens + tokens, "micros": spending.c.micros + micros}
    connection.execute(update(spending).where(spending.c.day == day).values(**booked))
