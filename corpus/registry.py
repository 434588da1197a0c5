"""catalog.csv: the table that comes with a collection of texts and decides what is known of each file."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from corpus.dates import iso
from corpus.model import short_title

NAME = "catalog.csv"
_HIGHEST = 5  # folders above a file in which its table may lie
_NO_DATE = date(1949, 10, 1)
Row = Mapping[str, str]


class Registry:
    """One catalog.csv. Paths in it are relative to its folder."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        with path.open(encoding="utf-8-sig", newline="") as stream:
            self.rows: dict[str, Row] = {row["path"]: row for row in csv.DictReader(stream) if row.get("path")}

    def row(self, file: Path) -> Row | None:
        return self.rows.get(file.resolve().relative_to(self.folder.resolve()).as_posix())

    def ended(self, row: Row) -> tuple[date | None, str]:
        """:returns: the day on which the version of this row ended, and how that is known; (None, '') while it is in force

        Where the table says that it ended but not when, it is the first day of the newer version that the table holds;
        failing that its own first day, so that it is never shown as in force.
        """
        status = next((value for name, value in row.items() if name.startswith("status_on_")), "")
        if status not in ("已废止", "已被修订"):
            return None, ""
        stated = iso(row.get("repealed_or_superseded_on") or "")
        if stated:
            return stated, "repealed_or_superseded_on"
        start = _start(row)
        names = {
            short_title(row["title"]),
            short_title(re.sub(r"[（(]\d{4}年.*?[）)]$", "", row.get("superseded_by") or "")),
        }
        newer = [
            begin
            for other in self.rows.values()
            if short_title(other["title"]) in names and (begin := _start(other)) and begin > (start or _NO_DATE)
        ]
        return (min(newer), "first day of the newer version") if newer else (start or _NO_DATE, "ended on an unknown day")


def _start(row: Row) -> date | None:
    return iso(row.get("effective_date") or "") or iso(row.get("publish_date") or "")


def find(file: Path) -> tuple[Registry, Row] | None:
    """The table that speaks of a file, in its folder or one above it, and its row there."""
    folder = file.resolve().parent
    for _ in range(_HIGHEST):
        path = folder / NAME
        if path.is_file():
            registry = _open(path, path.stat().st_mtime_ns)
            row = registry.row(file)
            return (registry, row) if row else None
        folder = folder.parent
    return None


@lru_cache(maxsize=8)
def _open(path: Path, changed: int) -> Registry:
    return Registry(path)
