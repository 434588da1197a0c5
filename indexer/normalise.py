"""One spelling for what is written in many: width, case, 繁體, numbers. Used on passages and questions alike."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from corpus.numerals import number
from indexer.traditional import TO_SIMPLIFIED

_NUMERALS = "零〇一二三四五六七八九十百千两"
_UNIT = r"(?=\s*(?:元|块|条|款|项|日|天|年|月|个|吨|倍|次|人|家|户|米|公里|千米|分贝|小时|分钟|倍|%|度|级|类|档|亩|公斤|千克|平方))"
# 2万5千, 二十万, 1.5亿; 2万5 is 25,000 in speech
_LARGE = re.compile(
    rf"(?:\d+(?:\.\d+)?|[{_NUMERALS}]+)\s*[万亿](?:\s*(?:\d{{1,4}}(?!\d|\.\d)|[{_NUMERALS}]+)(?:\s*千)?(?![点至到]))?"
)
_THOUSAND = re.compile(r"(\d+(?:\.\d+)?)\s*千(?=元|块)")
_SMALL = re.compile(rf"[{_NUMERALS}]{{2,}}{_UNIT}|[一二三四五六七八九十两]{_UNIT}|(?<=第)[{_NUMERALS}]+(?=[条款项章节编])")
_GROUPED = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_SPACED = re.compile(r"(?<=\d)\s*\.\s*(?=\d)|(?<=\d)\s+(?=[%‰])")
_BLOCK = re.compile(r"块钱?|元钱")
_UNITS = {"万": 10_000, "亿": 100_000_000}


def normalise(text: str) -> str:
    """NFKC, lower case, simplified characters, numbers in digits: 二十万元, 20 万元 and ２０万元 all become 200000元.

    Line breaks stay; nothing else about the layout does.
    """
    text = unicodedata.normalize("NFKC", text).lower().translate(TO_SIMPLIFIED)
    text = _SPACED.sub(lambda found: "." if "." in found[0] else "", text)
    text = _GROUPED.sub("", text)
    text = _LARGE.sub(_large, text)
    text = _THOUSAND.sub(lambda found: _plain(Decimal(found[1]) * 1000), text)
    text = _SMALL.sub(_small, text)
    return _money(text)


def _money(text: str) -> str:
    """5000块钱 is 5000元; a 块 without a number before it stays (地块, 板块)."""
    return re.sub(rf"(?<=\d)(?:{_BLOCK.pattern})", "元", text)


def _large(found: re.Match[str]) -> str:
    text = re.sub(r"\s", "", found[0])
    at = next(place for place, char in enumerate(text) if char in _UNITS)
    head, unit, tail = text[:at], text[at], text[at + 1 :]
    try:
        value = _value(head) * _UNITS[unit]
    except (InvalidOperation, ValueError):
        return found[0]
    if not tail:
        return _plain(value)
    spoken = len(tail) == 1  # 2万5: the next smaller unit is left out
    try:
        rest = _value(tail.removesuffix("千")) * (1000 if tail.endswith("千") and tail[:-1].isascii() else 1)
        if tail.endswith("千") and not tail[:-1].isascii():
            rest = _value(tail)
    except (InvalidOperation, ValueError):
        return found[0]
    return _plain(value + (rest * _UNITS[unit] / 10 if spoken else rest))


def _small(found: re.Match[str]) -> str:
    value = number(found[0])
    return found[0] if value is None else str(value)


def _value(text: str) -> Decimal:
    if text.replace(".", "", 1).isascii():
        return Decimal(text)
    value = number(text)
    if value is None:
        raise ValueError(text)
    return Decimal(value)


def _plain(value: Decimal) -> str:
    return str(int(value)) if value == value.to_integral_value() else str(value.normalize())
