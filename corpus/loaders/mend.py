"""Repairs of extracted text: wrapped lines, stray spaces, page numbers, characters that nobody sees."""

from __future__ import annotations

import re
import unicodedata

from corpus.numerals import ARTICLE, NUMERAL

# Zero-width and direction marks, fillers that look like nothing, variation selectors, tag characters.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
# Radicals (⽣, ⻢) that some fonts and some forgers write for the characters (生, 马) that they look like.
_RADICAL = re.compile("[\u2e80-\u2fdf]")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_CJK = "\u3400-\u9fff"
_SPREAD = re.compile(rf"(?<![{_CJK}])(?:[{_CJK}] ){{3,}}[{_CJK}](?![{_CJK}])")  # justified lines: 一 般 工 业 固 废
_AFTER_MARK = re.compile(rf"(?<=[。，；：、！？）》”]) (?=[{_CJK}“《（])")
_TIGHT = re.compile(rf"(?<=[{_CJK}，。；：、（）《》“”]) (?=\d)|(?<=\d) (?=[{_CJK}，。；：、（）《》“”%％])")
# A list number stands at the start of a line or of a sentence; anywhere else a dot between digits is a decimal point.
_DECIMAL = re.compile(r"(?<=[^\s。；：！？\d])( ?\d+) ?\. +(?=\d)|(?<=[^\s。；：！？\d])( ?\d+) \.(?=\d)")
# A cell that is nothing but a figure (0. 05, 1. 2元至12元); `1. 0－1，13－14` is the first entry of a list.
_FIGURE = re.compile(r"^(\d+)\. (?=\d+(?:$|元|吨|千克|公斤|头|羽|床|倍|%))")
_SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2}){0,3}(?= [^\d.])")
_PAGE_NUMBER = re.compile(
    r"^(?:[-—–－·\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[/／]\s*(?:共\s*)?\d{1,4}(?:\s*页)?)?[-—–－·\s]*)$"
)
_HALF = {
    ord(char): ord(char) - 0xFEE0
    for char in "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ％"
}
_LEADERS = re.compile(r"[.．…·]{6,}[\s\dIVXⅠⅡⅢivx]*$")  # a line of a table of contents
CAPTION = re.compile(r"^(?:续\s*)?表\s*[A-Z]?\s*[.．]?\s*\d")  # 表3, 表 A.1; in the middle of a sentence as well
UNIT = re.compile(r"^[（(]?\s*(?:计量)?单位\s*[:：]")
_ENDS = tuple("。！？；：!?;:")
_CLOSERS = "”’」』）)】》"
STRUCTURE = re.compile(
    rf"^(?:第\s*[{NUMERAL}\d]+\s*(?:分编|[编章节条])|附\s*[件表录则]|[{NUMERAL}]+、|[（(][{NUMERAL}]+[）)]|目\s*录$|[■●◆]"
    r"|问[：:]|答[：:]|——)"
)
_NUMBERED = re.compile(
    r"^(?:\d{1,2}(?:\.\d{1,2}){0,3}[.．、](?!\s*\d)|[（(]\d{1,2}[）)]|[①-⑳]|\d{1,2}(?:\.\d{1,2}){1,3}\s"
    rf"|\d{{1,2}}(?:\.\d{{1,2}})*\s?[{_CJK}]{{2,14}}$|(?:GB|HJ|DB|CJ|NY)[/T\d]*\s?\d)"
)


def visible(text: str) -> tuple[str, int]:
    """:returns: the text without characters that nobody sees, in one Unicode form, and how many of them there were."""
    kept, dropped = _INVISIBLE.subn("", text)
    kept = _RADICAL.sub(lambda found: unicodedata.normalize("NFKC", found[0]), kept)
    return unicodedata.normalize("NFC", kept), dropped


