"""The staff's pages: upload, correct, publish, repeal, and the index that is built from it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import unquote, urlencode

from fastapi import APIRouter, Form, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.chat import citing
from api.clock import today
from api.documents import drafts, repository, uploads
from api.errors import Invalid, NotFound
from api.house import House, HouseDep
from api.jobs import repository as jobs
from api.jobs import service
from api.people import audit
from api.people.guard import Staff
from api.rendering import page
from corpus import impact as impact_
from corpus.catalogue import DRAFT, NotFoundError
from corpus.loaders.reader import ENDINGS
from corpus.model import LEVELS, Status

router = APIRouter(prefix="/console/documents", include_in_schema=False)
ROWS = 50
MOST_ANSWERS = 200
UPLOAD_PATH = "/console/documents/upload"
UPLOADS = 2**40  # the route counts for itself, against the limit that the operator set
Line = Annotated[str, Form(max_length=400)]


@router.get("")
def documents(
    request: Request, house: HouseDep, person: Staff, q: str = "", level: str = "", status: str = "", offset: int = 0
) -> HTMLResponse:
    on, q, offset = today(house.settings.timezone), q.strip()[:80], max(0, offset)
    held = house.rooms.catalogue.documents(title=q, level=level, status=status or None, on=on)
    with house.database.read() as session:
        open_drafts, job = repository.open_drafts(session), _latest(session)

    def url(at: int) -> str:
        return "?" + urlencode({"q": q, "level": level, "status": status, "offset": at}) + "#published"

    return page(
        request, "documents/console.html", title="资料", rows=[(d, d.status_on(on)) for d in held[offset : offset + ROWS]],
        total=len(held), limit=ROWS, offset=offset, url=url, q=q, level=level, status=status, levels=list(LEVELS),
        statuses=[Status.IN_FORCE, Status.NOT_YET, Status.AMENDED, Status.REPEALED, Status.DRAFT], drafts=open_drafts,
        job=job, index=house.rooms.index_id(), limit_mb=house.settings.upload_mb, endings=ENDINGS, today=on, unknown=uploads.UNKNOWN,
    )  # fmt: skip


@router.post("/upload", status_code=201, max_body_size=UPLOADS)
async def upload(
    request: Request,
    house: HouseDep,
    person: Staff,
    x_file_name: Annotated[str, Header(max_length=1000)] = "",
    content_length: Annotated[str | None, Header()] = None,
) -> JSONResponse:
    """The body is the file itself, its name percent-encoded in X-File-Name: nothing has to be unpacked on the way in."""
    limit = house.settings.upload_mb * 2**20
    name = unquote(x_file_name)
    uploads.refuse_kind(name)
    uploads.refuse_over(content_length, limit)
    stored = await uploads.store(request.stream(), house.settings.uploads, name, limit)

    def keep() -> tuple[str, bool]:
        with house.database.write() as session:
            known = repository.same_file(session, stored.sha256)
            if known:
                uploads.discard(stored.path)
            return (known or drafts.received(session, person, stored)).id, known is not None

    id, known = await run_in_threadpool(keep)
    house.worker.wake()
    return JSONResponse({"id": id, "href": f"/console/documents/drafts/{id}", "known": known}, 201)


@router.get("/drafts/{id}")
def draft_page(request: Request, house: HouseDep, person: Staff, id: str) -> HTMLResponse:
    return _draft(request, house, id)


@router.get("/drafts/{id}/state")
def draft_state(house: HouseDep, person: Staff, id: str) -> dict[str, str]:
    with house.database.read() as session:
        draft = drafts.found(session, id)
    return {"state": draft.state, "error": draft.error}


@router.post("/drafts/{id}")
def correct(
    request: Request, house: HouseDep, person: Staff, id: str, title: Line = "", level: Line = "", issuer: Line = "",
    doc_no: Line = "", region: Line = "", publish_date: Line = "", effective_date: Line = "", ended_on: Line = "",
    superseded_by: Line = "",
    publish: Annotated[bool, Form()] = False, confirmed: Annotated[list[str] | None, Form()] = None,
) -> Response:  # fmt: skip
    """Save the corrections; the button for publishing saves them and publishes, once the open doubts have been confirmed.

    :param confirmed: the doubts that a person has read; what has been filled in since may raise others
    """
    values = {
        "title": title, "level": level, "issuer": issuer, "doc_no": doc_no, "region": region,
        "publish_date": publish_date, "effective_date": effective_date, "ended_on": ended_on,
        "superseded_by": superseded_by,
    }  # fmt: skip
    try:
        with house.database.write() as session:
            draft = drafts.correct(session, person, id, values)
    except Invalid as problem:
        return _draft(request, house, id, 422, problem=problem.message, values=values)
    if not publish:
        return RedirectResponse(f"/console/documents/drafts/{id}?saved=1", 303)
    if not set(drafts.open_doubts(house.rooms, draft)) <= set(confirmed or ()):
        return _draft(request, house, id, confirm=True)
    # The catalogue writes through its own connection: with ours open it would wait for us for ever.
    with house.database.read() as session:
        document = drafts.publish(session, house.rooms, person, id)
    with house.database.write() as session:
        drafts.published(session, person, id, document)
        service.start_once(session, "index", person.id)
    house.worker.wake()
    return RedirectResponse("/console/documents?" + urlencode({"published": document.short_title}), 303)


@router.post("/drafts/{id}/discard")
def discard(house: HouseDep, person: Staff, id: str) -> Response:
    with house.database.read() as session:
        drafts.clear(session, house.rooms, person, id, house.settings.uploads)
    with house.database.write() as session:
        drafts.discarded(session, person, id)
    return RedirectResponse("/console/documents", 303)


@router.post("/repeal")
def repeal(house: HouseDep, person: Staff, id: Line, on: Line, by: Line = "") -> Response:
    """Ends a document on a day. It acts at once, without a new index."""
    try:
        document = house.rooms.catalogue.repeal(id, on=date.fromisoformat(on), by=by.strip(), actor=person.name)
    except NotFoundError as error:
        raise NotFound("没有找到这份资料，没有改动。") from error
    except ValueError as error:
        raise Invalid("失效日期不对：要写成 2026-08-15 这样，而且不能早于施行日期。没有改动。") from error
    with house.database.write() as session:
        audit.record(session, person, "废止资料", document.title, on=on, superseded_by=by.strip())
    return RedirectResponse("/console/documents/impact?" + urlencode({"id": id}), 303)


@router.post("/reopen")
def reopen(
    request: Request, house: HouseDep, person: Staff, id: Line, withdraw: Annotated[bool, Form()] = False
) -> Response:
    """A published text as a draft again, to be corrected; where it is withdrawn, only as that."""
    with house.database.read() as session:
        draft = repository.open_draft_of(session, id)
    if draft and drafts.held(house.rooms, draft) is None:
        draft = None  # its text has gone with a newer upload
    if draft and draft.understood.get("of") != id:
        problem = f"没有{'撤回' if withdraw else '打开更正稿'}：这份资料有一份新上传的草稿还没处理，就是下面这份。请先发布或删除它。"
        return _draft(request, house, draft.id, 409, problem=problem)
    if draft is None:
        draft = drafts.copy(house.rooms, id, person.name)
        draft.created_by = person.id
        with house.database.write() as session:
            session.add(draft)
            if not withdraw:
                audit.record(session, person, "更正资料", draft.understood["fields"]["title"], id=id)
    if withdraw:
        drafts.withdraw(house.rooms, draft, id, person.name)
        with house.database.write() as session:
            audit.record(session, person, "撤回资料", draft.understood["fields"]["title"], id=id)
            service.start_once(session, "index", person.id)
        house.worker.wake()
    return RedirectResponse(f"/console/documents/drafts/{draft.id}", 303)


@router.get("/impact")
def impact(request: Request, house: HouseDep, person: Staff, id: str) -> HTMLResponse:
    """What leans on a document: to be looked at again when it ends, is amended or is withdrawn."""
    published = house.rooms.catalogue.document(id)
    document = published or house.rooms.catalogue.document(id + DRAFT)
    if document is None:
        raise NotFound("没有找到这份资料。")
    on = today(house.settings.timezone)
    with house.database.read() as session:
        found = impact_.touched(
            house.rooms.starter,
            document.title,
            leaning=house.rooms.catalogue.leaning_on(document.title, on=on),
            answers=citing.mentions(session),
        )
    return page(
        request, "documents/impact.html", title="受影响的内容", document=document, status=document.status_on(on), found=found,
        withdrawn=published is None, most=MOST_ANSWERS,
    )  # fmt: skip


@router.post("/index")
def rebuild(house: HouseDep, person: Staff) -> Response:
    with house.database.write() as session:
        job = service.start_once(session, "index", person.id)
        audit.record(session, person, "重建索引", job.id)
    house.worker.wake()
    return RedirectResponse("/console/documents", 303)


@router.get("/index/state")
def index_state(house: HouseDep, person: Staff) -> dict[str, Any]:
    with house.database.read() as session:
        job = _latest(session)
    return {"job": job.model_dump(mode="json") if job else None, "index": house.rooms.index_id()}


def _latest(session: Session) -> service.JobOut | None:
    rows = jobs.listed(session, "index", limit=1)
    return service.out(rows[0]) if rows else None


def _draft(
    request: Request, house: House, id: str, status: int = 200, problem: str = "", values: dict[str, str] | None = None, confirm: bool = False,
) -> HTMLResponse:  # fmt: skip
    with house.database.read() as session:
        draft = drafts.found(session, id)
    older = house.rooms.catalogue.document(draft.document_id.removesuffix(DRAFT)) if draft.document_id else None
    return page(
        request, "documents/draft.html", status, title=draft.filename, draft=draft, values=values or drafts.fields(draft),
        names=drafts.FIELDS, levels=list(LEVELS), problem=problem, saved="saved" in request.query_params, replaces=older,
        doubts=drafts.open_doubts(house.rooms, draft) if draft.state == "ready" else [], confirm=confirm,
    )  # fmt: skip
