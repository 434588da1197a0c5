"""The lines of a page in reading order, column after column where a newspaper sets several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from corpus.loaders import mend

_GUTTER = 6.0  # points of white between two columns
_LEAST_LINES = 8  # fewer lines beside each other are a table or a caption
_NARROWEST = 60.0
_OVERHANG = 4.0  # the two libraries measure the height of a character differently
Read = Callable[[float, float], list[str]]


@dataclass(frozen=True, slots=True)
class _Word:
    """A run of text without a gap as wide as a gutter; points from the upper left."""

    x0: float
    x1: float
    top: float
    bottom: float


def reader(pdfium_page: Any, plumber_page: Any) -> tuple[Read, bool]:  # noqa: ANN401 - neither library has types
    """:returns: a function that gives the lines between two heights, measured from the top in points; whether in columns"""
    width, height = float(plumber_page.width), float(plumber_page.height)
    left, base = _origin(pdfium_page)
    text = pdfium_page.get_textpage()
    words = [
        _Word(float(word["x0"]), float(word["x1"]), float(word["top"]), float(word["bottom"]))
        for word in plumber_page.extract_words(x_tolerance=_GUTTER)
    ]
    gutters = _gutters(words, width)
    edges = [0.0, *gutters, width]
    # Headlines run over several columns; they are read across, and the columns start anew below them.
    across = sorted((word.top, word.bottom) for word in words if any(word.x0 < x < word.x1 for x in gutters))

    def lines(x0: float, x1: float, top: float, bottom: float) -> list[str]:
        if bottom - top < 2:
            return []
        box = (left + x0, base + height - bottom, left + x1, base + height - top)
        found = mend.visible(text.get_text_bounded(*box).replace("\r", ""))[0]
        return [line for line in (mend.squeeze(part) for part in found.splitlines()) if line]

    def in_columns(top: float, bottom: float) -> list[str]:
        return [line for x0, x1 in zip(edges, edges[1:], strict=False) for line in lines(x0, x1, top, bottom)]

    def read(top: float, bottom: float) -> list[str]:
        out: list[str] = []
        for start, end in across:
            if top <= start and end <= bottom:
                out += in_columns(top, start - _OVERHANG) + lines(0.0, width, start, end)
                top = end + _OVERHANG
        return out + in_columns(top, bottom)

    return read, bool(gutters)


def _origin(page: Any) -> tuple[float, float]:  # noqa: ANN401
    """The lower left corner: some producers do not put it at zero."""
    box = page.get_cropbox()
    return float(box[0]), float(box[1])


def _gutters(words: list[_Word], width: float) -> list[float]:
    """Where white runs down between columns, with many lines on both sides and hardly a headline across."""
    gutters: list[float] = []
    x = width * 0.15
    while x < width * 0.85:
        across = sum(word.x0 < x + _GUTTER and word.x1 > x for word in words)
        beside = min(sum(word.x1 <= x for word in words), sum(word.x0 >= x + _GUTTER for word in words))
        apart = not gutters or x - gutters[-1] > _NARROWEST
        if beside >= _LEAST_LINES and across * 12 <= beside and apart:
            gutters.append(x + _GUTTER / 2)
        x += 2.0
    return gutters if _filled(words, gutters, width) else []


def _filled(words: list[_Word], gutters: list[float], width: float) -> bool:
    """Columns hold lines that fill them; a list of numbers beside a text does not."""
    edges = [0.0, *gutters, width]
    for start, end in zip(edges, edges[1:], strict=False):
        column = [word.x1 - word.x0 for word in words if start <= word.x0 and word.x1 <= end]
        long = sum(length > 0.6 * (end - start - 30) for length in column)
        if long < max(_LEAST_LINES, 0.5 * len(column)):
            return False
    return True
