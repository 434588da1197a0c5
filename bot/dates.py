"""The day that a question is about, where it tells of conduct: 今年7月, 2025年的事, 8月15日以前, 去年."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from bot.state import Period

_OLDEST = 36_500  # days
_RELATIVE = {"今年": 0, "去年": -1, "上一年": -1, "前年": -2, "大前年": -3}
_FULL = re.compile(
    r"(?:(?P<year>20\d{2})\s*[年.\-/]\s*|(?P<relative>今年|去年|前年|大前年)(?:的)?\s*)?"
    r"(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s*(?:月(?:份)?|[.\-/](?=\d))\s*"
    r"(?:(?:(?P<day>[12]\d|3[01]|0?[1-9])\s*[日号]?(?![\d年月份个天万元])|(?P<spoken>[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])\s*[日号]))?"
    r"(?P<edge>以前|之前|前(?!后))?"
)
_YEAR_ONLY = re.compile(
    r"(?<!\d)(?P<year>20\d{2})\s*年(?!版|度|以来)(?P<edge>以前|之前)?|(?P<relative>去年|前年|大前年|上一年|今年)(?P<half>上半年|年初|春天|初)?"
)
_BEFORE_CODE = re.compile(
    r"法典(?:生效|施行|实施|出台)(?:以前|之前|前)|新法(?:生效|施行|实施|出台)?(?:以前|之前|前)|旧法(?:时期|那时|的时候)"
)
_AGO = re.compile(r"(?P<count>\d+|[一二两三四五六七八九十半]+)个?(?P<unit>天|月|年|星期|周|礼拜)(?:以|之)?前")
_CONDUCT = re.compile(
    r"罚|违法|违规|处理我|查(?:到|了|出|处|获|过)|被查|发现|偷排|排(?:了|的|污|放)|超标|没(?:办|有|得)|冇得|倒(?:了|的)|埋|做的|干的|的事|那时|当时|"
    r"开工|投产|建(?:的|了|成|好|起)|发生|适用|旧法|新法|按(?:哪|什么|老|旧|新)|没验收|未批先建|行为|举报|被抓|的(?:案子|违法)|造假|漏(?:了|的)|转移|处置"
)
# To have been punished is no conduct; what is asked about it (to publish it, to pay, to object) is of today.
_PUNISHED = re.compile(
    r"被(?:处)?罚(?:了|过|款)?|(?:处)?罚(?:了|过)|(?:受|挨)(?:过|到过?|了)?(?:行政|环保)?(?:处)?罚(?:了|过)?"
)
# When a paper was issued is no day of conduct (2024年发的证要不要换, 证是去年办的).
_THEN = r"(?:20\d{2}年|今年|去年|前年|大前年)(?:\d{1,2}月(?:份)?)?"
_ISSUED = r"(?:发|领|颁发|取得|拿到?)"
_PAPER = re.compile(
    rf"{_THEN}(?:就|才)?{_ISSUED}(?:的|了|下来的?)?(?:排污|许可|旧|老|那张|一张)*(?:许可)?证|"
    rf"证(?:书)?(?:是|还是|都是)?{_THEN}{_ISSUED}(?:的|了|下来的?)"
)
_ASKS = re.compile(r"多少|几多|几时|怎么|哪|什么|么样|[吗么不没]$")
_COMMA = re.compile(r"[，,。；;！!？?\s]+")
_TOPIC = re.compile(
    r"目标|规划(?!环评)|(?<!管理)计划|指标|比例|优良|行动方案|年版|公报|年度报告|空气质量|任务书|到\s*20\d{2}|力争|预算|投资(?!额|总额)|新闻|印发|发布|出台了|"
    r"率(?:是|要|达|多少|为)|多少天|多少个|配额|清缴|履约|申报|年报|第[一二三四]季度"
)
_NUMERAL = {char: value for value, char in enumerate("零一二三四五六七八九十")} | {"两": 2}


def period(text: str, today: date, code_from: date) -> Period | None:
    """:returns: the day of the conduct that `text` tells of, None where it tells of none (or of a plan's year).

    A month or year stands for its middle, or for the last day before `code_from` where the edge is 以前; the days in
    force of a law only matter by which side of a change they fall on.
    """
    if before := _BEFORE_CODE.search(text):
        return Period(code_from - timedelta(days=1), before[0])
    text = _PAPER.sub("证", _without_punishments(text))
    if not _CONDUCT.search(text) or _TOPIC.search(text):
        return None
    found: list[Period] = []
    for match in _FULL.finditer(text):
        day = _from_parts(match, today)
        later = not (match["year"] or match["relative"]) and found and day and day < found[-1].on
        if day and not later:  # 今年7月偷排，12月才罚: not the December before
            found.append(Period(min(day, today), match[0].strip()))
    # Of several days the first is that of the conduct; later ones are when it was found and fined.
    rest = _FULL.sub(lambda match: " " if _from_parts(match, today) else match[0], text)  # 2025年12月 is no year by itself
    return min([*found, *_ago(text, today), *_years(rest, today)], key=lambda period: period.on, default=None)


def _without_punishments(text: str) -> str:
    """:returns: a question without the clauses that only tell of an earlier punishment (去年被罚了两次，今年要披露吗)"""
    if re.search("[老旧新]法|法典", text):
        return text
    parts = _COMMA.split(text)
    kept = [part for part in parts if not _only_punished(part)]
    return "，".join(kept) if len(kept) < len(parts) else text


def _only_punished(clause: str) -> bool:
    told = _PUNISHED.search(clause) and not _ASKS.search(clause)
    return bool(told) and not _CONDUCT.search(_PUNISHED.sub("", clause))


def _ago(text: str, today: date) -> Iterator[Period]:
    for match in _AGO.finditer(text):
        count = 0.5 if match["count"] == "半" else _small(match["count"])
        days = {"天": 1, "月": 30, "年": 365, "星期": 7, "周": 7, "礼拜": 7}[match["unit"]]
        if 0 < count * days < _OLDEST:
            yield Period(today - timedelta(days=round(count * days)), match[0])
    if last := re.search(r"上个?月", text):
        yield Period(today.replace(day=1) - timedelta(days=15), last[0])


def _years(text: str, today: date) -> Iterator[Period]:
    for match in _YEAR_ONLY.finditer(text):
        year = _year(match, today)
        if year is None or not 1990 <= year <= today.year:
            continue
        if match["edge"]:
            yield Period(date(year - 1, 12, 31), match[0])
        elif year < today.year:
            yield Period(date(year, 7, 1), match[0])
        elif match["half"]:
            yield Period(date(year, 3, 1), match[0])


def _from_parts(match: re.Match[str], today: date) -> date | None:
    told = match["day"] or match["spoken"]
    if not match["year"] and "月" not in match[0]:
        return None  # 6-9 and 1.5 are no days
    if not (match["year"] or match["relative"] or told or match["edge"] or match[0].strip().endswith(("月", "份"))):
        return None
    month, day = _small(match["month"]), _small(told) if told else 15
    year = _year(match, today)
    if year is None:
        year = today.year if (month, day) <= (today.month, today.day) else today.year - 1
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found - timedelta(days=1 if told else 15) if match["edge"] else found


def _year(match: re.Match[str], today: date) -> int | None:
    groups = match.groupdict()
    if groups.get("year"):
        return int(groups["year"])
    relative = groups.get("relative")
    return today.year + _RELATIVE[relative] if relative else None


def _small(text: str) -> float:
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_NUMERAL[tens] if tens else 1) * 10 + (_NUMERAL[ones] if ones else 0)
    return _NUMERAL.get(text, 0)
