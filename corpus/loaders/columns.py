"""The lines of a page in reading order, column after column where a newspaper sets several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from corpus.loaders import mend

_GUTTER = 6.0  # points of white between two columns
_LEAST_LINES = 8  # fewer lines beside each other are a table or a caption
Read = Callable[[float, float], list[str]]


def reader(pdfium_page: Any, plumber_page: Any) -> Read:  # noqa: ANN401 - neither library has types
    """:returns: a function that gives the lines between two heights, measured from the top in points"""
    height, left, bottom_edge = float(plumber_page.height), *_origin(pdfium_page)
    text = pdfium_page.get_textpage()
    gutters = _gutters(plumber_page)
    edges = [0.0, *gutters, float(plumber_page.width)]

    def read(top: float, bottom: float) -> list[str]:
        if bottom - top < 2:
            return []
        lines: list[str] = []
        for start, end in zip(edges, edges[1:], strict=False):
            box = (left + start, bottom_edge + height - bottom, left + end, bottom_edge + height - top)
            found = mend.visible(text.get_text_bounded(*box).replace("\r", ""))[0]
            lines += [line for line in (mend.squeeze(part) for part in found.splitlines()) if line]
        return lines

    return read


def _origin(page: Any) -> tuple[float, float]:  # noqa: ANN401
    """The lower left corner: some producers do not put it at zero."""
    box = page.get_cropbox()
    return float(box[0]), float(box[1])


def _gutters(page: Any) -> list[float]:  # noqa: ANN401
    """Where white runs down between columns: crossed by hardly a line, with many lines on both sides.

    Headlines cross gutters, so one line in twelve may.
    """
    lines = [(float(line["x0"]), float(line["x1"])) for line in page.extract_text_lines(return_chars=False)]
    words = [(float(word["x0"]), float(word["x1"])) for word in page.extract_words(x_tolerance=_GUTTER)]
    if len(lines) < 2 * _LEAST_LINES:
        return []
    width = float(page.width)
    gutters: list[float] = []
    x = width * 0.15
    while x < width * 0.85:
        inside = [word for word in words if word[0] < x + _GUTTER and word[1] > x]
        before = sum(word[1] <= x for word in words)
        after = sum(word[0] >= x + _GUTTER for word in words)
        if (
            len(inside) * 12 <= min(before, after)
            and min(before, after) >= _LEAST_LINES
            and (not gutters or x - gutters[-1] > 60)
        ):
            gutters.append(x + _GUTTER / 2)
        x += 2.0
    return gutters if _balanced(words, gutters, width) else []


def _balanced(words: list[tuple[float, float]], gutters: list[float], width: float) -> bool:
    """Columns hold lines that fill them; a list of numbers beside a text does not."""
    edges = [0.0, *gutters, width]
    for start, end in zip(edges, edges[1:], strict=False):
        column = [word for word in words if start <= word[0] and word[1] <= end]
        filled = sum(word[1] - word[0] > 0.6 * (end - start - 30) for word in column)
        if filled < _LEAST_LINES or filled < 0.5 * len(column):
            return False
    return True
