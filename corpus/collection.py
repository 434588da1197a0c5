"""Everything that can be found: full texts of the catalogue joined with the digests and questions of the starter library."""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from corpus.catalogue import Catalogue
from corpus.legal import SHUT, Versions, Window, as_known, window
from corpus.model import Cite, Document, Passage
from corpus.records import State
from corpus.starter import Starter

LIBRARY = "lib:"  # how the ids of the library's own documents begin, and what stands for all of them together


def searchable(catalogue: Catalogue, starter: Starter, only: Set[str] | None = None) -> Iterator[Passage]:
    """:param only: ids of documents, and LIBRARY for the entries that are passages of their own; everything if not given
    :returns: the passages of the index, full texts first, document by document, then digests and FAQs.

    A digest of an article whose full text is here is no passage of its own: its words and questions go to the article,
    in the version that the digest was written for. Repealed versions stay, for questions about their time.
    """
    behind = _behind(catalogue.documents(), catalogue, starter)
    digests = {(found.id, digest.article): digest for digest in starter.digests if (found := behind[digest.title])}
    used: set[str] = set()
    for passage in catalogue.all_passages() if only is None else _passages(catalogue, only - {LIBRARY}):
        digest = digests.get((passage.document_id, passage.article))
        cite = Cite(passage.title, passage.article)
        if not digest:
            yield replace(passage, stands_for=(cite,))
            continue
        used.add(digest.id)
        plain = "\n".join([*digest.headings, digest.text])
        yield replace(passage, plain=plain, questions=digest.questions, stands_for=(cite,))
    if only is not None and LIBRARY not in only:
        return
    if only is not None:
        texts = _passages(catalogue, {document_id for document_id, _ in digests})
        used = {digest.id for row in texts if (digest := digests.get((row.document_id, row.article)))}
    yield from (digest for digest in starter.digests if digest.id not in used)
    yield from starter.faqs


def marks(catalogue: Catalogue, starter: Starter) -> dict[str, str]:
    """What stands in for reading every passage to see which have changed.

    :returns: id of each published document, and LIBRARY -> a mark that changes with any of its passages: by when it was
        stored, since a document is only ever stored whole, and by the digests that go with it
    """
    records = catalogue.records(State.PUBLISHED)
    behind = _behind((as_known(row.document, catalogue.known) for row in records), catalogue, starter)
    attached: dict[str, list[Passage]] = defaultdict(list)
    for digest in starter.digests:
        if found := behind[digest.title]:
            attached[found.id].append(digest)
    out = {row.document.id: _mark(row.document.short_title, row.added_at, attached.get(row.document.id)) for row in records}
    held = {title: (found.id, out.get(found.id)) for title, found in behind.items() if found}
    return out | {LIBRARY: _mark(sorted(held.items()), starter.digests, starter.faqs)}


def _behind(documents: Iterable[Document], catalogue: Catalogue, starter: Starter) -> dict[str, Document | None]:
    """:returns: title of each instrument with digests -> the version that they speak of"""
    versions = Versions(documents, starter.instruments, catalogue.labels, starter.articles)
    return {digest.title: versions.behind(digest.title) for digest in starter.digests}


def _passages(catalogue: Catalogue, ids: Iterable[str]) -> Iterator[Passage]:
    for document_id in sorted(ids):
        yield from catalogue.passages(document_id)


def _mark(*values: object) -> str:
    return hashlib.blake2b(repr(values).encode(), digest_size=8).hexdigest()


class Collection:
    """Documents and windows of the passages, kept until the catalogue changes."""

    def __init__(self, catalogue: Catalogue, starter: Starter) -> None:
        self._catalogue = catalogue
        self._starter = starter
        self._revision = -1
        self._lock = threading.Lock()
        self._documents: dict[str, Document] = {}
        self._versions = Versions((), starter.instruments)

    def refresh(self) -> int:
        """Read the catalogue again if it changed.

        :returns: its revision; windows made under another one are stale
        """
        revision = self._catalogue.revision()
        if revision == self._revision:
            return revision
        with self._lock:  # one reads for all who ask at this moment: four at once would each take four times as long
            revision = self._catalogue.revision()
            if revision != self._revision:
                known = self._starter.instruments
                self._documents = {row.id: as_known(row, known) for row in self._catalogue.documents()}
                rows, labels = self._documents.values(), self._catalogue.labels
                self._versions = Versions(rows, known, labels, self._starter.articles)
                self._revision = revision
            return revision

    def document_for(self, passage: Passage) -> Document | None:
        """The record of the document that a passage belongs to; None where it has been removed since the index was built.

        A digest comes with the version of the instrument that it speaks of, so that its status is right on every day.
        """
        if not passage.document_id.startswith("lib:"):
            return self._documents.get(passage.document_id)
        if passage.kind == "digest":
            return self._versions.behind(passage.title)
        return self._starter.document_of(passage) if passage.id in self._starter.entries else None

    def windows(self, passages: Iterable[Passage]) -> list[Window]:
        """:returns: for each passage when and where it may be used; one whose document is gone gets a window that never opens."""
        known = {document.id: window(document) for document in self._documents.values()}
        return [
            self._of_entry(passage) if passage.document_id.startswith("lib:") else known.get(passage.document_id, SHUT)
            for passage in passages
        ]

    def behind(self, title: str) -> Document | None:
        """The version of an instrument that entries of the library speak of; None for an unknown title."""
        return self._versions.behind(title)

    def lacks(self, cite: Cite) -> bool:
        """Whether the imported text has no such article; entries that cite it are never used."""
        return self._versions.lacks(cite)

    def _of_entry(self, passage: Passage) -> Window:
        document = self.document_for(passage)
        return self._versions.window(passage.stands_for, document) if document else SHUT
