"""Key facts: the exact sums, days, shares and names that a right answer must hold.

Numbers are compared as values, so 20 万元, 20万元, 二十万元 and 200000元 are one fact; words as written, spaces left out.
"""

from __future__ import annotations

import re
import unicodedata

from corpus.numerals import number

_SCALE = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_UNIT = r"元|点|吨|日|天|个工作日|工作日|小时|分钟|个月|月|年|%|公里|千米|米|分贝|倍|人|户|次|条|级"
_QUANTITY = re.compile(rf"(\d+(?:\.\d+)?|[零〇一二三四五六七八九十百千两]+)([十百千万亿]*)({_UNIT})?")
_SAME = {"天": "日", "千米": "公里", "个工作日": "工作日"}


_BOUNDS = re.compile(r"以上|以下|以内|不(?:少于|超过|低于|高于|得超过)|至少|最多|[至到—-]|次日|早晨|晚上|罚款|处|内")


def normal(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).replace("百分之", "%")
    text = re.sub(r"%([零〇一二三四五六七八九十百\d.]+)", r"\1%", text)
    return re.sub(r"[\s,，]", "", text)


def quantities(text: str) -> set[tuple[float, str]]:
    """:returns: (value, unit) of each quantity; the unit is '' where the text gives none."""
    found = set()
    for digits, scale, unit in _QUANTITY.findall(normal(text)):
        whole = float(digits) if digits[0].isascii() else number(digits)
        if whole is None:
            continue
        value = float(whole)
        for char in scale:
            value *= _SCALE[char]
        found.add((value, _SAME.get(unit, unit)))
    return found


def holds(answer: str, fact: str) -> bool:
    """:returns: whether the answer states the fact. A quantity fact, or a range of two
    (二十万元以上一百万元以下), needs each value, and its unit where it has one.
    """
    wanted = quantities(fact)
    rest = _BOUNDS.sub("", _QUANTITY.sub("", normal(fact)))
    if not wanted or len(rest) > 1:
        return normal(fact) in normal(answer)
    have = quantities(answer)
    return all(any(v == value and (not unit or not u or u == unit) for v, u in have) for value, unit in wanted)
