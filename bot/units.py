"""The unit that a document is about: what one workshop keeps is no rule for another, nor for everybody."""

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

from bot.places import without_places
from corpus.model import Document, Rank

_UNIT = re.compile(
    r"(?:关于|对)*(?P<name>[一-鿿]{2})[一-鿿（）()]{0,14}?"
    r"(?:公司|集团|厂|店|馆|站|场|院|学校|中学|小学|幼儿园|社区|小区|园区|项目|工程|工地|码头|合作社|公园|大厦|广场|矿)"
)


def of_another(document: Document, text: str, words: Container[str]) -> bool:
    """Whether a document is one of a unit that `text` does not name (榆关汽修店废机油交接规程). What ranks above a document of a house
    is a rule for all, whatever its title begins with.

    :param words: the pairs of characters that the library uses; a title that begins with one of these begins with no name
    """
    name = _begins(document.title) if document.rank <= Rank.NORMATIVE else ""
    return bool(name) and name not in words and name not in text


@lru_cache(maxsize=4096)
def _begins(title: str) -> str:
    """:returns: the first two characters of the unit that a title begins with, behind the place where it lies; '' for none"""
    found = _UNIT.match(without_places(title))
    return found["name"] if found else ""
