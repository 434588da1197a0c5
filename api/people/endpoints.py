"""Signing in and out, the one-time links, one's own account, and the administrator's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.clock import now
from api.documents.drafts import FIELDS
from api.errors import Invalid, SiteError, TooMany
from api.house import House, HouseDep
from api.people import repository, service
from api.people.guard import Admin, SignedIn
from api.people.tables import ROLE_NAMES, Person, Role
from api.rendering import page
from api.security import COOKIE

router = APIRouter(include_in_schema=False)
QUARTER = 15 * 60
ROWS = 50
DETAILS = FIELDS | {"roles": "权限", "on": "不再适用的第一天", "id": "编号"}
Text = Annotated[str, Form(max_length=400)]


@router.get("/login")
def login_page(request: Request, next: str = "") -> Response:  # noqa: A002 - the name in the address
    if request.state.person:
        return RedirectResponse(_inside(next), 303)
    return page(request, "people/login.html", title="登录", next=next, problem="", login="")


@router.post("/login")
def sign_in(request: Request, house: HouseDep, login: Text, password: Text, next: Text = "") -> Response:  # noqa: A002
    keys = _throttled(house, request, login)
    with house.database.write() as session:
        found = service.sign_in(session, login, password, house.settings.session_days)
    if found is None:
        for key in keys:
            house.limits.hit(key, QUARTER)
        problem = "登录名或密码不对，请重新填写。忘记密码请联系管理员。"
        return page(request, "people/login.html", 401, title="登录", next=next, problem=problem, login=login)
    response = RedirectResponse(_inside(next), 303)
    _set_cookie(response, house, request, found[1])
    return response


@router.post("/logout")
def sign_out(request: Request, house: HouseDep) -> Response:
    with house.database.write() as session:
        service.sign_out(session, request.cookies.get(COOKIE, ""))
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE)
    return response


@router.get("/setup/{token}")
def setup_page(request: Request, house: HouseDep, token: str) -> HTMLResponse:
    with house.database.read() as session:
        invitation = service.invitation(session, token)
    return _setup(request, invitation.roles, name=invitation.name)


@router.post("/setup/{token}")
def setup(
    request: Request, house: HouseDep, token: str, login: Text, name: Text, password: Text, again: Text, position: Text = ""
) -> Response:
    with house.database.read() as session:
        roles = service.invitation(session, token).roles
    try:
        with house.database.write() as session:
            service.accept(session, token, login, name, position, password, again)
            found = service.sign_in(session, login, password, house.settings.session_days)
    except SiteError as problem:
        if problem.status != 422:
            raise
        return _setup(request, roles, 422, problem=problem.message, login=login, name=name, position=position)
    response = RedirectResponse("/console", 303)
    if found:
        _set_cookie(response, house, request, found[1])
    return response


@router.get("/new-password/{token}")
def new_password_page(request: Request, house: HouseDep, token: str) -> HTMLResponse:
    with house.database.read() as session:
        holder = service.holder(session, token)
    return _new_password(request, holder)


@router.post("/new-password/{token}")
def new_password(request: Request, house: HouseDep, token: str, password: Text, again: Text) -> Response:
    with house.database.read() as session:
        holder = service.holder(session, token)
    try:
        with house.database.write() as session:
            service.reset_password(session, token, password, again)
            found = service.sign_in(session, holder.login, password, house.settings.session_days)
    except Invalid as problem:
        return _new_password(request, holder, 422, problem.message)
    response = RedirectResponse("/console", 303)
    if found:
        _set_cookie(response, house, request, found[1])
    return response


@router.get("/console/account")
def account_page(request: Request, person: SignedIn, saved: bool = False) -> HTMLResponse:
    return page(request, "people/account.html", title="我的账号", problem="", saved=saved)


@router.post("/console/account")
def change_password(
    request: Request, house: HouseDep, person: SignedIn, current: Text, password: Text, again: Text
) -> Response:
    keys = _throttled(house, request, person.login)
    try:
        with house.database.write() as session:
            service.change_password(session, person, current, password, again, request.cookies.get(COOKIE, ""))
    except SiteError as problem:
        for key in keys:
            house.limits.hit(key, QUARTER)
        return page(request, "people/account.html", 422, title="我的账号", problem=problem.message, saved=False)
    return RedirectResponse("/console/account?saved=1", 303)


@router.get("/console/people")
def people_page(request: Request, house: HouseDep, person: Admin) -> HTMLResponse:
    return _people(request, house)


@router.post("/console/people")
def invite(
    request: Request, house: HouseDep, person: Admin, name: Text = "", roles: Annotated[list[str] | None, Form()] = None
) -> HTMLResponse:
    """The link is shown once, on the page that answers; only its hash is kept."""
    try:
        with house.database.write() as session:
            token = service.invite(session, person, name, roles or [], house.settings.invitation_hours)
    except Invalid as problem:
        return _people(request, house, 422, problem=problem.message, name=name)
    return _people(request, house, 201, link=_address(request, f"/setup/{token}"), invited=name)


@router.post("/console/people/{id}")
def change(
    house: HouseDep,
    person: Admin,
    id: str,
    roles: Annotated[list[str] | None, Form()] = None,
    disabled: Annotated[bool, Form()] = False,
) -> Response:
    with house.database.write() as session:
        service.change(session, person, id, roles or [], disabled)
    return RedirectResponse("/console/people", 303)


@router.post("/console/people/{id}/password-link")
def password_link(request: Request, house: HouseDep, person: Admin, id: str) -> HTMLResponse:
    """Shown once, as an invitation is."""
    with house.database.write() as session:
        holder, token = service.password_link(session, person, id, house.settings.invitation_hours)
    return _people(request, house, 201, link=_address(request, f"/new-password/{token}"), reset=holder.name)


@router.get("/console/audit")
def audit_page(request: Request, house: HouseDep, person: Admin, q: str = "", offset: int = 0) -> HTMLResponse:
    offset = max(0, offset)
    with house.database.read() as session:
        rows, total = repository.audit_entries(session, q.strip(), ROWS, offset)

    def url(at: int) -> str:
        return "?" + urlencode({"q": q, "offset": at})

    return page(
        request, "people/audit.html", title="操作记录", rows=rows, total=total, limit=ROWS, offset=offset, q=q, url=url,
        details=_details,
    )  # fmt: skip


def _details(detail: Mapping[str, Any]) -> list[str]:
    """What was changed, in the words of the forms in which it was."""

    def words(name: str, value: object) -> str:
        listed = value if isinstance(value, list) else [value]
        return "、".join(ROLE_NAMES[Role(str(one))] if name == "roles" else str(one) for one in listed)

    return [f"{DETAILS.get(name, name)}：{words(name, value)}" for name, value in detail.items()]


def _people(request: Request, house: House, status: int = 200, **values: str) -> HTMLResponse:
    with house.database.read() as session:
        rows, invitations = repository.people(session), repository.open_invitations(session, now())
    shown = {"link": "", "invited": "", "reset": "", "problem": "", "name": ""} | values
    return page(
        request, "people/people.html", status, title="人员", rows=rows, invitations=invitations, roles=ROLE_NAMES, **shown
    )


def _setup(request: Request, roles: list[str], status: int = 200, **values: str) -> HTMLResponse:
    shown = {"problem": "", "login": "", "name": "", "position": ""} | values
    return page(request, "people/setup.html", status, title="建立账号", roles=roles, **shown)


def _new_password(request: Request, holder: Person, status: int = 200, problem: str = "") -> HTMLResponse:
    return page(request, "people/new_password.html", status, title="设置新密码", holder=holder, problem=problem)


def _address(request: Request, path: str) -> str:
    """A path of this site as somebody else can open it."""
    return str(request.base_url).rstrip("/") + path


def _throttled(house: House, request: Request, login: str) -> tuple[str, str]:
    """:raises TooMany: after too many failures of this name or from this address; :returns: where failures are counted"""
    address = request.client.host if request.client else ""
    keys = (f"login:{login.strip().lower()[:64]}", f"login-from:{house.limits.visitor(address)}")
    if any(house.limits.count(key, QUARTER) >= house.settings.logins_per_quarter for key in keys):
        raise TooMany("密码错得太多，为了安全先停一会儿。请 15 分钟后再试，或联系管理员。")
    return keys


def _set_cookie(response: Response, house: House, request: Request, token: str) -> None:
    secure = house.settings.https_only or request.url.scheme == "https"
    response.set_cookie(
        COOKIE, token, max_age=int(house.settings.session_days * 86400), httponly=True, samesite="lax", secure=secure
    )


def _inside(next: str) -> str:  # noqa: A002
    """Only ever to a page of this site; a double slash, or one with a backslash, would lead out of it."""
    return next if next.startswith("/") and not next.startswith(("//", "/\\")) else "/console"
