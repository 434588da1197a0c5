"""An upload becomes a document: read, shown with where each fact came from, corrected, published."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.database import Database, new_id
from api.documents import repository
from api.documents.tables import Draft
from api.documents.uploads import Stored, discard, plain_name
from api.errors import Conflict, Invalid, NotFound
from api.jobs import service as jobs
from api.people import audit
from api.people.tables import Person
from api.rooms import Rooms
from corpus.catalogue import DRAFT, CatalogueError, NotFoundError, Record, State
from corpus.intake import Prepared, doubts, draft_of, unknown
from corpus.metadata import HUMAN, document_id
from corpus.model import LEVELS, Document, Trust
from corpus.starter import Starter

PREVIEW = 400  # lines of structure that a page can show; a code has 1,242 articles
FIELDS = {
    "title": "标题",
    "level": "效力级别",
    "issuer": "制定机关",
    "doc_no": "文号",
    "region": "适用地区",
    "publish_date": "公布日期",
    "effective_date": "施行日期",
    "ended_on": "失效日期",
    "superseded_by": "被什么代替",
}
_DAYS = ("publish_date", "effective_date", "ended_on")


def received(session: Session, person: Person, stored: Stored) -> Draft:
    """Keep what was uploaded, and have it read."""
    draft = Draft(
        id=stored.id,
        filename=stored.filename,
        size=stored.size,
        sha256=stored.sha256,
        created_by=person.id,
        state="reading",
    )
    session.add(draft)
    session.flush()
    jobs.start(session, "read", {"draft": draft.id, "path": str(stored.path)}, person.id)
    audit.record(session, person, "上传文件", stored.filename)
    return draft


def understood(prepared: Prepared) -> dict[str, Any]:
    """What a page shows of a file that was read: facts with their sources, doubts, structure."""
    document = prepared.document
    shown: list[list[Any]] = []
    before: tuple[str, ...] = ()
    for passage in prepared.passages:
        if passage.headings != before:
            shown += [["part", depth, text] for depth, text in enumerate(passage.headings, 1) if text not in before]
            before = passage.headings
        shown.append(["article", passage.article, passage.text.replace("\n", " ")[:60]])
        if len(shown) >= PREVIEW:
            break
    return {
        "fields": {name: _written(getattr(document, name)) for name in FIELDS},
        "sources": dict(prepared.origin.provenance),
        "doubts": list(doubts(prepared)),
        "quality": prepared.origin.quality,
        "trust": str(document.trust),
        "articles": prepared.articles,
        "passages": len(prepared.passages),
        "structure": shown,
    }


def read_into_catalogue(database: Database, rooms: Rooms, path: Path, name: str, actor: str) -> tuple[str, dict[str, Any]]:
    """Read an upload and lay it beside the published documents as a draft.

    :returns: its id, and what was understood
    :raises CatalogueError: where a text that was withdrawn waits in its place: that draft is the only one left of it
    """
    prepared = _with_known_end(rooms.prepare(path, name), rooms.starter)
    with database.read() as session:
        waits = repository.withdrawn(session, prepared.document.id)
    if waits and held(rooms, waits) and rooms.catalogue.record(prepared.document.id) is None:
        title = prepared.document.short_title
        raise CatalogueError(f"《{title}》撤回后的草稿还在，没有收下这一份。请先发布或删除那份草稿，再上传。")
    rooms.catalogue.add(prepared.document, prepared.passages, actor=actor, state=State.DRAFT, origin=prepared.origin)
    return prepared.document.id + DRAFT, understood(prepared)


def copy(rooms: Rooms, id: str, actor: str) -> Draft:
    """Lay a copy of a published text beside it as a draft, to be corrected and published over it, or alone once it is withdrawn.

    :raises NotFound: where it is not published
    """
    record = rooms.catalogue.record(id)
    if record is None or record.state is not State.PUBLISHED:
        raise NotFound("没有找到这份资料，没有改动。")
    document = record.document
    if record.ended_by.startswith("version:"):  # follows from the newer version, and is found again when this is published
        document = replace(document, ended_on=None, superseded_by="", repealed=False)
    passages = tuple(rooms.catalogue.passages(id))
    rooms.catalogue.add(document, passages, actor=actor, state=State.DRAFT, origin=record.origin)
    return Draft(
        id=new_id(),
        filename=plain_name(document.source or document.title),
        size=0,
        sha256=document.sha256,
        state="ready",
        understood=understood(Prepared(document, passages, record.origin)) | {"of": id},
        document_id=id + DRAFT,
    )


def held(rooms: Rooms, draft: Draft) -> Record | None:
    """:returns: what the catalogue keeps of a draft; None where it is gone or another upload has taken its place"""
    record = rooms.catalogue.record(draft.document_id) if draft.document_id else None
    return record if record and record.document.sha256 == draft.sha256 else None


def withdraw(rooms: Rooms, draft: Draft, id: str, actor: str) -> None:
    """Take a published text away, of which this draft is kept; acts at once, without a new index."""
    if held(rooms, draft) is None:
        raise Conflict("这份资料的草稿刚才有了变化，没有撤回。请刷新后再试。")
    try:
        rooms.catalogue.remove(id, actor=actor)
    except NotFoundError as error:
        raise Conflict("这份资料刚才已经撤回，没有改动。") from error


def _with_known_end(prepared: Prepared, starter: Starter) -> Prepared:
    """A text seldom says that it was repealed later. What the library knows of that is taken over, for staff to confirm."""
    document, known = prepared.document, starter.instruments.get(prepared.document.short_title)
    begun = document.starts_on or date.min
    if known is None or known.ended_on is None or document.ended_on or begun >= known.ended_on:
        return prepared
    ended = replace(
        document, ended_on=known.ended_on, superseded_by=known.superseded_by, repealed=document.repealed or known.repealed
    )
    sources = dict.fromkeys(("ended_on", "superseded_by"), "随附资料库：已经失效")
    origin = replace(prepared.origin, provenance={**prepared.origin.provenance, **sources})
    return replace(prepared, document=ended, origin=origin)


def fields(draft: Draft) -> dict[str, str]:
    """The facts as they stand: what staff wrote, else what was read."""
    known = draft.understood.get("fields", {})
    return {name: draft.corrected.get(name, known.get(name, "")) for name in FIELDS}


def open_doubts(rooms: Rooms, draft: Draft) -> list[str]:
    """What a person should look at before the draft is published; what was filled in since is no doubt any more."""
    record = held(rooms, draft)
    if record is None:
        return []
    settled = set(unknown(record.document))
    left = [doubt for doubt in draft.understood["doubts"] if doubt not in settled]
    with contextlib.suppress(Invalid):  # an older text may have what the form no longer takes; saving it says so
        left += unknown(_document(record.document, fields(draft), draft.filename))
    return [" ".join(doubt.split()) for doubt in left]  # on one line each, as a form gives them back


def correct(session: Session, person: Person, id: str, values: Mapping[str, str]) -> Draft:
    """:raises Invalid: for what cannot be a document; nothing is kept then"""
    draft = ready(session, id)
    cleaned = {name: values.get(name, "").strip()[:300] for name in FIELDS}
    _checked(cleaned)
    known = draft.understood.get("fields", {})
    changed = {name: value for name, value in cleaned.items() if value != fields(draft)[name]}
    draft.corrected = {name: value for name, value in cleaned.items() if value != known.get(name, "")}
    if changed:
        audit.record(session, person, "修改资料信息", cleaned["title"], **changed)
    return draft


def publish(session: Session, rooms: Rooms, person: Person, id: str) -> Document:
    """Release the draft under the corrected facts; the index that finds it is built next.

    The catalogue writes in a transaction of its own, so the caller must not hold one; `published` then notes it here.
    """
    draft = ready(session, id)
    record = held(rooms, draft)
    if record is None:
        raise Conflict("这份草稿已被另一次上传代替，没有发布。请打开较新的那份。")
    document = _document(record.document, fields(draft), draft.filename)
    prepared = Prepared(record.document, tuple(rooms.catalogue.passages(draft.document_id)), record.origin)
    if document.id != draft.document_id.removesuffix(DRAFT) and rooms.catalogue.record(document.id):
        raise Conflict("已经有一份同名、同一公布日期的资料，没有发布。请核对标题和公布日期；那一份不对的，先撤回它。")
    # Of a text that was published before, the form shows its end too, and what was changed there is meant. Else what
    # holds now goes on: somebody may have repealed it since.
    ended_by = None
    if "of" in draft.understood:
        ended_by = person.name if document.ended_on else ""
        now = rooms.catalogue.record(draft.understood["of"])
        untouched = not {"ended_on", "superseded_by"} & draft.corrected.keys()
        if now and untouched and not now.ended_by.startswith("version:"):
            before = now.document
            document = replace(
                document, ended_on=before.ended_on, superseded_by=before.superseded_by, repealed=before.repealed
            )
            ended_by = now.ended_by
    moved = draft_of(_stated(prepared, draft), document)
    rooms.catalogue.add(
        moved.document, moved.passages, actor=person.name, state=State.PUBLISHED, origin=moved.origin, ended_by=ended_by
    )
    rooms.catalogue.remove(draft.document_id, actor=person.name)
    return document


def _stated(prepared: Prepared, draft: Draft) -> Prepared:
    """What staff wrote is their word, which outlasts the next reading of the file."""
    stated = dict.fromkeys(draft.corrected, HUMAN)
    return replace(prepared, origin=replace(prepared.origin, provenance={**prepared.origin.provenance, **stated}))


def published(session: Session, person: Person, id: str, document: Document) -> None:
    draft = found(session, id)
    draft.state, draft.document_id = "published", document.id
    audit.record(session, person, "发布资料", document.title, id=document.id)


def clear(session: Session, rooms: Rooms, person: Person, id: str, folder: Path) -> None:
    """Take a draft's text and file away; `discarded` then notes it here.

    With the last copy of a withdrawn text goes the file that it was read from.
    """
    draft = found(session, id)
    if draft.state == "published":
        raise Conflict("这份资料已经发布，不能当草稿删除。需要时可以在资料列表里废止。")
    if held(rooms, draft) and not repository.twins(session, draft):
        rooms.catalogue.remove(draft.document_id, actor=person.name)
        if all(document.sha256 != draft.sha256 for document in rooms.catalogue.documents()):
            for upload in repository.received_as(session, draft.sha256):
                discard(folder / upload.id / upload.filename)
    discard(folder / draft.id / draft.filename)


def discarded(session: Session, person: Person, id: str) -> None:
    draft = found(session, id)
    draft.state = "discarded"
    audit.record(session, person, "删除草稿", draft.filename)


def found(session: Session, id: str) -> Draft:
    draft = repository.draft(session, id)
    if draft is None or draft.state == "discarded":
        raise NotFound("没有找到这份草稿，它可能已经删除。")
    return draft


def ready(session: Session, id: str) -> Draft:
    draft = found(session, id)
    if draft.state != "ready":
        words = {"reading": "文件还在读取，请稍等。", "failed": "文件没有读出来，不能发布。请换一份再上传。"}
        raise Conflict(words.get(draft.state, "这份资料已经发布过了。"))
    return draft


def _document(read: Document, values: Mapping[str, str], filename: str) -> Document:
    days = _checked(values)
    trust = read.trust if read.trust is not Trust.NEWS or values["level"] == "新闻" else Trust.OFFICIAL
    named_anew = (values["title"], days["publish_date"]) != (read.title, read.publish_date)
    id = document_id(values["title"], days["publish_date"], filename) if named_anew else read.id.removesuffix(DRAFT)
    return replace(
        read,
        id=id,
        trust=trust,
        title=values["title"],
        level=values["level"],
        issuer=values["issuer"],
        doc_no=values["doc_no"],
        region=values["region"],
        publish_date=days["publish_date"],
        effective_date=days["effective_date"],
        ended_on=days["ended_on"],
        superseded_by=values["superseded_by"] if days["ended_on"] else "",
        # An end that was read keeps its kind; one that a person enters is a repeal.
        repealed=days["ended_on"] is not None and (read.repealed or read.ended_on is None),
    )


def _checked(values: Mapping[str, str]) -> dict[str, date | None]:
    """:returns: the days; :raises Invalid: in words for the person who filled in the form"""
    if not values["title"].strip():
        raise Invalid("标题不能空着，没有保存。")
    if values["level"] and values["level"] not in LEVELS:
        raise Invalid("请从列表里选效力级别，没有保存。")
    days: dict[str, date | None] = {}
    for name in _DAYS:
        try:
            days[name] = date.fromisoformat(values[name]) if values[name] else None
        except ValueError as error:
            raise Invalid(f"{FIELDS[name]}要写成 2026-08-15 这样，没有保存。") from error
    starts = days["effective_date"] or days["publish_date"]
    if starts and days["ended_on"] and days["ended_on"] < starts:
        raise Invalid("失效日期早于施行日期，没有保存。请核对。")
    return days


def _written(value: object) -> str:
    return "" if value is None else str(value)
