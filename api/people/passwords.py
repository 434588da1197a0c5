"""Argon2id, with its cost kept from drowning the machine."""

from __future__ import annotations

import threading
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from api.errors import Invalid

SHORTEST = 10
LONGEST = 200
_hasher = PasswordHasher()  # RFC 9106, low-memory profile: 64 MiB each
_two_at_a_time = threading.BoundedSemaphore(2)


def checked(password: str, again: str, login: str) -> str:
    """:raises Invalid: for a password that is short, mistyped, or the login itself"""
    if password != again:
        raise Invalid("两次填写的密码不一样，没有保存。请重新填写。")
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(f"密码要有 {SHORTEST} 到 {LONGEST} 个字符，没有保存。可以用一句好记的话。")
    if login and login.lower() in password.lower() or len(set(password)) < 5:
        raise Invalid("这个密码太容易被猜到，没有保存。请换一个，不要包含登录名。")
    return password


def make(password: str) -> str:
    with _two_at_a_time:
        return _hasher.hash(password)


def fits(known: str | None, password: str) -> bool:
    """An unknown person costs the same time as a known one, so the time tells nothing."""
    try:
        with _two_at_a_time:
            return _hasher.verify(known or _nobody(), password[:LONGEST]) and known is not None
    except (VerificationError, InvalidHashError):
        return False


@lru_cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")
