"""The shelf and the reader: open to everybody."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.anchors import reader_link
from api.clock import today
from api.documents import shelf
from api.documents.reading import reading
from api.errors import NotFound, NotSearched
from api.house import HouseDep
from api.rendering import page
from corpus.catalogue import DRAFT
from corpus.model import LEVELS, Status
from corpus.starter import unmarked

router = APIRouter(include_in_schema=False)
ROWS = 60
FIND_LIMIT = 40


@router.get("/documents")
def documents(
    request: Request, house: HouseDep, q: str = "", level: str = "", status: str = "", offset: int = 0
) -> HTMLResponse:
    on, q, offset = today(house.settings.timezone), q.strip()[:80], max(0, offset)
    found = shelf.books(house.rooms.catalogue, house.rooms.starter, on, q=q, level=level, status=status)
    inside, trouble = [], ""
    try:
        inside = house.rooms.search(q, on, house.rooms.region) if q and not offset else []
    except NotSearched as error:  # the shelf of titles needs no index
        trouble = error.message

    def url(at: int) -> str:
        return "?" + urlencode({"q": q, "level": level, "status": status, "offset": at})

    return page(
        request, "documents/list.html", title="查法规", q=q, level=level, status=status, total=len(found), inside=inside,
        books=found[offset : offset + ROWS], limit=ROWS, offset=offset, url=url, levels=list(LEVELS), link=reader_link,
        unmarked=unmarked, trouble=trouble,
        statuses=[Status.IN_FORCE, Status.NOT_YET, Status.AMENDED, Status.REPEALED, Status.DRAFT],
    )  # fmt: skip


@router.get("/documents/{id:path}")
def document(
    request: Request, house: HouseDep, id: str, passage: str = "", quote: str = "", find: str = ""
) -> HTMLResponse:
    # A draft is for staff alone, in the console; what was withdrawn is a draft again.
    opened = None if id.endswith(DRAFT) else shelf.opened(house.rooms.catalogue, house.rooms.starter, id)
    if opened is None:
        raise NotFound("没有找到这份资料，它可能已被移除。您可以在“查法规”里按名称再找一次。")
    find = find.strip()[:FIND_LIMIT]
    catalogue, starter = house.rooms.catalogue, house.rooms.starter
    status = opened.document.status_on(today(house.settings.timezone))
    instead = shelf.replaced(catalogue, starter, opened) if status is Status.REPEALED else {}
    shown = reading(opened, passage_id=passage, quoted=quote, find=find, status=status, instead=instead)
    later = shelf.successor(catalogue, starter, opened.document)
    return page(
        request, "documents/reader.html", title=opened.document.short_title, opened=opened, document=opened.document,
        status=status, reading=shown, find=find, successor=later, Status=Status, link=reader_link,
        faq=id == shelf.FAQ_ID,
    )  # fmt: skip
