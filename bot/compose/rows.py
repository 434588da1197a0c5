"""Rows of a catalogue (名录) as an answer: which row is the trade asked about, and its columns as a small table."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import combinations

from bot.answer import Block, Speaker
from bot.catalogues import trades
from bot.compose.basis import MAX_QUOTE, Basis, Draft
from bot.lexicon import Lexicon
from bot.state import Found, Understood
from bot.text import normalise, terms
from bot.values import Value
from corpus.model import Passage, Status
from indexer.hit import Hit

OTHERWISE = "都不是，看全部情形"
HEAD = ("栏目", "名录的写法", "依据")
_TRADE = re.compile(r"类别|行业|项目|废物|污 ?染 ?物|税 ?目|矿产")
_ORDER = re.compile(r"序号|备 ?注|危险特性")
_MEANING = re.compile(r"含义")  # 本栏目环境敏感区含义 explains the columns before it
_NAME = 60
_BEST, _NEAR = 0.45, 0.95
_OF_WHOLE = 0.4  # the share of what the best row holds that its trade must hold to decide
_LEAST = 0.02  # the share of the question that must name a trade
_NAMED, _WHOLLY, _NEARNESS = 0.35, 0.35, 0.3
# A size, or the wish to hear the limit.
_MEASURED = re.compile(
    r"[\d零一二两三四五六七八九十百千万半几]+\s*[来多]?(?:吨|张|头|平|亩|公顷|千|兆|伏|瓦|立方|米|公里|床|类|级)|"
    r"[\d二两三四五六七八九十百千万几]+\s*[来多]?[台个家座只]|多大|(?:多少|几多|几大|几).{0,8}(?:才|以上|以下)|[ⅠⅡⅢⅣⅤ]"
)
_AREA = re.compile(r"[\d零一二两三四五六七八九十百千万几多]+\s*(?:平方?米?|㎡|个?平)(?:左右|以上|以下|的)?")
_CONDITION = re.compile(r"[；;](?![^（]*）)")  # not inside of brackets
_BRACKETS = re.compile(r"（[^（）]*）")
_WHOLE = re.compile(r"^其他（.*）$")
_SHORTEST, _LONGEST, _OFFERED = 4, 45, 3  # characters of a choice, choices
_WITHIN = re.compile(r"（含[^（）]*）")  # 一般工业固体废物（含污水处理污泥） is no sewage works
_BUYS = re.compile(r"更换|[换装添购买]了?一?[台套个]|安装|购置|添置|新购|新上|上一?[台套]")
_MAKES = re.compile(r"制造\d*\*?$")
# A cell that is nothing but a step of a scale: 超标4－6分贝, 超标16分贝以上.
_STEP = re.compile(r"[一-鿿]*(\d+)(?:\s*[-－—–~～至]\s*(\d+))?\s*([一-鿿]{1,3}?)(以上)?")
_CODE = re.compile(r"\s*\d{3,4}\*?")
_ANY_TRADE = re.compile(r"加工|制造|生产|车间")  # 饲料加工 is no answer to 来料加工
_PART = re.compile(r"[；;、，,（）()：\n]|\d+\*?")


def columns(passage: Passage) -> list[tuple[str, str]]:
    """:returns: (heading, cell) of a row in reading order, cells without content left out."""
    out = []
    for line in passage.text.split("\n"):
        heading, mark, cell = line.partition("：")
        if mark and cell.strip() not in ("", "/", "—", "-"):
            out.append((heading.strip(), cell.strip()))
    return out


def trade(passage: Passage) -> str:
    """:returns: the cells that name the trade or thing that a row is about, without what is only counted in with it."""
    return _WITHIN.sub("", "；".join(cell for heading, cell in columns(passage) if _TRADE.search(heading)))


def catalogue(found: Found) -> Draft | None:
    """:returns: the row of the trade asked about, None where the question asks for no class of a catalogue or no row fits."""
    order = found.fitting if found.rows else ()
    tapped = [row for row in order if _met(row[1].passage, found.question.focus)]
    order = (*tapped[:1], *(row for row in order if row not in tapped))
    if not order or (order[0][0] < _BEST and not tapped):
        return None
    basis = Basis()
    blocks = block_of(order[0][1], basis, met=_met(order[0][1].passage, found.question.focus))
    for value, hit in order[1:2]:
        if value >= _NEAR * order[0][0] and hit.passage.title == order[0][1].passage.title:
            blocks.append(Block("相近的还有这一项，请按您的行业对照：", "notice"))
            blocks += block_of(hit, basis, kind="detail")
    return basis.draft(found, Speaker.EXTRACT, blocks, (f"row:{order[0][1].passage.label}",))


def ranked(question: Understood, hits: Sequence[Hit], lexicon: Lexicon) -> list[tuple[float, Hit]]:
    """:returns: the rows among the hits with how well they fit (0..1), best first.

    Rows of one catalogue share their conditions (年用溶剂型涂料 10 吨), so the trade decides: of the question's words that
    name a trade in any of the rows, how many does this one hold; and how much of one of its trades is asked for, so that
    洗车场 goes before 汽车整车制造 for a car wash. Where no trade is named (加油站 stands among the conditions) or a condition
    holds far more of the question (专业电镀企业, and 非专业视听设备 is a trade), the whole row.
    """
    rows = [hit for hit in hits if hit.passage.kind == "row" and hit.status is Status.IN_FORCE]
    top = max((hit.score for hit in rows), default=0.0)
    named = trades(question.matter)[:1]  # without the words of asking, which every row of a catalogue holds
    told = _AREA.sub(" ", named[0] if named else question.matter)  # nor an area, which is no trade
    asked = _trade_terms(told, lexicon)
    least = _LEAST * lexicon.weight(asked)
    bought = _BUYS.search(question.matter)  # who puts up a boiler does not make boilers
    readings = []
    for text_of in (trade, lambda passage: passage.text):
        parts = {
            hit.passage.id: [
                _trade_terms(part, lexicon)
                for part in _PART.split(text_of(hit.passage))
                if not (bought and _MAKES.search(part))
            ]
            for hit in rows
        }
        names = {id_: set().union(*terms) & asked for id_, terms in parts.items()}
        readings.append((parts, names, max(map(lexicon.weight, names.values()), default=0.0)))
    by_trade, whole = readings
    parts, names, _ = by_trade if by_trade[2] >= max(least, _OF_WHOLE * whole[2]) else whole
    every = lexicon.weight(set().union(*names.values()))
    if not every or every < least:
        return []
    out = []
    for hit in rows:
        held = lexicon.weight(names[hit.passage.id]) / every
        wholly = max(
            lexicon.weight(part & asked) / lexicon.weight(part) if part else 0.0
            for part in parts[hit.passage.id] or [set()]
        )
        near = max(0.0, hit.score / top) if top > 0 else 0.0
        out.append((_NAMED * held + _WHOLLY * wholly + _NEARNESS * near, hit))
    return sorted(out, key=lambda row: -row[0])


def _trade_terms(text: str, lexicon: Lexicon) -> set[str]:
    """The terms that tell one trade from another; all, where there are no others."""
    return set(lexicon.terms(_ANY_TRADE.sub(" ", text)) or lexicon.terms(text))


def beyond(passage: Passage, measured: Collection[Value]) -> bool:
    """Whether a row is for another step of a scale than the one asked about: that for 13 to 15 分贝, where it is 5."""
    # 计税单位 parts the rows; a class (报告书) is one of several of its row.
    steps = (_STEP.fullmatch(cell) for heading, cell in columns(passage) if "单位" in heading)
    for step in (step for step in steps if step and (step[2] or step[4])):
        least, most = float(step[1]), float(step[2] or "inf")
        asked = [value.amount for value in measured if value.unit == step[3]]
        if asked and not any(least <= amount <= most for amount in asked):
            return True
    return False


def choices(question: Understood, passage: Passage, lexicon: Lexicon) -> tuple[str, ...]:
    """:param passage: the row that answers
    :returns: the conditions to choose from, where the row has several classes and the question tells nothing of what parts
        them; () where it tells something, asks for the limit itself, or has been asked back already
    """
    matter = question.matter
    if question.followup or _MEASURED.search(matter):
        return ()
    cells = [cell for _, cell in _classes(passage)]
    texts = ("".join(trades(matter)[:1]), trade(passage), *cells)
    readings: tuple[Callable[[str], Iterable[str]], ...] = (terms, lexicon.matters)
    if len(cells) < 2 or any(_parted([set(read(text)) for text in texts]) for read in readings):
        return ()
    named = [
        _choice(part) for cell in cells for part in _CONDITION.split(_WHOLE.sub("", cell)) if not part.startswith("其他")
    ]
    offered = [part for part in named if _SHORTEST <= len(part) <= _LONGEST][:_OFFERED]
    return (*offered, OTHERWISE) if offered else ()


def _parted(words: Sequence[set[str]]) -> set[str]:
    """:param words: of the question, of the trade, of each class
    :returns: those of the question that stand in one class alone, and are not the trade
    """
    told, trade, *classes = words
    shared = trade.union(*(one & other for one, other in combinations(classes, 2)))
    return told & set().union(*classes) - shared


def settles(found: Found) -> bool:
    """Whether the row of the trade asked about has one class alone, so that neither size nor process need be known."""
    order = found.fitting if found.rows else ()
    return bool(order and order[0][0] >= _BEST and len(_classes(order[0][1].passage)) == 1)


def _met(passage: Passage, told: str) -> str:
    """:param told: the words of this turn alone, of a follow-up
    :returns: the class one of whose conditions they are, as the row has it (a choice that was tapped), or ''
    """
    cells = [(heading, _CONDITION.split(cell)) for heading, cell in _classes(passage)]
    met = [heading for heading, parts in cells if told and told in map(_choice, parts)]
    return met[0] if len(met) == 1 else ""


def _choice(part: str) -> str:
    """A condition as it is offered, and as it comes back when it is tapped; of a long one what stands in brackets is left out."""
    short = part if len(part) <= _LONGEST else _BRACKETS.sub("", part)
    return normalise(short.strip().removesuffix("的"))


def block_of(hit: Hit, basis: Basis, kind: str = "lead", met: str = "") -> list[Block]:
    """:param met: the class whose condition the question has word for word
    :returns: what the row is about, the class where it has one alone or `met` names one, and all columns as a table.

    Where it has several, none is picked else: their conditions differ by a number or a process (10 吨以上, 10 吨以下), and words
    cannot tell which of them a person meets.
    """
    cells = columns(hit.passage)
    told = _told(hit.passage)
    name = next((cell for heading, cell in reversed(cells) if _TRADE.search(heading)), "")
    if not told or not name:  # a table that was read without its headings
        return []
    classes = _classes(hit.passage) or told
    heading, cell = next((row for row in classes if row[0] == met), classes[0])
    cite = basis.add(hit, cell[:MAX_QUOTE], curated="这一项，栏写的是，名录分情形这样写，请对照您的情况。")
    alone = len(classes) == 1 or bool(met)
    said = f"“{heading}”栏写的是：{cell.rstrip('。')}。" if alone else "名录分情形这样写，请对照您的情况。"
    blocks = [Block(f"“{_shortened(name)}”这一项，{said}", kind, (cite,))]
    if len(told) > 1:
        rows = ((heading, cell, f"{hit.passage.label}[{cite}]") for heading, cell in told)
        blocks.append(Block(kind="table", cites=(cite,), rows=(HEAD, *rows)))
    return blocks


def _told(passage: Passage) -> list[tuple[str, str]]:
    """:returns: (heading, cell) of the columns that say something of the trade"""
    return [
        (heading, cell) for heading, cell in columns(passage) if not _TRADE.search(heading) and not _ORDER.search(heading)
    ]


def _classes(passage: Passage) -> list[tuple[str, str]]:
    """:returns: of these columns the ones that are a class (报告书, 报告表), and no explanation of them"""
    return [(heading, cell) for heading, cell in _told(passage) if not _MEANING.search(heading)]


def _shortened(name: str) -> str:
    """The first parts of a long list of trades, none of them cut, without the numbers of the industrial classification."""
    out = ""
    for part in re.split(r"(?<=[；，、;,])", _CODE.sub("", name)):
        if out and len(out) + len(part) > _NAME:
            break
        out += part
    return out.rstrip("；，、;,")
