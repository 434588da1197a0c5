"""What can be read: the full texts of the catalogue, and the digests and FAQs of the starter library beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.anchors import reader_link
from corpus.catalogue import Catalogue
from corpus.model import Cite, Document, Passage, Status, short_title
from corpus.numerals import article_number
from corpus.starter import FAQ_TITLE, Starter

FAQ_ID = "lib:faq"


@dataclass(frozen=True, slots=True)
class Book:
    """A line of the list: `full` where the whole text is held, else its digests are."""

    document: Document
    status: Status
    full: bool
    digests: int


@dataclass(frozen=True, slots=True)
class Opened:
    """A document with its passages in reading order, and the digests of its articles."""

    document: Document
    passages: tuple[Passage, ...]
    digests: dict[str, Passage]
    older: Document | None = None
    newer: Document | None = None
    full_text: Document | None = None  # the whole text of an instrument of which this shows digests only


@dataclass(frozen=True, slots=True)
class Instead:
    """What stands in the place of an article that was repealed: names and addresses; none where it was dropped."""

    now: tuple[tuple[str, str], ...]
    note: str = ""


def books(
    catalogue: Catalogue, starter: Starter, on: date, *, q: str = "", level: str = "", status: str = ""
) -> list[Book]:
    """Everything that matches, the highest rank first; every word of `q` must stand in the title or number."""
    held = catalogue.documents()
    titles = {document.short_title for document in held}
    counts = Counter(digest.title for digest in starter.digests)
    found = [Book(document, document.status_on(on), True, counts[document.short_title]) for document in held]
    found += [
        Book(document, document.status_on(on), False, counts[title])
        for title, document in starter.instruments.items()
        if title not in titles and counts[title]
    ]
    if starter.faqs:
        faq = Document(FAQ_ID, FAQ_TITLE, level="解读")
        found.append(Book(faq, Status.IN_FORCE, False, len(starter.faqs)))
    words = short_title(q).split() if " " not in q.strip() else [short_title(word) for word in q.split()]
    kept = [
        book
        for book in found
        if all(word in book.document.short_title or word in book.document.doc_no for word in words)
        and (not level or book.document.level == level)
        and (not status or book.status == status)
    ]
    return sorted(kept, key=_weight)


def _weight(book: Book) -> tuple[bool, int, int, str]:
    """What is in force first, then by rank; among equals what most of our digests speak of, as people ask for it most."""
    return book.status is not Status.IN_FORCE, -book.document.rank, -book.digests, book.document.short_title


def opened(catalogue: Catalogue, starter: Starter, document_id: str) -> Opened | None:
    """:returns: None where there is no such document"""
    if document_id == FAQ_ID:
        passages = sorted(starter.faqs, key=lambda faq: starter.entries[faq.id].topic)
        return Opened(Document(FAQ_ID, FAQ_TITLE, level="解读"), tuple(passages), {})
    if document_id.startswith("lib:"):
        return _digests_of(catalogue, starter, document_id.removeprefix("lib:"))
    document = catalogue.document(document_id)
    if document is None:
        return None
    digests = {digest.article: digest for digest in starter.digests if digest.title == document.short_title}
    versions = _versions(catalogue, document)
    at = next((i for i, version in enumerate(versions) if version.id == document.id), 0)
    return Opened(
        document,
        tuple(catalogue.passages(document_id)),
        digests,
        older=versions[at - 1] if at else None,
        newer=versions[at + 1] if at + 1 < len(versions) else None,
    )


def successor(catalogue: Catalogue, starter: Starter, document: Document) -> Document | None:
    """:returns: what took the place of a document, where we hold it"""
    title = short_title(document.superseded_by.split("（")[0])
    found = _newest(catalogue, starter, title) if title else None
    return found if found and found.id != document.id else starter.instruments.get(title)


def replaced(catalogue: Catalogue, starter: Starter, opened: Opened) -> dict[str, Instead]:
    """:returns: by the label of an article of a repealed document, what the crosswalk puts in its place"""
    old, crosswalk = opened.document.short_title, starter.crosswalk
    found = {p.article: crosswalk[old, p.article] for p in opened.passages if (old, p.article) in crosswalk}
    titles = {cite.title for cites in found.values() for cite in cites}
    held = {title: _newest(catalogue, starter, title) for title in titles}
    return {
        article: Instead(
            tuple((f"《{cite.title}》{cite.article}", _place(held[cite.title], cite)) for cite in cites),
            starter.crosswalk_notes.get((old, article), ""),
        )
        for article, cites in found.items()
    }


def _place(document: Document | None, cite: Cite) -> str:
    return reader_link(document.id, article=cite.article) if document else ""


def _newest(catalogue: Catalogue, starter: Starter, title: str) -> Document | None:
    versions = [found for found in catalogue.documents(title=title) if found.short_title == title]
    return max(versions, key=lambda found: found.starts_on or date.min, default=starter.instruments.get(title))


def _digests_of(catalogue: Catalogue, starter: Starter, title: str) -> Opened | None:
    document = starter.instruments.get(title)
    if document is None:
        return None
    digests = [digest for digest in starter.digests if digest.title == title]
    full = [found for found in catalogue.documents(title=title) if found.short_title == title]
    return Opened(document, tuple(sorted(digests, key=_article_number)), {}, full_text=full[-1] if full else None)


def _versions(catalogue: Catalogue, document: Document) -> Sequence[Document]:
    same = [
        found
        for found in catalogue.documents(title=document.short_title)
        if found.short_title == document.short_title and found.region == document.region
    ]
    return sorted(same, key=lambda found: found.starts_on or date.min)


def _article_number(passage: Passage) -> int:
    return article_number(passage.article) or 0
