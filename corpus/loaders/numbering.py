"""The numbers that Word shows before a paragraph and does not store in its text: 第一条, （一）, 1."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

from corpus.numerals import chinese

_CHINESE = {
    "chineseCounting",
    "chineseCountingThousand",
    "ideographDigital",
    "japaneseCounting",
    "taiwaneseCounting",
    "chineseLegalSimplified",
}


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    style: str
    text: str  # 第%1条, where %1 is the number of the first level


class Numbering:
    """Counts as Word does: a level goes on until a higher one moves."""

    def __init__(self, document: Any) -> None:  # noqa: ANN401 - python-docx has no types
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return  # a document without lists has no such part
        kinds = {item.get(qn("w:abstractNumId")): item for item in root.findall(qn("w:abstractNum"))}
        for item in root.findall(qn("w:num")):
            kind = kinds.get(item.find(qn("w:abstractNumId")).get(qn("w:val")))
            if kind is not None:
                self._levels[item.get(qn("w:numId"))] = dict(map(_level, kind.findall(qn("w:lvl"))))

    def next(self, paragraph: Any) -> str:  # noqa: ANN401
        """:returns: the number of this paragraph, '' if it has none; must be called once for each in order."""
        found = _number_of(paragraph)
        levels = self._levels.get(found[0], {}) if found else {}
        if not found or found[1] not in levels:
            return ""
        counts, level = self._counts[found[0]], found[1]
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [key for key in counts if key > level]:
            del counts[deeper]
        return re.sub(r"%(\d)", lambda match: self._show(levels, counts, int(match[1]) - 1), levels[level].text)

    def _show(self, levels: dict[int, _Level], counts: dict[int, int], level: int) -> str:
        if level not in levels:
            return ""
        value = counts.get(level, levels[level].start)
        return chinese(value) if levels[level].style in _CHINESE and 0 <= value <= 9999 else str(value)


def _level(element: Any) -> tuple[int, _Level]:  # noqa: ANN401
    def value(name: str, default: str) -> str:
        found = element.find(qn(name))
        return str(found.get(qn("w:val"), default)) if found is not None else default

    style, text = value("w:numFmt", "decimal"), value("w:lvlText", "")
    start = value("w:start", "1")
    text = "" if style in ("bullet", "none") else text
    return int(element.get(qn("w:ilvl"))), _Level(int(start) if start.isdigit() else 1, style, text)


def _number_of(paragraph: Any) -> tuple[str, int] | None:  # noqa: ANN401
    """List and level of a paragraph, its own or its style's."""
    style = paragraph.style
    holders = [paragraph._p.pPr, style.element.pPr if style is not None else None]
    for holder in holders:
        found = holder.numPr if holder is not None else None
        if found is not None and found.numId is not None:
            level = found.ilvl.val if found.ilvl is not None else 0
            return str(found.numId.val), int(level)
    return None
