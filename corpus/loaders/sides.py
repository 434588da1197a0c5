"""The left and right sides of tables that are drawn without them, as Chinese standards draw theirs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_NEAR = 3.0  # points
_NARROWEST = 100.0
_MOST_RULES = 300  # on a page; a table has one for each row
Line = tuple[float, float, float]  # x0, x1, y
Edge = dict[str, float | str]


def missing(page: Any) -> list[Edge]:  # noqa: ANN401 - pdfplumber has no types
    """Vertical edges, for pdfplumber, at the ends of horizontal rules that no side joins.

    Without them the outer columns of an open table lie outside its frame and are lost. A side is drawn only between two
    rules of the same extent with a vertical rule between them: two tables below each other stay two.
    """
    upright = [
        (float(edge["x0"]), float(edge["top"]), float(edge["bottom"]))
        for edge in page.edges
        if edge["orientation"] == "v" and edge["bottom"] - edge["top"] > 1
    ]
    sides: list[Edge] = []
    rules = list(_rules(page))
    if len(rules) > _MOST_RULES:
        return []  # a drawing
    for number, (x0, x1, top) in enumerate(rules):
        below = next(
            (y for a, b, y in rules[number + 1 :] if abs(a - x0) <= _NEAR and abs(b - x1) <= _NEAR and y > top + _NEAR),
            None,
        )
        if below is None:
            continue
        middle = (top + below) / 2
        crossing = [x for x, start, end in upright if start <= middle <= end]
        if not any(x0 + _NEAR < x < x1 - _NEAR for x in crossing):
            continue
        sides += [_edge(x, top, below) for x in (x0, x1) if not any(abs(x - other) <= _NEAR for other in crossing)]
    return sides


def _rules(page: Any) -> Iterator[Line]:  # noqa: ANN401
    """Horizontal rules from top to bottom; pieces that touch are one."""
    pieces = sorted(
        (float(edge["top"]), float(edge["x0"]), float(edge["x1"])) for edge in page.edges if edge["orientation"] == "h"
    )
    rows: list[list[tuple[float, float, float]]] = []
    for piece in pieces:
        if rows and piece[0] - rows[-1][0][0] <= _NEAR / 2:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    for row in rows:
        spans: list[list[float]] = []
        for _, x0, x1 in sorted(row, key=lambda piece: piece[1]):
            if spans and x0 <= spans[-1][1] + _NEAR:
                spans[-1][1] = max(spans[-1][1], x1)
            else:
                spans.append([x0, x1])
        yield from ((x0, x1, row[0][0]) for x0, x1 in spans if x1 - x0 >= _NARROWEST)


def _edge(x: float, top: float, bottom: float) -> Edge:
    height = bottom - top
    return {
        "object_type": "line_edge",
        "orientation": "v",
        "x0": x,
        "x1": x,
        "top": top,
        "bottom": bottom,
        "height": height,
    }
