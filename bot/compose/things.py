"""Trades and things: a rule on one is no answer on another, however alike the rest of the words are."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.rules import read


@lru_cache(maxsize=4096)
def named(text: str) -> frozenset[int]:
    """:returns: the things of `rules/things.yaml` that stand in a text"""
    return frozenset(at for at, thing in enumerate(_things()) if thing.search(text))


def on_another(asked: frozenset[int], text: str) -> bool:
    """:param asked: the things that a question names
    :returns: whether a text is about other things alone
    """
    about = named(text) if asked else frozenset()
    return bool(about) and not about & asked


@lru_cache(maxsize=1)
def _things() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, read("things")))
