"""Texts that are no statute: plans, notices, news and annexes, cut into sections with the headings they stand under."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from corpus.loaders.base import Block
from corpus.numerals import NUMERAL

LEAST, MOST = 300, 600
_LEVELS = (
    (2, re.compile(rf"^第\s*[{NUMERAL}\d]+\s*章")),
    (3, re.compile(rf"^第\s*[{NUMERAL}\d]+\s*节")),
    (4, re.compile(rf"^(?:[{NUMERAL}]+)、")),
    (5, re.compile(rf"^[（(][{NUMERAL}]+[）)]")),
    (6, re.compile(r"^\d{1,2}(?:\.\d{1,2}){0,3}(?:[.．、]|\s|(?=[\u4e00-\u9fff]))\s*(?=\D)")),
)
_ANNEX = re.compile(rf"^附\s*[件表录](?:\s*[{NUMERAL}\d]+)?(?:[:：\s]|$)")
_BYLINE = re.compile(
    r"^(?:[■●◆]\s*)?(?:[\u4e00-\u9fff]{2,8}(?:日报|晚报|晨报|时报|都市报)(?:记者|讯)|本报(?:记者|讯)|(?:记者|通讯员)\s*[\u4e00-\u9fff]{2,4}\s*(?:$|通讯员))"
)
_HEADLINE = re.compile(r"[\u4e00-\u9fff“《]")
_NO_HEADLINE = re.compile(r"[。；：，、！？…）)\]:;,]$|^[（(\[]|^“?\d|：")
_SENTENCE = re.compile(r"[^。！？；]*[。！？；][”」』）)]*|[^。！？；]+$")

Part = tuple[str, str, tuple[str, ...], str]  # label, kind, headings, text


def sections(source: Iterable[Block]) -> Iterator[Part]:
    """Sections in reading order: (label, kind, headings, text). The label is made of the numbers of the headings."""
    blocks = list(source)
    stack: list[tuple[int, str]] = []
    lines: list[str] = []

    def flush() -> Iterator[Part]:
        headings = tuple(text for _, text in stack)
        for text in cut(lines):
            yield label(headings), "section", headings, text
        lines.clear()

    for block, following in zip(blocks, [*blocks[1:], Block()], strict=False):
        if block.kind == "table":
            yield from flush()
            yield from rows_of(block, tuple(text for _, text in stack))
            continue
        text = block.text.strip()
        level, heading = heading_of(block, text)
        if level == 7 and _headline(following.text.strip()):
            level = 0  # a list of short lines is no list of headlines
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
    head, *body = block.rows
    above = label(headings)
    if not body or len(head) < 2:
        for text in cut(["｜".join(cell for cell in row if cell) for row in block.rows]):
            yield above or "表", "section", headings, text
        return
    for number, row in enumerate(body, 1):
        pairs = dict.fromkeys((name, cell) for name, cell in zip(head, row, strict=True) if cell)
        if pairs:
            lines = [f"{name}：{cell}" if name else cell for name, cell in pairs]
            yield _row_label(row, above, number), "row", headings, "\n".join(lines)


def _row_label(row: Sequence[str], above: str, number: int) -> str:
    counted = next((cell for cell in row[:2] if re.fullmatch(r"\d{1,4}", cell)), "")
    if counted:
        return f"{above}第{counted}项"
    code = next((cell for cell in row if re.fullmatch(r"\d{3}-\d{3}-\d{2}", cell)), "")
    return code or f"{above or '表'}第{number}行"
