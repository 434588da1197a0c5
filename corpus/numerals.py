"""Chinese numerals as laws and people write them."""

from __future__ import annotations

import re
from functools import lru_cache

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
NUMERAL = "零〇一二三四五六七八九十百千两"
ARTICLE = re.compile(
    rf"第\s*(?P<number>[{NUMERAL}]+|\d{{1,4}})\s*条(?:\s*之\s*(?P<sub>[一二三四五六七八九十]+|\d{{1,2}}))?"
)


@lru_cache(maxsize=4096)
def number(text: str) -> int | None:
    """一千一百零二 -> 1102, 一〇五七 -> 1057, 20 -> 20; None where the characters form no whole number."""
    if text.isascii() and text.isdigit():
        return int(text)
    if not text or any(char not in _DIGITS and char not in _SMALL and char not in _LARGE for char in text):
        return None
    if not any(char in _SMALL or char in _LARGE for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    high = middle = section = digit = 0  # what stands before 亿, before 万, before the last digit
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _SMALL:
            section += (digit or 1) * _SMALL[char]
            digit = 0
        elif char == "万":
            middle, section, digit = middle + (section + digit) * _LARGE[char], 0, 0
        else:
            high, middle, section, digit = (high + middle + section + digit) * _LARGE[char], 0, 0, 0
    return high + middle + section + digit


def chinese(value: int) -> str:
    """1102 -> 一千一百零二, as article numbers are written. Raises ValueError outside 0..9999."""
    if not 0 <= value <= 9999:
        raise ValueError(f"article numbers run from 0 to 9999, got {value}")
    if value == 0:
        return "零"
    digits = "零一二三四五六七八九"
    out, gap = "", False
    for power, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        part, value = divmod(value, power)
        if part:
            out += ("零" if gap and out else "") + digits[part] + unit
            gap = False
        else:
            gap = True
    return out.removeprefix("一") if out.startswith("一十") else out


def article_number(label: str) -> int | None:
    """第一千一百零二条 -> 1102; None for what is no article (第3节, 附件二)."""
    match = ARTICLE.fullmatch(label)
    return number(match["number"]) if match else None


def article_label(match: re.Match[str]) -> str | None:
    """:returns: the label in the statute's form (第一千一百零二条, 第五条之一) for a match of ARTICLE, None if it is no number."""
    value = number(match["number"])
    if value is None or value > 9999:
        return None
    sub = number(match["sub"]) if match["sub"] else None
    return f"第{chinese(value)}条" + (f"之{chinese(sub)}" if sub else "")
