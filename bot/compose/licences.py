"""Kinds of licence: a rule on one is no answer on another, however much 许可证 both hold."""

from __future__ import annotations

import re

from bot.lexicon import Lexicon
from bot.state import Understood

_KINDS = ("排污", "危险废物|危废", "放射|辐射|射线", "取水", "排水", "采矿", "采砂", "捕捞", "狩猎|猎捕", "采伐")
_NAMED = tuple(re.compile(f"(?:{kind})[^，。；许]{{0,4}}许可") for kind in _KINDS)
_ABOUT = tuple(re.compile(kind) for kind in _KINDS)


def asked(question: Understood, lexicon: Lexicon) -> frozenset[int]:
    """:returns: the kinds of licence that a question names"""
    text = lexicon.canonical(question.matter)
    return frozenset(at for at, named in enumerate(_NAMED) if named.search(text))


def on_another(kinds: frozenset[int], words: str) -> bool:
    """:param kinds: those asked about, at least one
    :returns: whether words that speak of a licence are about the things of other kinds alone
    """
    if "许可" not in words:
        return False
    about = {at for at, kind in enumerate(_ABOUT) if kind.search(words)}
    return bool(about) and not about & kinds
