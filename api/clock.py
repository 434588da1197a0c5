"""One clock: instants in UTC, legal days by the clock of the place where the rule applies."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


def today(timezone: str) -> date:
    """A rule takes effect at midnight where it applies, wherever the server stands."""
    return datetime.now(ZoneInfo(timezone)).date()
