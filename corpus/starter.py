"""The starter library that ships with the code: digests, FAQs, glossary, contacts, crosswalk (see docs/library.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from corpus.model import Cite, Document, Passage, Status, Trust, short_title

FOLDER = Path(__file__).parent / "library"
FAQ_TITLE = "常见问答"
_MARK = re.compile(r"\[(\d{1,2})\]")


class LibraryError(ValueError):
    """A file of the library cannot be read; names the file and the entry."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the statutes with the words that people use for it."""

    term: str
    synonyms: tuple[str, ...]
    means: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        return self.term, *self.synonyms


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who is in charge of a matter. `confirm`: public knowledge that the bureau still has to confirm."""

    id: str
    matter: str
    department: str
    hotline: str = ""
    keywords: tuple[str, ...] = ()
    note: str = ""
    confirm: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """What a digest or FAQ carries beside its passage. `status` is what the entry calls itself."""

    passage: Passage
    kind: str
    topic: str
    audience: tuple[str, ...]
    region: str = ""
    status: Status = Status.IN_FORCE
    negatives: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    file: str = ""


@dataclass(frozen=True, slots=True)
class Starter:
    """The library in memory. `instruments` and `articles` (how many it has) are keyed by short title.

    `crosswalk` leads from a repealed article (short title, label) to what stands in its place, to () where nothing does;
    `crosswalk_notes` say for some of them what changed. `smoke`: questions with the article that an index must find.
    `under`: by its short title the law that an instrument carries out, by that one's.
    """

    instruments: Mapping[str, Document]
    articles: Mapping[str, int]
    entries: Mapping[str, Entry]
    glossary: tuple[Term, ...] = ()
    contacts: tuple[Responsible, ...] = ()
    crosswalk: Mapping[tuple[str, str], tuple[Cite, ...]] = field(default_factory=dict)
    crosswalk_notes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    smoke: tuple[tuple[str, Cite], ...] = ()
    under: Mapping[str, str] = field(default_factory=dict)

    @property
    def digests(self) -> tuple[Passage, ...]:
        return tuple(e.passage for e in self.entries.values() if e.kind == "digest")

    @property
    def faqs(self) -> tuple[Passage, ...]:
        return tuple(e.passage for e in self.entries.values() if e.kind == "faq")

    @property
    def questions(self) -> tuple[str, ...]:
        """As people ask them, of every entry."""
        return tuple(question for entry in self.entries.values() for question in entry.passage.questions)

    @property
    def texts(self) -> tuple[str, ...]:
        """What each entry holds: its questions and what it tells, a line each."""
        return tuple("\n".join([*e.passage.questions, e.passage.text]) for e in self.entries.values())

    def newer_law(self, document: Document, on: date) -> Document | None:
        """:returns: the law that `document` carries out, where it was published after it and is in force on `on`: what of the
        document differs from it holds no more (立法法 (2023) 第九十九条)
        """
        law = self.instruments.get(self.under.get(document.short_title, ""))
        if not law or not law.publish_date or not document.publish_date or law.status_on(on) is not Status.IN_FORCE:
            return None
        return law if document.publish_date < law.publish_date else None

    def document_of(self, passage: Passage) -> Document:
        """:returns: the record that a passage of this library belongs to; a FAQ takes the place and status of its entry."""
        entry = self.entries[passage.id]
        if entry.kind == "digest":
            return self.instruments[passage.title]
        trust = {Status.DRAFT: Trust.DRAFT, Status.NEWS: Trust.NEWS}.get(entry.status, Trust.CURATED)
        return Document("lib:faq", FAQ_TITLE, level="解读", region=entry.region, trust=trust, source="starter library")


def load(folder: Path | None = None) -> Starter:
    """Read the library, by default the one that ships.

    :raises LibraryError: if a file is no YAML or an entry lacks a field.
    """
    return _load(folder or FOLDER)


def load_instruments(folder: Path | None = None) -> dict[str, Document]:
    """The instruments alone, by short title: twenty times faster than the whole library."""
    documents = (_instrument(row) for row in _rows((folder or FOLDER) / "instruments.yaml"))
    return {document.short_title: document for document in documents}


@lru_cache(maxsize=4)
def _load(folder: Path) -> Starter:
    instruments = load_instruments(folder)
    listed = _rows(folder / "instruments.yaml")
    articles = {short_title(row["title"]): int(row.get("articles", 0)) for row in listed}
    entries: dict[str, Entry] = {}
    for path in sorted(folder.glob("digests/*.yaml")) + sorted(folder.glob("faqs/**/*.yaml")):
        file = path.relative_to(folder).as_posix()
        for entry in _entries(path, file, instruments):
            if entry.passage.id in entries:
                raise LibraryError(f"{file}: {entry.passage.id} stands in {entries[entry.passage.id].file} already")
            entries[entry.passage.id] = entry
    crosswalk = _rows(folder / "crosswalk.yaml")
    return Starter(
        instruments,
        articles,
        entries,
        glossary=tuple(
            Term(str(row["term"]), _strings(row.get("synonyms")), str(row.get("means") or ""))
            for row in _rows(folder / "glossary.yaml")
        ),
        contacts=tuple(_responsible(row) for row in _rows(folder / "contacts.yaml")),
        crosswalk={
            (short_title(row["old"]), row["article"]): tuple(Cite(**cite) for cite in row["now"]) for row in crosswalk
        },
        crosswalk_notes={
            (short_title(row["old"]), row["article"]): str(row["note"]) for row in crosswalk if row.get("note")
        },
        smoke=tuple(
            (row["question"], Cite(short_title(row["title"]), row["article"])) for row in _rows(folder / "smoke.yaml")
        ),
        under=dict(_under(listed, instruments)),
    )


def _under(rows: Sequence[Mapping[str, Any]], instruments: Mapping[str, Document]) -> Iterator[tuple[str, str]]:
    for row in rows:
        if not (law := row.get("under")):
            continue
        if law not in instruments:
            raise LibraryError(f"instruments.yaml: {row['title']} is under {law}, which is not listed")
        yield short_title(row["title"]), law


def export(starter: Starter) -> Iterator[dict[str, object]]:
    """:returns: each entry as other programs read it; `text` holds what an answer may show, without the questions' variants."""
    for entry in starter.entries.values():
        passage = entry.passage
        yield {
            "id": passage.id,
            "kind": "faq" if entry.kind == "faq" else "digest",
            "topic": entry.topic,
            "text": "\n".join([*passage.headings, unmarked(passage.text), *map(unmarked, entry.next_steps)]),
            "status": str(entry.status),
            "cites": [{"title": cite.title, "article": cite.article} for cite in passage.stands_for],
        }


