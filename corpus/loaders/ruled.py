"""Ruled tables of PDF pages as rows that can each be read alone: spans filled in, group lines carried along."""

from __future__ import annotations

import re
from typing import Any

from corpus.loaders import mend, sides
from corpus.loaders.base import Block, table

GROUP = "类别"
_CODE = re.compile(r"\d{3}-\d{3}-\d{2}")
Rows = tuple[tuple[str, ...], ...]
Box = tuple[float, float, float, float]


def tables(page: Any, number: int) -> list[tuple[float, float, Block, list[str]]]:  # noqa: ANN401 - pdfplumber has no types
    """:returns: (top, bottom, table, notes in its last rows) from top to bottom; frames with a single cell or column are no tables"""
    if len(page.rects) + len(page.lines) + len(page.curves) < 6:
        return []
    found: list[tuple[float, float, Block, list[str]]] = []
    grids = page.find_tables({"explicit_vertical_lines": sides.missing(page)})
    for grid in sorted(grids, key=lambda grid: float(grid.bbox[1])):
        rows, notes = _rows(grid)
        block = table(rows, number) if rows and len(rows[0]) > 1 and len(rows) > 1 else None
        if block and (not found or float(grid.bbox[1]) >= found[-1][1] - 1):
            found.append((float(grid.bbox[1]), float(grid.bbox[3]), block, notes))
    return found


def _rows(grid: Any) -> tuple[list[list[str]], list[str]]:  # noqa: ANN401
    """:returns: the rows, and what stands below them across the whole width"""
    texts = grid.extract()
    cells: dict[Box, str] = {}
    for row, words in zip(grid.rows, texts, strict=True):
        for box, word in zip(row.cells, words, strict=True):
            if box is not None:
                cells[box] = clean(word or "")
    middles = [_middle(grid, column) for column in range(len(texts[0]) if texts else 0)]
    rows: list[list[str]] = []
    last: list[Box | None] = []
    group, grouped = "", False
    notes: list[str] = []  # lines across the table since its last row; rows that follow make the last one their group
    for row in grid.rows:
        boxes = [box for box in row.cells if box is not None]
        if not boxes:
            continue
        if len(boxes) == 1 and len(middles) > 2 and _spans(boxes[0], grid.bbox):
            notes.append(cells[boxes[0]])
            continue
        if notes:
            group, grouped = notes[-1], True
            notes = []
        height = (min(box[3] for box in boxes) + max(box[1] for box in boxes)) / 2
        covering = [_covering(cells, x, height) for x in middles]
        words = [cells[box] if box else "" for box in covering]
        if _sliver(covering, last, words):
            rows[-1] = [rows[-1][0], *(_both(old, new) for old, new in zip(rows[-1][1:], words, strict=True))]
        else:
            rows.append([group, *words])
        last = covering
    rows = _headed(
        [[row[0], *cells] for row, cells in zip(rows, _narrow([row[1:] for row in rows]), strict=True)],
        group if grouped else "",
    )
    return (rows if grouped else [row[1:] for row in rows]), [note for note in notes if note]


def _sliver(boxes: list[Box | None], before: list[Box | None], words: list[str]) -> bool:
    """A stray rule cuts a cell to the left of the code in two; code and everything to its right are the same cells."""
    key = next((index for index, word in enumerate(words) if _CODE.fullmatch(word)), 0)
    return bool(before) and key > 0 and boxes[key:] == before[key:]


def _both(old: str, new: str) -> str:
    return old if old == new or not new else mend.join(old, new)


def _narrow(rows: list[list[str]]) -> list[list[str]]:
    """Without the columns that say in every row what their left neighbour says: rules that stop half-way make such."""
    if not rows:
        return rows
    kept = [0] + [x for x in range(1, len(rows[0])) if any(row[x] != row[x - 1] for row in rows)]
    return [[row[x] for x in kept] for row in rows]


def _headed(rows: list[list[str]], group: str) -> list[list[str]]:
    """Column headings of two lines become one, `产品·产品名称`; the column of groups gets its heading."""
    if not rows:
        return rows
    head, body = rows[0], rows[1:]
    if body and _second_heading(head, body[0]):
        head = [over if over == under else f"{over}·{under}" for over, under in zip(head, body[0], strict=True)]
        body = body[1:]
    if len(head) > 2 and head[1] == head[2] and all(row[1].isdigit() for row in body if row[1]):
        head = [head[0], "序号", *head[2:]]  # a heading split by a diagonal stands over number and name
    return [[GROUP, *head[1:]] if group else head, *body]


