"""Texts that are no statute: plans, notices, news and annexes, cut into sections with the headings they stand under."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.loaders.base import Block
from corpus.numerals import NUMERAL

LEAST, MOST = 300, 600
_LEVELS = (
    (2, re.compile(rf"^第\s*[{NUMERAL}\d]+\s*章")),
    (3, re.compile(rf"^第\s*[{NUMERAL}\d]+\s*节")),
    (4, re.compile(rf"^(?:[{NUMERAL}]+)、")),
    (5, re.compile(rf"^[（(][{NUMERAL}]+[）)]")),
    (6, re.compile(r"^\d{1,2}(?:\.\d{1,2}){0,3}(?:[.．、]|\s)\s*(?=\D)")),
)
_ANNEX = re.compile(rf"^附\s*[件表录](?:\s*[{NUMERAL}\d]+)?(?:[:：\s]|$)")
_BYLINE = re.compile(r"^(?:[■●◆]\s*)?(?:[\u4e00-\u9fff]{2,8}(?:日报|晚报|晨报|时报|都市报)(?:记者|讯)|本报(?:记者|讯)|(?:记者|通讯员)\s*[\u4e00-\u9fff]{2,4}\s*(?:$|通讯员))")
_NO_HEADLINE = re.compile(r"[。；：，、！？…）)\]:;,]$|^[（(\[]|^“?\d|：")
_SENTENCE = re.compile(r"[^。！？；]*[。！？；][”」』）)]*|[^。！？；]+$")
_CODE = re.compile(r"^(?:\d{3}-\d{3}-\d{2}|HW\d{2}|\d{1,4}(?:\.\d{1,2})*)$")

Part = tuple[str, str, tuple[str, ...], str]  # label, kind, headings, text


def sections(blocks: Sequence[Block]) -> Iterator[Part]:
    """Sections in reading order: (label, kind, headings, text). The label is made of the numbers of the headings."""
    stack: list[tuple[int, str]] = []
    lines: list[str] = []

    def flush() -> Iterator[Part]:
        headings = tuple(text for _, text in stack)
        for text in cut(lines):
            yield label(headings), "section", headings, text
        lines.clear()

    for block in blocks:
        if block.kind == "table":
            yield from flush()
            yield from rows_of(block, tuple(text for _, text in stack))
            continue
        text = block.text.strip()
        level, heading = heading_of(block, text)
        if _BYLINE.match(text):
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
    if 4 <= len(text) <= 30 and not _NO_HEADLINE.search(text) and not _BYLINE.match(text):
        return 7, text
    return 0, ""


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

    A table of two columns or two rows is layout more often than data and stays together.
    """
    head, *body = block.rows
    if not body or len(head) < 2:
        for text in cut(["｜".join(cell for cell in row if cell) for row in block.rows]):
            yield label(headings) or "表", "section", headings, text
        return
    for number, row in enumerate(body, 1):
        lines = [f"{name}：{cell}" if name else cell for name, cell in zip(head, row, strict=True) if cell]
        if lines:
            code = next((cell for cell in row if re.fullmatch(r"\d{3}-\d{3}-\d{2}", cell)), "")
            first = row[0] if _CODE.match(row[0]) else ""
            yield code or (f"第{first}项" if first else f"表第{number}行"), "row", headings, "\n".join(lines)
