"""What of the starter library may not be shown any more, and why: the work list of whoever keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from corpus.collection import Collection
from corpus.model import Cite, Document, Status
from corpus.starter import Entry, Starter


@dataclass(frozen=True, slots=True)
class Task:
    """An entry to be rewritten or taken out, the cite that no longer holds and what is wrong with it."""

    entry: Entry
    cite: Cite
    reason: str

    def to_json(self) -> dict[str, str]:
        return {"id": self.entry.passage.id, "file": self.entry.file, "cite": str(self.cite), "reason": self.reason}


def tasks(collection: Collection, starter: Starter, on: date) -> Iterator[Task]:
    """One task for each cite of an entry that is repealed, amended or missing in the imported text on this day."""
    for entry in starter.entries.values():
        for cite in entry.passage.stands_for:
            reason = _reason(collection, starter, cite, on)
            if reason:
                yield Task(entry, cite, reason)


def _reason(collection: Collection, starter: Starter, cite: Cite, on: date) -> str:
    document = collection.behind(cite.title)
    if document is None:
        return ""
    known = starter.instruments.get(cite.title)
    if known and known.ended_on and on >= known.ended_on:
        return f"自 {known.ended_on} 起失效"
    if collection.lacks(cite):
        return f"{_version(document)}没有这一条"
    status = document.status_on(on)
    if status in (Status.REPEALED, Status.AMENDED):
        newer = f"，见{document.superseded_by}" if document.superseded_by else ""
        return f"自 {document.ended_on} 起{status}{newer}"
    return ""


def _version(document: Document) -> str:
    return f"导入的全文（{document.publish_date or document.source}）"
