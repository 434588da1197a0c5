"""The experts' pages."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.anchors import reader_link
from api.chat import repository as chat
from api.chat import service as conversations
from api.chat.schemas import MessageOut
from api.clock import today
from api.consultations import replying, repository, service
from api.consultations.tables import STATE_AFTER, State, What
from api.errors import Conflict, SiteError
from api.house import House, HouseDep
from api.people import audit
from api.people import repository as people
from api.people.guard import Expert
from api.people.tables import Person
from api.rendering import page
from corpus.starter import unmarked

router = APIRouter(prefix="/console/consultations", include_in_schema=False)
ROWS = 40
STATE_NAMES = {
    State.OFFERED: "等用户确认",
    State.OPEN: "待接手",
    State.TAKEN: "处理中",
    State.REPLIED: "已答复",
    State.CLOSED: "已结束",
}
WHAT_NAMES = {
    What.OFFERED: "系统建议转专家",
    What.OPENED: "用户预约",
    What.TAKEN: "接手",
    What.ASKED: "用户追问",
    What.REPLIED: "答复",
    What.RELEASED: "交回",
    What.CLOSED: "结束",
    What.REOPENED: "重新打开",
}
_Said = tuple[datetime, MessageOut | None, dict[str, Any]]
_WORK = (State.OPEN, State.TAKEN, State.REPLIED)


@router.get("")
def consultations(
    request: Request, house: HouseDep, person: Expert, state: str = "", q: str = "", order: str = "old", offset: int = 0
) -> HTMLResponse:
    q, offset = q.strip()[:80], max(0, offset)
    states = (State(state),) if state in set(State) else _WORK
    with house.database.read() as session:
        rows, total = repository.listed(
            session, states=states, search=q, newest_first=order == "new", limit=ROWS, offset=offset
        )
        notes = repository.notes(session, [row.id for row, _ in rows])
        counts = repository.counts(session)
        names = {row.id: row.name for row in people.people(session)}
    shown = [(row, STATE_AFTER[What(event.what)], names.get(event.person_id or "", ""), event.at) for row, event in rows]

    def url(at: int = 0, **changed: str) -> str:
        return "?" + urlencode({"state": state, "q": q, "order": order, "offset": at} | changed)

    return page(
        request, "consultations/list.html", title="云问诊", rows=shown, total=total, counts=counts, names=STATE_NAMES,
        state=state, q=q, order=order, offset=offset, limit=ROWS, url=url, notes=notes, pulse=_pulse(house),
    )  # fmt: skip


@router.get("/pulse")
def pulse(house: HouseDep, person: Expert, id: str = "") -> dict[str, str]:
    """Changes whenever there is something new to see; the pages ask for it and say so."""
    return {"pulse": _pulse(house, id)}


@router.get("/{id}")
def consultation(request: Request, house: HouseDep, person: Expert, id: str) -> HTMLResponse:
    return _shown(request, house, person, id)


@router.get("/{id}/passages")
def passages(house: HouseDep, person: Expert, id: str, q: str = "") -> list[dict[str, Any]]:
    """Search the library for what the conversation has not cited yet."""
    on = today(house.settings.timezone)
    return [
        {
            "pick": replying.library_pick(hit.passage),
            "label": hit.passage.label,
            "status": str(hit.status),
            "text": unmarked(hit.passage.text)[:160],
            "href": reader_link(hit.document.id, article=hit.passage.article, passage_id=hit.passage.id),
        }
        for hit in house.rooms.search(q.strip()[:200], on, house.rooms.region)
        if hit.passage.kind != "faq"  # ours, and no basis for anything
    ]


@router.post("/{id}/take")
def take(house: HouseDep, person: Expert, id: str) -> Response:
    with house.database.write() as session:
        service.take(session, id, person.id)
        audit.record(session, person, "接手云问诊", id)
    return _back(id)


@router.post("/{id}/release")
def release(house: HouseDep, person: Expert, id: str) -> Response:
    with house.database.write() as session:
        service.release(session, id, person.id)
        audit.record(session, person, "交回云问诊", id)
    return _back(id)


@router.post("/{id}/close")
def close(house: HouseDep, person: Expert, id: str, seen: Annotated[str, Form(max_length=80)] = "") -> Response:
    """:param seen: the pulse of the page on which the button was pressed, so that nobody's last words go unread"""
    with house.database.write() as session:
        case = service.found(session, id)
        if seen and case.state is not State.CLOSED and seen != _pulse_of(session, case):
            raise Conflict("用户刚才又写了话，没有结束。请看过再结束。")
        service.close(session, id, person.id)
        audit.record(session, person, "结束云问诊", id)
    return _back(id)


@router.post("/{id}/reopen")
def reopen(house: HouseDep, person: Expert, id: str) -> Response:
    with house.database.write() as session:
        service.reopen(session, id, person.id)
        audit.record(session, person, "重新打开云问诊", id)
    return _back(id)


@router.post("/{id}/reply")
def reply(
    request: Request,
    house: HouseDep,
    person: Expert,
    id: str,
    text: Annotated[str, Form(max_length=20_000)] = "",
    picks: Annotated[list[str] | None, Form()] = None,
) -> Response:
    try:
        with house.database.write() as session:
            case = service.found(session, id)
            messages = [
                conversations.message_out(m)
                for m in conversations.ordered(chat.messages(session, case.row.conversation_id))
            ]
            cited = replying.picked(messages, house.rooms, picks or (), today(house.settings.timezone))
            replying.reply(session, id, person, text, cited)
    except SiteError as problem:
        if problem.status not in (409, 422):
            raise
        return _shown(request, house, person, id, problem.status, problem=problem.message, text=text)
    return _back(id)


def _shown(
    request: Request, house: House, person: Person, id: str, status: int = 200, problem: str = "", text: str = ""
) -> HTMLResponse:
    with house.database.read() as session:
        case = service.found(session, id)
        messages = [
            conversations.message_out(m) for m in conversations.ordered(chat.messages(session, case.row.conversation_id))
        ]
        names = {row.id: row.name for row in people.people(session)}
    thread: list[_Said] = [(message.at, message, {}) for message in messages]
    thread += [(at, None, note) for at, note in case.notes]
    return page(
        request, "consultations/case.html", status, title="云问诊", case=case, thread=sorted(thread, key=lambda said: said[0]), names=names,
        citable=replying.citable(messages), states=STATE_NAMES, whats=WHAT_NAMES, State=State, problem=problem, text=text,
        mine=case.with_expert and case.expert_id == person.id, pulse=_pulse(house, id), What=What,
        unmarked=unmarked,
    )  # fmt: skip


def _pulse(house: House, id: str = "") -> str:
    with house.database.read() as session:
        if id:
            return _pulse_of(session, service.found(session, id))
        return "-".join(str(number) for number in repository.counts(session).values())


def _pulse_of(session: Session, case: service.Case) -> str:
    return f"{case.events[-1].id}-{len(chat.messages(session, case.row.conversation_id))}"


def _back(id: str) -> Response:
    return RedirectResponse(f"/console/consultations/{id}", 303)
