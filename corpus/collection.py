"""Everything that can be found: full texts of the catalogue joined with the digests and questions of the starter library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from corpus.catalogue import Catalogue
from corpus.legal import SHUT, Versions, Window, as_known, window
from corpus.model import Cite, Document, Passage
from corpus.starter import Starter


def searchable(catalogue: Catalogue, starter: Starter) -> Iterator[Passage]:
    """:returns: the passages of the index, full texts first, document by document, then digests and FAQs.

    A digest of an article whose full text is here is no passage of its own: its words and questions go to the article,
    in the version that the digest was written for. Repealed versions stay, for questions about their time.
    """
    documents = {document.id: document for document in catalogue.documents()}
    versions = Versions(documents.values(), starter.instruments)
    behind = {digest.title: versions.behind(digest.title) for digest in starter.digests}
    digests = {(found.id, digest.article): digest for digest in starter.digests if (found := behind[digest.title])}
    used: set[str] = set()
    for passage in catalogue.all_passages():
        digest = digests.get((passage.document_id, passage.article))
        cite = Cite(passage.title, passage.article)
        if not digest:
            yield replace(passage, stands_for=(cite,))
            continue
        used.add(digest.id)
        plain = "\n".join([*digest.headings, digest.text])
        yield replace(passage, plain=plain, questions=digest.questions, stands_for=(cite,))
    yield from (digest for digest in starter.digests if digest.id not in used)
    yield from starter.faqs


class Collection:
    """Documents and windows of the passages, kept until the catalogue changes."""

    def __init__(self, catalogue: Catalogue, starter: Starter) -> None:
        self._catalogue = catalogue
        self._starter = starter
        self._revision = -1
        self._documents: dict[str, Document] = {}
        self._versions = Versions((), starter.instruments)

    def refresh(self) -> int:
        """Read the catalogue again if it changed.

        :returns: its revision; windows made under another one are stale
        """
        revision = self._catalogue.revision()
        if revision != self._revision:
            known = self._starter.instruments
            self._documents = {row.id: as_known(row, known) for row in self._catalogue.documents()}
            self._versions = Versions(self._documents.values(), known, self._catalogue.labels)
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