def _second_heading(first: list[str], second: list[str]) -> bool:
    """A column heading that spans two columns has its parts below it; what spans two lines says the same in both."""
    spans = any(first[index] and first[index] == first[index + 1] for index in range(1, len(first) - 1))
    same = any(over and over == under for over, under in zip(first[1:], second[1:], strict=True))
    return spans and same


def _middle(grid: Any, column: int) -> float:  # noqa: ANN401
    """The middle of a column, taken from its narrowest cell."""
    boxes = [row.cells[column] for row in grid.rows if row.cells[column] is not None]
    if not boxes:
        return -1.0
    narrow = min(boxes, key=lambda box: box[2] - box[0])
    return float(narrow[0] + min(narrow[2] - narrow[0], 12) / 2)


def _covering(cells: dict[Box, str], x: float, y: float) -> Box | None:
    return next((box for box in cells if box[0] <= x <= box[2] and box[1] <= y <= box[3]), None)


def _spans(box: Box, whole: Box) -> bool:
    return bool(box[2] - box[0] > 0.95 * (whole[2] - whole[0]))


def clean(text: str) -> str:
    """The lines of a cell as one: Chinese joined, stray spaces gone; two numbers below each other stay two."""
    out = ""
    for line in text.splitlines():
        line = mend.squeeze(line)
        listed = re.search(r"\d{3}-\d{3}-\d{2}$", out) and _CODE.match(line)
        apart = out[-1:].isdigit() and line[:1].isdigit()
        out = f"{out}、{line}" if listed else f"{out} {line}" if apart else mend.join(out, line) if out else line
    return mend.tight(mend.tidy(mend.halfwidth(mend.visible(out)[0])))


def joined(before: Rows, after: Rows) -> Rows | None:
    """The rows of a table and of its continuation on the next page; None where that is another table.

    A repeated heading is dropped. What the page break cut off comes back: a cell that goes on, a class that stands for
    the rows of both pages.
    """
    head = before[0]
    repeated = [_bare(cell) for cell in after[0] if cell != GROUP] == [_bare(cell) for cell in head if cell != GROUP]
    if repeated and len(after[0]) != len(head):
        before, after = _level(before, after)
        head = before[0]
    if len(after[0]) != len(head) or (not repeated and _bare("".join(after[0])) and _looks_like_heading(after[0], before)):
        return None
    rows = [list(row) for row in before]
    for index, row in enumerate(after[1:] if repeated else after):
        if index == 0 and len(rows) > 1 and _goes_on(row, rows):
            rows[-1] = [
                mend.join(old, new) if old and new and old != new else old or new
                for old, new in zip(rows[-1], row, strict=True)
            ]
        else:
            rows.append(_inherit(list(row), rows))
    return tuple(map(tuple, rows))


def _level(before: Rows, after: Rows) -> tuple[Rows, Rows]:
    """One page has lines of groups and the other none: both get the column, the last group goes on."""
    if before[0][0] != GROUP:
        before = ((GROUP, *before[0]), *(("", *row) for row in before[1:]))
    if after[0][0] != GROUP:
        after = ((GROUP, *after[0]), *((before[-1][0], *row) for row in after[1:]))
    return before, after


def _goes_on(row: tuple[str, ...], rows: list[list[str]]) -> bool:
    """The first row of a page has no number of its own: it is the rest of the row before the break."""
    key = _key(rows)
    return not row[key] and any(row)


def _inherit(row: list[str], rows: list[list[str]]) -> list[str]:
    """Classes to the left of the number stand for the rows below them, also over a page break."""
    for column in range(_key(rows)):
        if not row[column] and len(rows) > 1:
            row[column] = rows[-1][column]
    return row


def _key(rows: list[list[str]]) -> int:
    """The column that names a row: the one with codes or running numbers, else the first that is not the group."""
    body = rows[1:]
    for column in range(min(4, len(rows[0]))):
        cells = [row[column] for row in body]
        named = sum(bool(re.fullmatch(r"\d{1,4}|\d{3}-\d{3}-\d{2}", cell)) for cell in cells)
        if body and named > 0.6 * len(cells):
            return column
    return 1 if rows[0][0] == GROUP else 0


def _looks_like_heading(row: tuple[str, ...], before: Rows) -> bool:
    """The other table has its own headings: words where this one has numbers."""
    key = _key([list(cells) for cells in before])
    return bool(re.search(r"\d", before[-1][key])) and bool(row[key]) and not re.search(r"\d", row[key])


def _bare(text: str) -> str:
    return re.sub(r"\s", "", text)
