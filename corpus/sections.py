"""Texts that are no statute: plans, notices, news and annexes, cut into sections with the headings they stand under."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from corpus.loaders import mend
from corpus.loaders.base import Block
from corpus.numerals import NUMERAL

LEAST, MOST = 300, 600
_LEVELS = (
    (2, re.compile(rf"^第\s*[{NUMERAL}\d]+\s*章")),
    (3, re.compile(rf"^第\s*[{NUMERAL}\d]+\s*节")),
    (4, re.compile(rf"^(?:[{NUMERAL}]+)、")),
    (5, re.compile(rf"^[（(][{NUMERAL}]+[）)]")),
    # `3 年`, `24小时均值` and `7个企业群` are counts and open no section; `4 项目` and `5 条件` do.
    (
        6,
        re.compile(
            r"^\d{1,2}(?:\.\d{1,2}){0,3}(?:[.．、]|\s|(?=[\u4e00-\u9fff]))\s*(?=\D)"
            r"(?!(?:[个年月日家次天元吨届批座万亿%％℃]|小时|分钟|公里|项(?!目)|条(?!件)|人(?!员)|名(?!词)|种(?!类)|点(?!源)|位(?!置)|时(?!间)))"
        ),
    ),
)
_AGAIN = re.compile(r"^续\s*表$")
_BESIDE = re.compile(r"^[（(].{2,60}[）)]$")  # who fills the table in, below its name
_LONGEST_CAPTION = 80
_ANNEX = re.compile(rf"^附\s*[件表录](?:\s*[{NUMERAL}\d]+)?(?:[:：\s]|$)")
_BYLINE = re.compile(
    r"^(?:[■●◆]\s*)?(?:[\u4e00-\u9fff]{2,8}(?:日报|晚报|晨报|时报|都市报)(?:记者|讯)|本报(?:记者|讯)|(?:记者|通讯员)(?:\s*[\u4e00-\u9fff]{2,4}){1,5}\s*(?:$|通讯员))"
)
_DATELINE = re.compile(r"(?<=[^\s■●◆])(?=[\u4e00-\u9fff]{2}(?:日报|晚报|晨报|时报|都市报)讯\s*[（(])")
_LEAST_STORY = 25  # characters; a byline or a page mark alone is no story
_HEADLINE = re.compile(r"[\u4e00-\u9fff“《]")
_NO_HEADLINE = re.compile(
    r"[。；：，、！？…）)\]:;,的于和与及由被把将]$|^[（(\[]|^“?\d|：|^续?表|^[^“]*”|“[^”]*$|^《[^》]*》$"
)
_SENTENCE = re.compile(r"[^。！？；]*[。！？；][”」』）)]*|[^。！？；]+$")

Part = tuple[str, str, tuple[str, ...], str]  # label, kind, headings, text
Rows = tuple[tuple[str, ...], ...]


def sections(source: Iterable[Block]) -> Iterator[Part]:
    """Sections in reading order: (label, kind, headings, text). The label is made of the numbers of the headings."""
    blocks = [piece for block in source for piece in _stories(block)]
    stack: list[tuple[int, str]] = []
    lines: list[str] = []

    def flush() -> Iterator[Part]:
        headings = tuple(text for _, text in stack)
        for text in cut(lines):
            yield label(headings), "section", headings, text
        lines.clear()

    for block, following in zip(blocks, [*blocks[1:], Block()], strict=False):
        if block.kind == "table":
            named = caption(lines)
            yield from flush()
            yield from rows_of(block, (*(text for _, text in stack), *named))
            continue
        text = block.text.strip()
        level, heading = heading_of(block, text)
        if level == 7 and _headline(following.text.strip()):
            level = 0  # a list of short lines is no list of headlines
        if _BYLINE.match(text) and sum(map(len, lines)) >= _LEAST_STORY:
            # A page of a newspaper holds several stories; a byline opens the next one, its headline stands before it.
            yield from flush()
            stack = [row for row in stack[-1:] if row[0] == 7]
        if not level:
            lines.append(text)
            continue
        yield from flush()
        stack = [row for row in stack if row[0] < level] + [(level, heading)]
        if heading != text:
            lines.append(text)
    yield from flush()


def _stories(block: Block) -> Iterator[Block]:
    """The paragraph in which a story begins behind the headline or the end of another, cut before its dateline."""
    at = 0
    for found in _DATELINE.finditer(block.text):
        yield replace(block, text=block.text[at : found.start()])
        at = found.start()
    yield replace(block, text=block.text[at:]) if at else block


def caption(lines: list[str]) -> tuple[str, ...]:
    """Take the name of the table that follows, and the unit of its numbers, off the end of what stands before it.

    Both go with each of its rows: a limit without its unit is no limit.
    """
    taken: list[str] = []
    while lines and len(taken) < 3 and len(lines[-1]) <= _LONGEST_CAPTION:
        beside = len(lines) > 1 and _BESIDE.match(lines[-1]) and mend.CAPTION.match(lines[-2])
        if not (mend.CAPTION.match(lines[-1]) or mend.UNIT.match(lines[-1]) or _AGAIN.match(lines[-1]) or beside):
            break
        taken.insert(0, lines.pop())
    named = " ".join(line for line in taken if not _AGAIN.match(line))
    return (named,) if named else ()


def heading_of(block: Block, text: str) -> tuple[int, str]:
    """:returns: depth and words of the heading that `text` is or opens with; (0, '') for a paragraph.

    `1. 两廊。打造武汉百里长江生态廊道。` opens with the heading `1. 两廊` and is a paragraph as well.
    """
    if block.kind == "heading":
        return block.level, text
    if _ANNEX.match(text) and len(text) <= 60 and not text.endswith("。"):
        return 1, text
    for level, pattern in _LEVELS:
        if not pattern.match(text):
            continue
        if len(text) <= 45 and not text.endswith(("。", "；", "，", ";", ",")):
            return level, re.sub(r"\s+", " ", text)
        lead = re.match(r"^(.{2,24}?)[。：]", text)
        return (level, lead[1].strip()) if lead and level >= 5 else (0, "")
    if text in ("前言", "引言", "序言", "附则"):
        return 2, text
    return (7, text) if _headline(text) else (0, "")


def _headline(text: str) -> bool:
    return (
        4 <= len(text) <= 30 and bool(_HEADLINE.match(text)) and not _NO_HEADLINE.search(text) and not _BYLINE.match(text)
    )


def label(headings: Sequence[str]) -> str:
    """第三章第一节第二部分（一）1: how one would say where a passage of a plan stands."""
    out = ""
    for heading in headings:
        for level, pattern in _LEVELS:
            found = pattern.match(heading)
            if found:
                mark = re.sub(r"\s", "", found[0]).replace("(", "（").replace(")", "）")
                out += {4: f"第{mark.rstrip('、')}部分", 6: mark.rstrip(".．、")}.get(level, mark)
                break
        else:
            if _ANNEX.match(heading):
                out += re.sub(r"[:：\s].*", "", re.sub(r"^附\s+", "附", heading))
    return out


def cut(lines: Sequence[str]) -> Iterator[str]:
    """Texts of about 300 to 600 characters, cut between paragraphs, long paragraphs between sentences."""
    pieces: list[str] = []
    size = 0
    for line in lines:
        for piece in _pieces(line):
            if pieces and (size + len(piece) > MOST or (size >= LEAST and len(piece) > 80)):
                yield "\n".join(pieces)
                pieces, size = [], 0
            pieces.append(piece)
            size += len(piece)
    if pieces and any(pieces):
        yield "\n".join(pieces)


def _pieces(line: str) -> Iterator[str]:
    if len(line) <= MOST:
        if line:
            yield line
        return
    piece = ""
    for sentence in _SENTENCE.findall(line):
        for start in range(0, len(sentence), MOST):
            part = sentence[start : start + MOST]
            if piece and len(piece) + len(part) > MOST:
                yield piece
                piece = ""
            piece += part
    if piece:
        yield piece


def rows_of(block: Block, headings: tuple[str, ...]) -> Iterator[Part]:
    """A row of a table with its column headings: `废物代码：900-249-08`, one cell a line.

    Its label is the code it lists (900-249-08), else its number under the heading (附录第25项).
    """
    head, *body = _one_below_the_other(block.rows)
    above = label(headings)
    counted = _counted(head, body)
    if not body or len(head) < 2:
        for text in cut(["｜".join(cell for cell in row if cell) for row in block.rows]):
            yield above or "表", "section", headings, text
        return
    for number, row in enumerate(body, 1):
        pairs = dict.fromkeys((name, mend.figure(cell)) for name, cell in zip(head, row, strict=True) if cell)
        if pairs:
            lines = [f"{name}：{cell}" if name else cell for name, cell in pairs]
            yield _row_label(row, above, number, counted), "row", headings, "\n".join(lines)


def _one_below_the_other(rows: Rows) -> Rows:
    """A long list set in two halves side by side under the same headings is one list."""
    half = len(rows[0]) // 2
    if half < 2 or rows[0][:half] != rows[0][half:]:
        return rows
    return (rows[0][:half], *(row[:half] for row in rows[1:]), *(row[half:] for row in rows[1:] if any(row[half:])))


def _counted(head: Sequence[str], body: Sequence[Sequence[str]]) -> int:
    """:returns: the column that numbers the rows: its heading says so, or it goes up by one; -1 where there is none"""
    for column in range(min(2, len(head))):
        cells = [row[column] for row in body if re.fullmatch(r"\d{1,4}", row[column])]
        if not cells:
            continue
        if re.search(r"序\s*号|编\s*号|项\s*次", head[column]):
            return column
        steps = sum(int(after) - int(before) in (0, 1) for before, after in zip(cells, cells[1:], strict=False))
        if len(cells) > 2 and steps >= 0.8 * (len(body) - 1):
            return column
    return -1


def _row_label(row: Sequence[str], above: str, number: int, counted: int) -> str:
    if counted >= 0 and re.fullmatch(r"\d{1,4}", row[counted]):
        return f"{above}第{row[counted]}项"
    code = next((cell for cell in row if re.fullmatch(r"\d{3}-\d{3}-\d{2}", cell)), "")
    return code or f"{above or '表'}第{number}行"
