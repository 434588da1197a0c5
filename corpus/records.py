"""How the catalogue keeps a document: its record, where it came from, the log, and the way from rows to values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import RowMapping

from corpus.model import Document, Passage, Trust

FIELDS = tuple(spec.name for spec in fields(Document))
_STATED = ("title", "level", "issuer", "doc_no", "region", "publish_date", "effective_date", "trust", "confidence")


class State(StrEnum):
    """Whether staff have released a document. Not its legal status."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Outcome(StrEnum):
    """What became of a file. DUPLICATE: another file of the same batch stands for the same document."""

    ADDED = "added"
    REPLACED = "replaced"
    THERE = "there"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Origin:
    """How a document came in: where each field was read, what the loader warned of, what makes a repeated load needless."""

    provenance: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    quality: float = 1.0
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """A document as the catalogue keeps it."""

    document: Document
    state: State
    origin: Origin
    added_at: datetime
    added_by: str
    ended_by: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log; lines are only ever added."""

    at: datetime
    actor: str
    action: str
    document_id: str
    title: str
    detail: str


def same(row: RowMapping, document: Document, origin: Origin) -> bool:
    """The same file, read in the same way, under the same metadata. An end that was set later does not count."""
    if not document.sha256 or row["sha256"] != document.sha256 or row["fingerprint"] != origin.fingerprint:
        return False
    ended = bool(row["ended_by"]) or (row["ended_on"], row["repealed"]) == (document.ended_on, document.repealed)
    return ended and all(row[name] == getattr(document, name) for name in _STATED)


def document_of(row: RowMapping) -> Document:
    return Document(**{name: row[name] for name in FIELDS} | {"trust": Trust(row["trust"])})


def record_of(row: RowMapping) -> Record:
    origin = Origin(row["provenance"], tuple(row["warnings"]), row["quality"], row["fingerprint"])
    return Record(document_of(row), State(row["state"]), origin, utc(row["added_at"]), row["added_by"], row["ended_by"])


def passage_of(row: RowMapping) -> Passage:
    names = ("id", "document_id", "article", "text", "kind", "ordinal")
    return Passage(**{name: row[name] for name in names}, title=row["short_title"], headings=tuple(row["headings"]))


def event_of(row: RowMapping) -> Event:
    return Event(utc(row["at"]), *(row[name] for name in ("actor", "action", "document_id", "title", "detail")))


def utc(moment: datetime) -> datetime:
    """SQLite gives the time back without its zone."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
