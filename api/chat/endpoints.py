"""The doors that the widget knocks at. Each is opened by the secret of its conversation."""

from __future__ import annotations

import json
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api import sse
from api.chat import exporting, service
from api.chat.schemas import ConsultationOut, ConversationOut, Opinion, Question, Started, Wish, sse_schema
from api.consultations import service as consultations
from api.errors import NoSecret, TooMany
from api.house import House, HouseDep

router = APIRouter(prefix="/api", tags=["咨询"])
_bearer = HTTPBearer(auto_error=False, description="the token of the conversation")


def secret(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    if credentials is None:
        raise NoSecret()
    return credentials.credentials


Secret = Annotated[str, Depends(secret)]


@router.post("/conversations", status_code=201)
def start(house: HouseDep, request: Request) -> Started:
    """开始一次对话，得到编号和只告诉一次的凭证。"""
    _visit(house, request)
    with house.database.write() as session:
        return service.start(session)


@router.post("/chat", response_class=StreamingResponse, responses=sse_schema("references, block…, decision; or error"))
async def chat(house: HouseDep, request: Request, question: Question, token: Secret) -> StreamingResponse:
    """提一个问题，回答以事件流返回：先依据，后逐段回答，最后结论。"""
    text = service.checked(question.question)
    house.answering.room()

    def keep() -> service.Asked:
        _visit(house, request)
        with house.database.read() as session:
            service.opened(session, question.conversation, token)
        if house.limits.hit(f"asks:{question.conversation}", 60) > house.settings.questions_per_minute:
            raise TooMany("您问得有点快。您写的内容还在，请过一分钟再发送。")
        with house.database.write() as session:
            conversation = service.opened(session, question.conversation, token, lock=True)
            return service.ask(session, conversation, text, question.on, question.region)

    return sse.response(house.answering.stream(await run_in_threadpool(keep)))


@router.get("/conversations/{id}")
def conversation(house: HouseDep, id: str, token: Secret) -> ConversationOut:
    """整个对话：问题、回答、专家回复和当前状态。"""
    with house.database.read() as session:
        return service.shown(session, service.opened(session, id, token))


@router.get("/conversations/{id}/events", response_class=StreamingResponse, responses=sse_schema("message, state"))
async def events(
    house: HouseDep, id: str, token: Secret, last_event_id: Annotated[str, Header()] = ""
) -> StreamingResponse:
    """专家回复和状态变化。带上 Last-Event-ID 可以从断开的地方继续。"""

    def check() -> None:
        with house.database.read() as session:
            service.opened(session, id, token)

    await run_in_threadpool(check)
    last = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 16 else 0
    return sse.response(house.feed.stream(id, last))


@router.post("/conversations/{id}/consultation")
def consult(house: HouseDep, id: str, token: Secret, wish: Wish | None = None) -> ConsultationOut:
    """预约专家，或确认系统提出的转交。"""
    wish = wish or Wish()
    with house.database.write() as session:
        conversation = service.opened(session, id, token, lock=True)
        return consultations.wished(session, conversation.id, wish.note, wish.contact or "").out


@router.post("/messages/{id}/feedback", status_code=204)
def feedback(house: HouseDep, id: str, opinion: Opinion, token: Secret) -> Response:
    """这条回答有没有帮助。"""
    with house.database.write() as session:
        service.judge(session, id, token, opinion.helpful, opinion.reason or "")
    return Response(status_code=204)


@router.delete("/conversations/{id}", status_code=204)
def remove(house: HouseDep, id: str, token: Secret) -> Response:
    """删除整个对话，包括云问诊。删除后不能恢复。"""
    with house.database.write() as session:
        service.remove(session, service.opened(session, id, token, lock=True))
    return Response(status_code=204)


@router.get("/conversations/{id}/export")
def export(house: HouseDep, id: str, token: Secret, form: str = "json") -> Response:
    """把对话带走：form=json 给程序读，form=text 给人读。"""
    with house.database.read() as session:
        shown = service.shown(session, service.opened(session, id, token))
    if form == "text":
        return PlainTextResponse(
            exporting.as_text(shown, ZoneInfo(house.settings.timezone)), headers=_attachment("conversation.txt")
        )
    content = json.dumps(shown.model_dump(mode="json"), ensure_ascii=False, indent=2)
    return Response(content, media_type="application/json", headers=_attachment("conversation.json"))


def _attachment(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _visit(house: House, request: Request) -> None:
    address = request.client.host if request.client else ""
    if house.limits.hit(f"visits:{house.limits.visitor(address)}", 60) > house.settings.visits_per_minute:
        raise TooMany("这个网络里同时咨询的人太多了。您写的内容还在，请过一分钟再试。")
