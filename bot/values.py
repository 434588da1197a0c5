"""Numbers as values: 20 万元, 二十万元 and 200,000元 are one value; 第1102条 and 第一千一百零二条 another."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from corpus.numerals import NUMERAL, number


class Value(NamedTuple):
    """`unit` is '' where the text names none; then it agrees with any unit."""

    amount: float
    unit: str


_UNITS = {
    "元": "元", "工作日": "工作日", "个工作日": "工作日", "日": "日", "天": "日", "个月": "月", "月": "月", "年": "年",
    "周年": "年", "小时": "小时", "个小时": "小时", "分钟": "分钟", "倍": "倍", "%": "%", "‰": "‰", "条": "条", "款": "款",
    "项": "项", "号": "号", "米": "米", "公里": "公里", "千米": "公里", "里": "里", "分贝": "分贝", "个分贝": "分贝", "吨": "吨", "公斤": "公斤",
    "千克": "公斤", "平方米": "平方米", "平方公里": "平方公里", "亩": "亩", "公顷": "公顷", "立方米": "立方米", "人": "人",
    "户": "户", "次": "次", "级": "级", "类": "类", "周岁": "岁", "岁": "岁", "页": "页", "份": "份", "微克": "微克",
    "毫克": "毫克", "部": "部", "辆": "辆", "头": "头", "伏": "伏", "座": "座", "点钟": "时", "点": "时", "时": "时", "个": "个", "家": "家", "部法律": "部",
    "厘米": "厘米", "毫米": "毫米", "度": "度", "株": "株", "只": "只",
}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_DATE = re.compile(r"(\d{4})\s*(?:年|-|/|\.)\s*(\d{1,2})\s*(?:月|-|/|\.)\s*(\d{1,2})\s*日?(?!\d)")
_CHINESE_DATE = re.compile(
    r"([二一][〇零一二三四五六七八九]{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
_ARABIC = re.compile(
    rf"(?<![A-Za-z0-9_.])(\d[\d,]*(?:\.\d+)?)\s*([万亿千百])?\s*(亿)?\s*({_UNIT})?|(?<=[A-Za-z.])(\d+(?:\.\d+)?)"
)
_RANGE = re.compile(r"(\d+(?:\.\d+)?)(?=\s*[-—–~～至到]+\s*\d+(?:\.\d+)?\s*([万亿]))")
# In 3 至 5 年 and 三至五年 the unit holds for both ends.
_ENDS = re.compile(
    rf"(\d+(?:\.\d+)?|(?<![第{NUMERAL}])[{NUMERAL}]+)(?=\s*[-—–~～至到]+\s*(?:\d+(?:\.\d+)?|[{NUMERAL}]+)\s*({_UNIT}))"
)
_CHINESE = re.compile(
    rf"(?:百分之)([{NUMERAL}]+(?:点[{NUMERAL}]+)?)|(第)?([{NUMERAL}万亿]*[{NUMERAL}][{NUMERAL}万亿]*)\s*({_UNIT})"
)
_HOUR = re.compile(r"(?:[上中下]午|晚上?|凌晨|半夜|夜里|夜间|早上?)$")
_GOES_ON = re.compile(r"元催化|时[间候期]|部件")  # a unit that is the beginning of a word
_COUNTED = re.compile(r"(?:以下|下面|如下|记住|满足|符合|[这分])$")
_SCALE = {"百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8}


def values(text: str) -> set[Value]:
    """:returns: every number of `text` with its unit; dates as days since year 1 with the unit 日期."""
    found: set[Value] = set()
    for pattern in (_DATE, _CHINESE_DATE):
        for match in pattern.finditer(text):
            if day := _day(match):
                found.add(Value(day.toordinal(), "日期"))
        text = pattern.sub(" ", text)
    text = _RANGE.sub(r"\1\2", text)  # in 20—100 万元 the scale holds for both ends
    text = _ENDS.sub(r"\1\2", text)
    for match in _ARABIC.finditer(text):
        if match[5]:
            found.add(Value(float(match[5]), ""))
            continue
        amount = float(match[1].replace(",", "")) * _SCALE.get(match[2] or "", 1) * _SCALE.get(match[3] or "", 1)
        found.add(Value(round(amount, 6), _UNITS.get(match[4] or "", "")))
    text = _ARABIC.sub(" ", text)  # else the 千 of 5 千元 would be a number of its own
    for match in _CHINESE.finditer(text):
        if match[1]:
            found.add(Value(_decimal(match[1]), "%"))
        elif (whole := number(match[3])) is not None and not _is_word(match, text):
            found.add(Value(float(whole), _UNITS[match[4]]))
    return found


def unsupported(text: str, evidence: set[Value]) -> set[Value]:
    """:returns: the values of `text` that `evidence` lacks; a value without a unit on either side agrees with any."""
    amounts = {value.amount for value in evidence}
    bare = {value.amount for value in evidence if not value.unit}
    return {
        value
        for value in values(text)
        if value not in evidence and not (value.amount in amounts if not value.unit else value.amount in bare)
    }


def day_value(day: date) -> set[Value]:
    """The values that a date supports when it is written out, whole or in part."""
    return {
        Value(day.toordinal(), "日期"),
        Value(day.year, "年"),
        Value(day.month, "月"),
        Value(day.day, "日"),
    }


def sums(text: str) -> frozenset[Value]:
    """:returns: what a text demands in money, in yuan or as a multiple or share; 20 万元以上 100 万元以下 gives both ends."""
    return frozenset(value for value in values(text) if value.unit in ("元", "倍", "%"))


def _decimal(text: str) -> float:
    whole, _, part = text.partition("点")
    digits = "".join(str(number(char) or 0) for char in part)
    return float(f"{number(whole) or 0}.{digits or 0}")


def _day(match: re.Match[str]) -> date | None:
    parts = [number(part) for part in match.groups()]
    try:
        return date(parts[0] or 0, parts[1] or 0, parts[2] or 0)
    except ValueError:
        return None


def _is_word(match: re.Match[str], text: str) -> bool:
    """一次, 一类, 一人, 一家, 一个 and the like count nothing; neither does 一日 in 每一日, 一年 in 一年四季, 三元 in 三元催化 nor
    一时 in 统一时间.
    """
    before = text[match.start() - 1 : match.start()]
    if _GOES_ON.match(text[match.end() - len(match[4]) :]):
        return True
    if match[2] and match[3] == "一" and match[4] in ("次", "个"):
        return True  # 第一次 is the first time, and no number of times
    if before and before in "同另任某逐头" or (before == "每" and match[3] == "一"):
        return True
    if match[4] in ("点", "条", "步") and not match[2] and _COUNTED.search(text[: match.start()]):
        return True  # 下面三点 counts what the answer says, and nothing of the law
    if match[3] == "一" and (match[4] == "天" or (match[4] == "点" and not _HOUR.search(text[: match.start()]))):
        return True  # 一天一天, 哪一天, 一点水产
    return (
        match[3] in {"一", "两"}
        and not match[2]
        and match[4]
        in {"次", "类", "人", "家", "个", "份", "级", "里", "户", "头", "部", "项", "号", "条", "款", "度", "株", "只"}
    )
