"""Signing in, inviting people, and what an administrator may change."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy.orm import Session

from api.clock import now
from api.errors import Conflict, Gone, Invalid, NotFound
from api.people import audit, passwords, repository
from api.people.tables import Invitation, Login, PasswordLink, Person, Role

SEEN_EVERY = timedelta(minutes=5)
GRANTED = frozenset({Role.STAFF, Role.EXPERT, Role.EVALUATOR, Role.ADMIN})
_LOGIN = re.compile(r"[\w.@-]{2,40}")


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(session: Session, login: str, password: str, days: float) -> tuple[Person, str] | None:
    """:returns: the person and the token of the new session; None where name or password do not fit, whichever it was."""
    person = repository.by_login(session, login.strip().lower())
    if not passwords.fits(person.password_hash if person else None, password) or person is None or person.disabled_at:
        return None
    token = secrets.token_urlsafe(32)
    session.add(Login(token_hash=token_hash(token), person_id=person.id, expires_at=now() + timedelta(days=days)))
    repository.end_expired(session, now())
    audit.record(session, person, "登录")
    return person, token


def signed_in(session: Session, token: str, idle_hours: float) -> tuple[Person | None, bool]:
    """:returns: who holds this session, if it has not ended; and whether it is time to note that it is in use."""
    login = repository.login(session, token_hash(token))
    moment = now()
    if login is None or login.expires_at <= moment or login.seen_at + timedelta(hours=idle_hours) <= moment:
        return None, False
    person = repository.person(session, login.person_id)
    if person is None or person.disabled_at:
        return None, False
    return person, moment - login.seen_at > SEEN_EVERY


def seen(session: Session, token: str) -> None:
    repository.touch(session, token_hash(token), now())


def sign_out(session: Session, token: str) -> None:
    repository.end(session, token_hash(token))


def setup_link(session: Session, hours: float) -> str | None:
    """:returns: the token that makes the first administrator; None once there is anybody. An older one is void."""
    if repository.anybody(session):
        return None
    repository.drop_setup_links(session)
    return _invite(session, [Role.ADMIN], "", None, hours)


def invite(session: Session, by: Person, name: str, roles: Collection[str], hours: float) -> str:
    token = _invite(session, checked_roles(roles), name.strip()[:64], by.id, hours)
    audit.record(session, by, "邀请", name, roles=sorted(roles))
    return token


def invitation(session: Session, token: str) -> Invitation:
    """:raises Gone: where the link was used, has expired or never was; the three look the same"""
    found = repository.open_invitation(session, token_hash(token), now())
    if found is None:
        raise Gone()
    return found


def accept(session: Session, token: str, login: str, name: str, title: str, password: str, again: str) -> Person:
    """Make the person whom a link invites. Nothing is used up by a form that has a mistake."""
    login, name = login.strip().lower(), name.strip()
    if not _LOGIN.fullmatch(login):
        raise Invalid("登录名要有 2 到 40 个字符，只能用文字、数字和 . - _ @。没有保存，请修改。")
    if not name or len(name) > 64 or len(title) > 64:
        raise Invalid("请填写姓名，最多 64 个字。没有保存，请修改。")
    passwords.checked(password, again, login)
    used = repository.use_invitation(session, token_hash(token), now())
    if used is None:
        raise Gone()
    if repository.by_login(session, login):
        raise Invalid("这个登录名已经有人用了。没有保存，请换一个。")
    person = Person(
        login=login, name=name, title=title.strip(), roles=list(used.roles), password_hash=passwords.make(password)
    )
    session.add(person)
    session.flush()
    audit.record(session, person, "建立账号", login, roles=list(used.roles))
    return person


def change_password(session: Session, person: Person, current: str, password: str, again: str, token: str) -> None:
    """Every other session of this person ends: whoever had the old password is out."""
    if not passwords.fits(person.password_hash, current):
        raise Invalid("现在的密码不对，没有改动。请重新填写。")
    passwords.checked(password, again, person.login)
    kept = _kept(session, person.id)
    kept.password_hash = passwords.make(password)
    repository.end_all(session, person.id, but=token_hash(token))
    repository.drop_password_link(session, person.id)
    audit.record(session, person, "修改密码")


def password_link(session: Session, by: Person, id: str, hours: float) -> tuple[Person, str]:
    """:returns: whose link it is, and its token. The old password holds until the link is used; an older link is void."""
    person = _kept(session, id)
    if person.disabled_at:
        raise Conflict("这个账号已停用，没有生成链接。请先取消停用。")
    token = _password_link(session, person, hours)
    audit.record(session, by, "生成重设密码链接", person.login)
    return person, token


def rescue(session: Session, login: str, hours: float) -> tuple[str, str]:
    """The same for an administrator, asked for on the server itself: there it helps when nobody can sign in any more.

    :param login: may be left out where there is one administrator only
    :raises NotFound: with the names to choose from, where it is not plain who is meant
    """
    administrators = {person.login: person for person in repository.administrators(session)}
    person = administrators.get(login.strip().lower()) if login else None
    if not login and len(administrators) == 1:
        [person] = administrators.values()
    if person is None:
        raise NotFound(f"请用 --login 写明是哪一位系统管理员：{'、'.join(administrators)}。")
    token = _password_link(session, person, hours)
    audit.record(session, None, "生成重设密码链接", person.login, by="服务器命令行")
    return person.login, token


def holder(session: Session, token: str) -> Person:
    """:returns: who may set a new password with this link; :raises Gone: as `invitation` does"""
    found = repository.password_link(session, token_hash(token), now())
    if found is None:
        raise Gone()
    return _kept(session, found.person_id)


def reset_password(session: Session, token: str, password: str, again: str) -> Person:
    """Every session of this person ends, as `change_password` has it. Nothing is used up by a form that has a mistake."""
    passwords.checked(password, again, holder(session, token).login)
    id = repository.use_password_link(session, token_hash(token), now())
    if id is None:
        raise Gone()
    person = _kept(session, id)
    person.password_hash = passwords.make(password)
    repository.end_all(session, id)
    audit.record(session, person, "用链接重设密码")
    return person


def change(session: Session, by: Person, id: str, roles: Collection[str], disabled: bool) -> Person:
    """Set what somebody may do, or whether they may sign in at all.

    :raises Conflict: where nobody would be left who can administer
    """
    person = _kept(session, id)
    person.roles = checked_roles(roles)
    person.disabled_at = (person.disabled_at or now()) if disabled else None
    session.flush()
    if not repository.administrators(session):
        raise Conflict("至少要留一位能登录的系统管理员，您的操作没有执行。")
    if disabled:
        repository.end_all(session, id)
        repository.drop_password_link(session, id)
    audit.record(session, by, "停用账号" if disabled else "修改权限", person.login, roles=person.roles)
    return person


def checked_roles(roles: Collection[str]) -> list[str]:
    if not roles or not set(roles) <= GRANTED:
        raise Invalid("请至少选择一种权限，没有保存。")
    return sorted(roles)


def _invite(session: Session, roles: list[str], name: str, by: str | None, hours: float) -> str:
    token = secrets.token_urlsafe(32)
    expires_at = now() + timedelta(hours=hours)
    session.add(
        Invitation(token_hash=token_hash(token), roles=list(roles), name=name, created_by=by, expires_at=expires_at)
    )
    return token


def _password_link(session: Session, person: Person, hours: float) -> str:
    token = secrets.token_urlsafe(32)
    repository.lock(session, person)  # else two administrators in the same moment would both find no link to drop
    repository.drop_password_link(session, person.id)
    expires_at = now() + timedelta(hours=hours)
    session.add(PasswordLink(person_id=person.id, token_hash=token_hash(token), expires_at=expires_at))
    return token


def _kept(session: Session, id: str) -> Person:
    person = repository.person(session, id)
    if person is None:
        raise NotFound("没有找到这个账号。")
    return person
