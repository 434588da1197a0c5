"""The catalogue: which documents the doctor may cite, in which version, since when and until when.

SQL is the truth; files, index and windows are made from it. Every change runs in one transaction that also writes the
log and raises the revision, so readers notice it and nothing is ever half-stored.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, RowMapping, Select, delete, func, insert, or_, select, update

from corpus import links, tables
from corpus.database import connect, migrate, writing
from corpus.legal import as_known
from corpus.links import Link, plain_title
from corpus.model import Cite, Document, Passage, Status, short_title
from corpus.records import FIELDS, Event, Origin, Outcome, Record, State, document_of, event_of, passage_of, record_of, same
from corpus.succession import settle

__all__ = ["Catalogue", "CatalogueError", "Event", "NotFoundError", "Origin", "Outcome", "Record", "State"]

MIGRATIONS = Path(__file__).parent / "migrations"
DRAFT = ".draft"  # how the id of a draft ends; without it, it is that of the published version
_DELETED = re.compile(r"[（(]?(?:本条)?已?(?:删除|删去|废止)[）)]?[。.]?\s*")


class CatalogueError(Exception):
    """Something asked of the catalogue cannot be done; says why and carries a status code for the web."""

    def __init__(self, message: str, status: int = 409) -> None:
        super().__init__(message)
        self.status = status


class NotFoundError(CatalogueError):
    def __init__(self, document_id: str) -> None:
        super().__init__(f"目录中没有文档 {document_id}", 404)


class Catalogue:
    """Safe to share between threads; several processes may hold one on the same database."""

    def __init__(self, engine: Engine, known: Mapping[str, Document] | None = None) -> None:
        self._engine = engine
        self.known = known or {}
        # What was made of rows before: after a change nearly all of them are as they were, and questions wait for the rest.
        self._made: dict[tuple[Any, ...], Document] = {}
        self._stand: dict[tuple[str, datetime], frozenset[str]] = {}  # by document and the moment it was stored

    @classmethod
    def open(cls, url: str, *, known: Mapping[str, Document] | None = None) -> Self:
        """Make the tables or bring them up to date.

        :param url: such as sqlite:///data/env-doctor.db or postgresql+psycopg://…
        :param known: instruments of the starter library by short title; documents come back ended where it knows of an
            amendment or a repeal that their files do not. What is stored stays as it was read.
        :raises StoreError: if the database cannot be opened or written
        """
        engine = connect(url)
        migrate(engine, MIGRATIONS, "corpus_version")
        return cls(engine, known)

    def close(self) -> None:
        self._engine.dispose()

    def revision(self) -> int:
        """:returns: a number that every change raises; compare it to notice one."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(tables.revision.c.value)).scalar_one())

    def add(
        self,
        document: Document,
        passages: Sequence[Passage],
        *,
        actor: str,
        state: State | str = State.PUBLISHED,
        origin: Origin | None = None,
        ended_by: str | None = None,
    ) -> Outcome:
        """Store a document with its passages, or replace what stands under its id or came from the same file.

        A repeal entered by a person survives replacement. A draft leaves the published version alone until `publish`.

        :param ended_by: the person who says when it ended, or '' that nobody did: what was entered before is overruled then
        :returns: THERE if the same file stands there with the same metadata already (nothing changes then)
        :raises CatalogueError: if the document has no passages
        """
        if not passages:
            raise CatalogueError(f"《{document.title}》没有可入库的内容", 422)
        state, origin = State(state), origin or Origin()
        stored_id = document.id.removesuffix(DRAFT) + (DRAFT if state is State.DRAFT else "")
        with writing(self._engine) as connection:
            self._touch(connection)
            older = self._older(connection, stored_id, document.sha256, state)
            if ended_by is None and any(same(row, document, origin) for row in older):
                connection.rollback()
                return Outcome.THERE
            for row in older:
                entered = row["ended_by"] and not row["ended_by"].startswith("version:") and row["id"] == stored_id
                if entered and ended_by is None:
                    document = replace(
                        document, ended_on=row["ended_on"], repealed=row["repealed"], superseded_by=row["superseded_by"]
                    )
                connection.execute(delete(tables.documents).where(tables.documents.c.id == row["id"]))
            if ended_by is None:
                ended_by = next((row["ended_by"] for row in older if row["id"] == stored_id), "")
            self._insert(connection, document, passages, stored_id, state, origin, actor, ended_by)
            settle(connection, document.short_title, {row["short_title"] for row in older})
            outcome = Outcome.REPLACED if older else Outcome.ADDED
            self._log(connection, actor, outcome, stored_id, document.title, f"{len(passages)} 段，{document.source}")
        return outcome

    def publish(self, document_id: str, *, actor: str) -> Document:
        """Release a draft; it takes the place of the published version with its id.

        :raises NotFoundError: if there is no such draft
        """
        draft_id = document_id.removesuffix(DRAFT) + DRAFT
        record = self.record(draft_id)
        if not record:
            raise NotFoundError(document_id)
        passages = self.passages(draft_id)
        final = draft_id.removesuffix(DRAFT)
        document = replace(record.document, id=final)
        with writing(self._engine) as connection:
            self._touch(connection)
            doomed = tables.documents.c.id.in_([draft_id, final])
            gone = connection.execute(delete(tables.documents).where(doomed)).rowcount
            if not gone:
                raise NotFoundError(document_id)  # another process was faster
            self._insert(
                connection, document, passages, final, State.PUBLISHED, record.origin, record.added_by, record.ended_by
            )
            settle(connection, document.short_title)
            self._log(connection, actor, "published", final, document.title, "")
        return document

    def remove(self, document_id: str, *, actor: str) -> None:
        """Take a document out; the log keeps that it was there.

        :raises NotFoundError: if it is not there
        """
        with writing(self._engine) as connection:
            self._touch(connection)
            row = self._row(connection, document_id)
            connection.execute(delete(tables.documents).where(tables.documents.c.id == document_id))
            settle(connection, row["short_title"])
            self._log(connection, actor, "removed", document_id, row["title"], row["source"])

    def repeal(self, document_id: str, *, on: date, by: str = "", actor: str) -> Document:
        """End a document on a day (the first day on which it no longer applies). Acts at once, without a new index.

        :raises NotFoundError: if it is not there
        :raises ValueError: if it begins only after that day
        """
        with writing(self._engine) as connection:
            self._touch(connection)
            row = self._row(connection, document_id)
            document = replace(document_of(row), ended_on=on, superseded_by=by, repealed=True)
            if document.starts_on and on < document.starts_on:
                raise ValueError(f"{document.title}: ends {on}, before it begins {document.starts_on}")
            values = {"ended_on": on, "superseded_by": by, "repealed": True, "ended_by": actor}
            connection.execute(update(tables.documents).where(tables.documents.c.id == document_id).values(values))
            self._log(connection, actor, "repealed", document_id, row["title"], f"{on.isoformat()} 起失效，{by}")
        return document

    def documents(
        self,
        *,
        status: Status | str | None = None,
        on: date | None = None,
        level: str = "",
        region: str | None = None,
        title: str = "",
        state: State | str | None = State.PUBLISHED,
    ) -> list[Document]:
        """Documents by title and age, oldest version first.

        :param status: legal status on the day `on` (default today)
        :param region: only those that apply there
        :param title: part of the title
        :param state: None for drafts as well
        """
        # Not the columns of JSON, which take longer to read than all the others.
        query = select(*(tables.documents.c[name] for name in FIELDS))
        if state is not None:
            query = query.where(tables.documents.c.state == State(state))
        if level:
            query = query.where(tables.documents.c.level == level)
        if title:
            column, part = tables.documents.c.title, short_title(title)
            query = query.where(or_(column.contains(part, autoescape=True), column.contains(title, autoescape=True)))
        columns = tables.documents.c
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(columns.short_title, columns.publish_date, columns.id)).all()
        keys = [tuple(row) for row in rows]
        made = [self._made.get(key) or document_of(row._mapping) for key, row in zip(keys, rows, strict=True)]
        if not (level or title):
            self._made = dict(zip(keys, made, strict=True))
        found = [as_known(document, self.known) for document in made]
        day = on or date.today()
        return [
            document
            for document in found
            if (status is None or document.status_on(day) == status) and (region is None or document.applies_in(region))
        ]

    def document(self, document_id: str) -> Document | None:
        record = self.record(document_id)
        return as_known(record.document, self.known) if record else None

    def record(self, document_id: str) -> Record | None:
        """What is stored, as it was read."""
        return self._first(select(tables.documents).where(tables.documents.c.id == document_id))

    def of_bytes(self, sha256: str) -> Record | None:
        """What is stored of a file with these bytes; what is published goes before a draft."""
        columns = tables.documents.c
        return self._first(select(tables.documents).where(columns.sha256 == sha256).order_by(columns.state.desc()).limit(1))

    def _first(self, query: Select[Any]) -> Record | None:
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return record_of(row) if row else None

    def records(self, state: State | str | None = None) -> list[Record]:
        """Everything the catalogue holds, newest first."""
        query = select(tables.documents).order_by(tables.documents.c.added_at.desc(), tables.documents.c.id)
        if state is not None:
            query = query.where(tables.documents.c.state == State(state))
        with self._engine.connect() as connection:
            return [record_of(row) for row in connection.execute(query).mappings()]

    def passages(self, document_id: str) -> list[Passage]:
        return list(self._passages(tables.passages.c.document_id == document_id))

    def all_passages(self) -> Iterator[Passage]:
        """The passages of every published document, document by document, read in portions."""
        yield from self._passages(tables.documents.c.state == State.PUBLISHED)

    def article(self, title: str, label: str, on: date | None = None) -> tuple[Document, Passage] | None:
        """The article of the version in force on `on` (default today), else of the newest version that has it."""
        day = on or date.today()
        column = tables.documents.c.short_title == short_title(title)
        found = list(
            self._passages(column & (tables.documents.c.state == State.PUBLISHED) & (tables.passages.c.article == label))
        )
        documents = {document.id: document for document in self.documents(title=short_title(title))}
        rows = [(documents[passage.document_id], passage) for passage in found if passage.document_id in documents]
        return max(
            rows,
            key=lambda row: (row[0].status_on(day) is Status.IN_FORCE, row[0].starts_on or date.min),
            default=None,
        )

    def labels(self, document_ids: Collection[str]) -> dict[str, frozenset[str]]:
        """:returns: the labels of the articles that stand in these documents; one whose text only says that it was deleted does not stand"""
        owners, columns = tables.documents.c, tables.passages.c
        before = self._stand  # another thread may put its own in this place meanwhile
        with self._engine.connect() as connection:
            moments = connection.execute(select(owners.id, owners.added_at).where(owners.id.in_(document_ids)))
            stored = {row.id: (row.id, row.added_at) for row in moments}
            fresh: dict[str, set[str]] = {id: set() for id, key in stored.items() if key not in before}
            query = select(columns.document_id, columns.article, func.substr(columns.text, 1, 12)).where(
                columns.document_id.in_(fresh), columns.kind == "article"
            )
            for id, label, start in connection.execute(query):
                if not _DELETED.fullmatch(start):
                    fresh[id].add(label)
        known = before | {stored[id]: frozenset(labels) for id, labels in fresh.items()}
        self._stand = stand = {key: known[key] for key in stored.values()}
        return {id: stand[stored[id]] if id in stored else frozenset() for id in document_ids}

    def sizes(self) -> dict[str, dict[str, int]]:
        """:returns: of every published document how many passages of each kind it has"""
        columns = tables.passages.c
        query = (
            select(columns.document_id, columns.kind, func.count())
            .join(tables.documents)
            .where(tables.documents.c.state == State.PUBLISHED)
            .group_by(columns.document_id, columns.kind)
        )
        found: dict[str, dict[str, int]] = defaultdict(dict)
        with self._engine.connect() as connection:
            for id, kind, count in connection.execute(query):
                found[id][kind] = count
        return found

    def links(self, document_id: str) -> list[Link]:
        """What a document is made under and which articles it cites, in the order of its text."""
        columns = tables.links.c
        query = select(tables.links).where(columns.document_id == document_id).order_by(columns.ordinal)
        with self._engine.connect() as connection:
            return [_link(row) for row in connection.execute(query).mappings()]

    def leaning_on(self, title: str, article: str = "", on: date | None = None) -> list[tuple[Document, tuple[Link, ...]]]:
        """Published instruments in force on a day (default today) that are made under an instrument or cite its articles.

        :param article: only what names this article
        :returns: the highest rank first
        """
        columns = tables.links.c
        query = (
            select(tables.links).where(columns.title == plain_title(title)).order_by(columns.document_id, columns.ordinal)
        )
        if article:
            query = query.where(columns.article == article)
        found: dict[str, list[Link]] = defaultdict(list)
        with self._engine.connect() as connection:
            for row in connection.execute(query).mappings():
                found[row["document_id"]].append(_link(row))
        named = [row for row in self.documents(status=Status.IN_FORCE, on=on) if row.id in found]
        return [(row, tuple(found[row.id])) for row in sorted(named, key=lambda row: -row.rank)]

    def fingerprints(self) -> dict[str, str]:
        """Fingerprint -> id of everything stored: a file with a known one need not be read again."""
        columns = tables.documents.c
        with self._engine.connect() as connection:
            return {row.fingerprint: row.id for row in connection.execute(select(columns.fingerprint, columns.id))}

    def log(self, document_id: str = "", limit: int = 200) -> list[Event]:
        """:returns: what was done, newest first."""
        query = select(tables.log).order_by(tables.log.c.id.desc()).limit(limit)
        if document_id:
            query = query.where(tables.log.c.document_id == document_id)
        with self._engine.connect() as connection:
            return [event_of(row) for row in connection.execute(query).mappings()]

    def _passages(self, condition: Any) -> Iterator[Passage]:  # noqa: ANN401 - a boolean SQL expression
        columns = tables.documents.c
        query = (
            select(tables.passages, columns.short_title)
            .join(tables.documents)
            .where(condition)
            .order_by(columns.short_title, columns.publish_date, columns.id, tables.passages.c.ordinal)
        )
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=2000).execute(query).mappings():
                yield passage_of(row)

    def _older(self, connection: Connection, stored_id: str, sha256: str, state: State) -> list[RowMapping]:
        """What a new document replaces: the one under its id, and what came from the same file in the same state."""
        columns = tables.documents.c
        same_file = (columns.sha256 == sha256) & (columns.state == state) if sha256 else columns.id == stored_id
        query = select(tables.documents).where(or_(columns.id == stored_id, same_file))
        return list(connection.execute(query).mappings())

    def _insert(
        self,
        connection: Connection,
        document: Document,
        passages: Sequence[Passage],
        stored_id: str,
        state: State,
        origin: Origin,
        actor: str,
        ended_by: str,
    ) -> None:
        values = asdict(document) | asdict(origin)
        values |= {"id": stored_id, "short_title": document.short_title, "state": state, "ended_by": ended_by}
        values |= {"warnings": list(origin.warnings), "provenance": dict(origin.provenance), "trust": str(document.trust)}
        connection.execute(insert(tables.documents).values(values | {"added_at": datetime.now(UTC), "added_by": actor}))
        rows = [
            {
                "id": stored_id + passage.id.removeprefix(passage.document_id),
                "document_id": stored_id,
                "ordinal": passage.ordinal,
                "article": passage.article,
                "kind": passage.kind,
                "headings": list(passage.headings),
                "text": passage.text,
            }
            for passage in passages
        ]
        connection.execute(insert(tables.passages), rows)
        leaning = [
            {"document_id": stored_id, "ordinal": ordinal, "kind": link.kind, "place": link.place}
            | {"title": link.to.title, "article": link.to.article}
            for ordinal, link in enumerate(links.find(document.title, passages))
        ]
        if leaning:
            connection.execute(insert(tables.links), leaning)

    def _row(self, connection: Connection, document_id: str) -> RowMapping:
        row = connection.execute(select(tables.documents).where(tables.documents.c.id == document_id)).mappings().first()
        if not row:
            raise NotFoundError(document_id)
        return row

    def _touch(self, connection: Connection) -> None:
        """Raise the revision. It comes first in a change: its row is the lock that puts writers in a line."""
        connection.execute(update(tables.revision).values(value=tables.revision.c.value + 1))

    def _log(self, connection: Connection, actor: str, action: str, document_id: str, title: str, detail: str) -> None:
        row = {"actor": actor, "action": str(action), "document_id": document_id, "title": title, "detail": detail}
        connection.execute(insert(tables.log).values(row | {"at": datetime.now(UTC)}))


def _link(row: RowMapping) -> Link:
    return Link(links.Kind(row["kind"]), Cite(row["title"], row["article"]), row["place"])