def width(line: str) -> int:
    """Columns of a line: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in line)


def squeeze(line: str) -> str:
    return _SPACES.sub(" ", line).strip()


def tidy(line: str) -> str:
    """Stray spaces out of numbers: `82. 8%` and `2023 年 5 月 8 日`. The space after 第十条 and 4.2 stays, it parts label and text."""
    lead, line = _lead(squeeze(line))
    line = _SPREAD.sub(lambda match: match[0].replace(" ", ""), line)
    line = _DECIMAL.sub(lambda match: (match[1] or match[2]) + ".", line)
    return lead + _AFTER_MARK.sub("", _TIGHT.sub("", line))


def figure(cell: str) -> str:
    """A cell of a table whose figure a stray space parts: `0. 05`, which the law prints as 0.05."""
    return _FIGURE.sub(r"\1.", cell)


def tight(line: str) -> str:
    """Without the spaces between Chinese characters that recognition and some layouts put there."""
    lead, line = _lead(squeeze(line))
    return lead + re.sub(rf"(?<=[{_CJK}，。；：、（）《》“”]) (?=[{_CJK}，。；：、（）《》“”])", "", line)


def _lead(line: str) -> tuple[str, str]:
    """:returns: 第十条 or 4.2 at the beginning with the space after it, and the rest"""
    found = ARTICLE.match(line) or _SECTION.match(line)
    if not found or line[found.end() : found.end() + 1] != " ":
        return "", line
    return line[: found.end() + 1], line[found.end() + 1 :]


def halfwidth(text: str) -> str:
    """Letters, digits and per cent signs that a layout set in full width."""
    return text.translate(_HALF)


def page_number(line: str) -> bool:
    return bool(_PAGE_NUMBER.match(line)) and any(char.isdigit() for char in line)


def wrapped(lines: list[str]) -> bool:
    """Whether lines were cut at a page's width: many end inside a sentence and none is much longer than the rest."""
    long = [line for line in lines if width(line) >= 24]
    if len(long) < 8:
        return False
    open_ended = sum(not line.rstrip(_CLOSERS).endswith(_ENDS) for line in long) / len(long)
    widths = sorted(width(line) for line in long)
    return open_ended > 0.35 and widths[int(len(widths) * 0.98) - 1] <= 110


def unwrap(lines: list[str], *, layout: bool = False) -> list[str]:
    """Paragraphs of the lines of a page layout; well-formed lines come back as they are.

    :param layout: the lines are known to be those of a page

    Blank lines say nothing in such text (extractors put them between all lines or at a column's end), so the decision
    rests on what a line begins with, how it ends, and whether it fills the width of its neighbours.
    """
    lines = [squeeze(line) for line in lines]
    lines = [line for line in lines if line]
    if not layout and not wrapped(lines):
        return lines
    return [paragraph for _, paragraph in paragraphs(lines)]


def paragraphs(lines: list[str]) -> list[tuple[int, str]]:
    """As `unwrap` for the lines of a layout; each paragraph with the position of its first line in `lines`."""
    kept = [(at, line) for at, text in enumerate(lines) if (line := squeeze(text))]
    kept = [(at, line) for at, line in kept if not page_number(line) and not _LEADERS.search(line)]
    widths = [width(line) for _, line in kept]
    found: list[tuple[int, str]] = []
    for index, (at, line) in enumerate(kept):
        local = max(widths[max(0, index - 5) : index + 5])
        if index and _continues(kept[index - 1][1], widths[index - 1], line, local):
            found[-1] = (found[-1][0], join(found[-1][1], line))
        else:
            found.append((at, line))
    return [(at, tidy(paragraph)) for at, paragraph in found]


def _continues(before: str, before_width: int, line: str, local: int) -> bool:
    ended = before.rstrip(_CLOSERS).endswith(_ENDS)
    full = before_width >= local - 5
    if UNIT.match(line) or (CAPTION.match(line) and (ended or not full)):
        return False
    if STRUCTURE.match(line):
        # `依照本法\n第十条的规定` goes on; a real start follows a closed line.
        return (
            not ended
            and full
            and bool(re.match(rf"第\s*[{NUMERAL}\d]+\s*条\S", line))
            and before.endswith(("法", "例", "定", "照", "据"))
        )
    if _NUMBERED.match(line) and (ended or not full or _NUMBERED.match(before)):
        return False
    if len(line) == 1 and not ended:
        return True
    if ended:
        # A sentence that ends exactly at the edge more often goes on than not.
        return before_width >= local - 1
    return full or before.endswith(("，", "、", ",")) or before_width >= 0.7 * local


def join(before: str, after: str) -> str:
    """Two halves of a wrapped line: nothing between Chinese characters, a space between two Latin words."""
    space = " " if before[-1:].isascii() and before[-1:].isalpha() and after[:1].isascii() and after[:1].isalpha() else ""
    return before + space + after
