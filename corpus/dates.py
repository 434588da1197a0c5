"""Days as Chinese documents write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from corpus.numerals import number

DAY = re.compile(
    r"(\d{4}|[一二三四五六七八九〇零○]{4})\s*年\s*(\d{1,2}|[一二三四五六七八九十]{1,3})\s*月\s*(\d{1,2}|[一二三四五六七八九十]{1,3})\s*日"
)
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")


def days(text: str) -> Iterator[tuple[date, int]]:
    """:returns: every real day in the text with the place where it ends."""
    for found in DAY.finditer(text):
        year, month, day = (number(part.replace("○", "〇")) for part in found.groups())
        if year and month and day and (value := _real(year, month, day)):
            yield value, found.end()


def iso(text: str) -> date | None:
    """The first day such as 2024-06-02 or 2024年6月2日 in a name or a field."""
    found = _ISO.search(text)
    if found:
        return _real(int(found[1]), int(found[2]), int(found[3]))
    return next((value for value, _ in days(text)), None)


def _real(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1900 <= year <= 2200 else None
    except ValueError:
        return None
