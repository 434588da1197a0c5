"""Who is asking: read once a request, before any route, and asked for by the routes that need somebody."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from api.errors import Forbidden, NotSignedIn
from api.house import House, HouseDep
from api.people import service
from api.people.tables import Person, Role
from api.security import COOKIE, check_origin


async def browser(request: Request, house: HouseDep) -> None:
    """Every request: refuse writes from elsewhere, then find out who is signed in."""
    token = request.cookies.get(COOKIE, "")
    check_origin(request.method, request.headers, request.url.path, bool(token))
    request.state.person = await run_in_threadpool(_signed_in, house, token) if token else None


def _signed_in(house: House, token: str) -> Person | None:
    with house.database.read() as session:
        person, stale = service.signed_in(session, token, house.settings.session_idle_hours)
    if stale:
        with house.database.write() as session:
            service.seen(session, token)
    return person


class Needs:
    """A dependency that lets only people with one of these roles through. The role matrix test reads `roles`."""

    def __init__(self, *roles: Role) -> None:
        self.roles = roles

    def __call__(self, request: Request) -> Person:
        person: Person | None = request.state.person
        if person is None:
            raise NotSignedIn()
        if self.roles and not any(person.may(role) for role in self.roles):
            raise Forbidden()
        return person


BROWSER: Any = Depends(browser)
SignedIn = Annotated[Person, Depends(Needs())]
Staff = Annotated[Person, Depends(Needs(Role.STAFF))]
Expert = Annotated[Person, Depends(Needs(Role.EXPERT))]
Evaluator = Annotated[Person, Depends(Needs(Role.EVALUATOR))]
Admin = Annotated[Person, Depends(Needs(Role.ADMIN))]