def marks(text: str) -> tuple[int, ...]:
    """:returns: the 1-based cites that a sentence of an answer carries: 罚 20 万元。[1][2] gives (1, 2)."""
    return tuple(int(found) for found in _MARK.findall(text))


def unmarked(text: str) -> str:
    return _MARK.sub("", text)


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return list(_yaml(path) or [])


def _yaml(path: Path) -> Any:  # noqa: ANN401 - YAML holds anything
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise LibraryError(f"{path.name} is no readable YAML: {error}") from error


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader reads 1,200 entries ten times faster


def _instrument(row: Mapping[str, Any]) -> Document:
    repealed_on: date | None = row.get("repealed_on")
    return Document(
        id=f"lib:{short_title(row['title'])}",
        title=row["title"],
        level=row["level"],
        issuer=row.get("issuer", ""),
        doc_no=row.get("doc_no", ""),
        region=row.get("region", ""),
        publish_date=row.get("published"),
        effective_date=row.get("effective"),
        ended_on=repealed_on,
        superseded_by=row.get("repealed_by", ""),
        repealed=repealed_on is not None,
        trust=Trust(row.get("trust", "curated")),
        source=row.get("source", ""),
    )


def _entries(path: Path, file: str, instruments: Mapping[str, Document]) -> Iterator[Entry]:
    data = _yaml(path)
    try:
        shared = {key: data.get(key) for key in ("topic", "audience", "region", "status", "instrument")}
        rows = data["entries"]
    except (AttributeError, KeyError, TypeError) as error:
        raise LibraryError(f"{file}: needs topic, audience and entries") from error
    for ordinal, row in enumerate(rows):
        merged = {**shared, **row}
        try:
            passage = _digest(merged, ordinal) if file.startswith("digests/") else _faq(merged, ordinal)
            missing = [cite.title for cite in passage.stands_for if cite.title not in instruments]
            if missing:
                raise LibraryError(f"《{missing[0]}》 does not stand in instruments.yaml")
            yield Entry(
                passage,
                kind=passage.kind,
                topic=merged["topic"],
                audience=_strings(merged["audience"]),
                region=merged.get("region") or "",
                status=Status(merged.get("status") or Status.IN_FORCE),
                negatives=_strings(merged.get("negatives")),
                next_steps=_strings(merged.get("next")),
                file=file,
            )
        except (KeyError, TypeError, ValueError) as error:
            name = row.get("id") or row.get("article") if isinstance(row, dict) else row
            raise LibraryError(f"{file}, entry {ordinal + 1} ({name}): {error}") from error


def _digest(row: Mapping[str, Any], ordinal: int) -> Passage:
    title, article = short_title(row["instrument"]), row["article"]
    return Passage(
        id=f"digest:{title}:{article}",
        document_id=f"lib:{title}",
        title=title,
        article=article,
        text=row["text"].strip(),
        kind="digest",
        headings=(row["title"],),
        questions=_strings(row.get("questions")),
        stands_for=(Cite(title, article),),
        ordinal=ordinal,
    )


def _faq(row: Mapping[str, Any], ordinal: int) -> Passage:
    return Passage(
        id=f"faq:{row['id']}",
        document_id="lib:faq",
        title=FAQ_TITLE,
        article="",
        text=row["answer"].strip(),
        kind="faq",
        headings=(row["question"],),
        questions=(row["question"], *_strings(row.get("variants"))),
        stands_for=tuple(Cite(short_title(cite["instrument"]), cite.get("article", "")) for cite in row["cites"]),
        ordinal=ordinal,
    )


def _responsible(row: Mapping[str, Any]) -> Responsible:
    return Responsible(
        id=row["id"],
        matter=row["matter"],
        department=row["department"],
        hotline=str(row.get("hotline") or ""),
        keywords=_strings(row.get("keywords")),
        note=row.get("note") or "",
        confirm=bool(row.get("confirm", True)),
    )


def _strings(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(part) for part in value)  # type: ignore[attr-defined]
