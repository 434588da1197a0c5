"""A newer version of an instrument ends the older one, in whichever order the two are taken in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, RowMapping, select, update

from corpus import standards, tables
from corpus.model import Trust

_PREFIX = "version:"
_LEVELS = ("国家法律", "行政法规", "司法解释", "地方性法规", "部门规章", "地方政府规章")
# Decisions, notices and replies often bear the same words without one taking the place of the other.
_OCCASIONAL = re.compile(r"(?:决定|通知|批复|答复|公告|意见|案例|修正案|清单|函)(?:[（(].*[）)])?$")


def settle(connection: Connection, short_title: str, others: Iterable[str] = ()) -> None:
    """Set the end of every version of these titles that neither its source nor a person has ended.

    The first day of the next version is the first day on which the older one no longer applies.
    """
    for title in {short_title, *others}:
        if standards.family(title) or not _OCCASIONAL.search(title):
            _settle(connection, title)


def _settle(connection: Connection, title: str) -> None:
    columns = tables.documents.c
    # Versions of a standard bear its number and may change its name: GB 12523 said 限值 before it said 排放标准.
    number = standards.family(title)
    same = columns.short_title.contains(f"（{number}-", autoescape=True) if number else columns.short_title == title
    query = select(tables.documents).where(
        same,
        columns.state == "published",
        columns.trust == Trust.OFFICIAL,
        columns.level.in_(("标准",) if number else _LEVELS),
    )
    rows = [row for row in connection.execute(query).mappings() if _start(row)]
    for region in {row["region"] for row in rows}:
        versions = sorted((row for row in rows if row["region"] == region), key=_start)
        for index, row in enumerate(versions):
            if row["ended_on"] and not row["ended_by"].startswith(_PREFIX):
                continue
            newer = next((later for later in versions[index + 1 :] if _start(later) > _start(row)), None)
            values: dict[str, date | str | None] = {"ended_on": None, "superseded_by": "", "ended_by": ""}
            if newer:
                year = newer["publish_date"] or _start(newer)
                name = newer["title"] if number else f"{newer['title']}（{year.year}年版）"
                values = {"ended_on": _start(newer), "superseded_by": name, "ended_by": _PREFIX + newer["id"]}
            if any(row[name] != value for name, value in values.items()):
                connection.execute(update(tables.documents).where(columns.id == row["id"]).values(**values))


def _start(row: RowMapping) -> date:
    start: date = row["effective_date"] or row["publish_date"]
    return start
