"""Pages and failures as people and programs see them."""

from __future__ import annotations

import logging
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import jinja2
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import Invalid, NotFound, NotSignedIn, NotStored, SiteError, TooLarge
from api.people.tables import ROLE_NAMES, Role
from corpus.database import StoreError

TEMPLATES = Path(__file__).parent / "templates"
log = logging.getLogger(__name__)


@lru_cache
def environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.filters |= {"day": _day, "moment": _moment, "role_name": lambda role: ROLE_NAMES.get(Role(role), role)}
    return made


def page(request: Request, template: str, code: int = 200, /, **values: Any) -> HTMLResponse:  # noqa: ANN401 - anything a template shows
    """Render a template with what every page shows: who is signed in, name of the bureau, size and theme chosen."""
    settings = request.app.state.house.settings
    shared = {
        "request": request,
        "person": getattr(request.state, "person", None),
        "bureau": settings.bureau,
        "hotline": settings.hotline,
        "size": "large" if request.cookies.get("env_doctor_size") == "large" else "",
        "theme": theme if (theme := request.cookies.get("env_doctor_theme")) in ("dark", "light") else "",
        "zone": settings.timezone,
        "Role": Role,
    }
    return HTMLResponse(environment().get_template(template).render(shared | values), code)


def install(app: FastAPI) -> None:
    """One handler for each way in which a request can fail."""

    @app.exception_handler(SiteError)
    async def expected(request: Request, error: SiteError) -> Response:
        return failure(request, error)

    @app.exception_handler(StoreError)
    async def not_stored(request: Request, error: StoreError) -> Response:
        log.error("%s %s: %s", request.method, request.url.path, error)
        known = NotStored(str(error))
        known.status = error.status
        return failure(request, known)

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        known: SiteError = {404: NotFound(), 413: TooLarge()}.get(error.status_code) or SiteError()
        if error.status_code not in (404, 413):
            known = SiteError("这个地址不支持这样的操作。请从页面上的按钮进入。" if error.status_code == 405 else "")
        known.status = error.status_code
        known.headers = dict(error.headers or {})
        return failure(request, known)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        fields = "、".join(sorted({str(part) for e in error.errors() for part in e["loc"][1:]}))
        return failure(request, Invalid(f"填写的内容有一处不对（{fields}），没有提交。请检查后再试。" if fields else ""))

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return failure(request, SiteError())


class SmallBodies:
    """Refuses what says that it is too long, in words. The framework counts what does not say so, and is short with it."""

    def __init__(self, app: ASGIApp, limit: int, but: str) -> None:
        self.app = app
        self.limit = limit
        self.but = but

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != self.but:
            length = Headers(scope=scope).get("content-length", "")
            if length.isdecimal() and int(length) > self.limit:
                await failure(Request(scope), TooLarge())(scope, receive, send)
                return
        await self.app(scope, receive, send)


def failure(request: Request, error: SiteError) -> Response:
    if wants_json(request):
        return JSONResponse({"code": error.code, "message": error.message}, error.status, error.headers)
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return RedirectResponse("/login?" + urlencode({"next": _here(request)}), 303)
    made = page(request, "failure.html", error.status, title="没有办成", error=error, back=_came_from(request))
    made.headers.update(error.headers)
    return made


def wants_json(request: Request) -> bool:
    """Programs and our own scripts say so; everybody else is a person in front of a page."""
    return request.url.path.startswith("/api/") or request.headers.get("accept", "").startswith("application/json")


def _came_from(request: Request) -> str:
    """:returns: the page of this site whose form was sent; empty for a page that was opened, and for other sites"""
    came = urlsplit(request.headers.get("referer", ""))
    if request.method == "GET" or came.netloc != request.url.netloc or came.path == request.url.path:
        return ""
    return came.path + (f"?{came.query}" if came.query else "")


def _here(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _day(value: date | None) -> str:
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


@jinja2.pass_context
def _moment(context: jinja2.runtime.Context, value: datetime | None) -> str:
    if value is None:
        return ""
    there = value.astimezone(ZoneInfo(str(context["zone"])))
    return f"{there.year}-{there.month:02}-{there.day:02} {there.hour:02}:{there.minute:02}"
