"""Excel workbooks: each visible sheet is a table, merged cells repeated."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from corpus.loaders.base import Block, Loaded, LoadError, readability, table
from corpus.loaders.limits import check_archive

_MOST_ROWS, _MOST_COLUMNS = 50_000, 60


def load(path: Path) -> Loaded:
    """:raises LoadError: broken, encrypted or too large when unpacked"""
    check_archive(path)
    try:
        book: Any = openpyxl.load_workbook(path, data_only=True)
    except (KeyError, ValueError, OSError, TypeError) as error:
        raise LoadError("broken", "Excel 文件无法打开，可能已损坏", "请用 Excel 打开并另存一份再上传。") from error
    blocks: list[Block] = []
    warnings: list[str] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            warnings.append(f"跳过了隐藏的工作表“{sheet.title}”")
            continue
        rows, whole = _rows(sheet)
        if not whole:
            warnings.append(f"工作表“{sheet.title}”只读取了前 {_MOST_ROWS} 行")
        blocks.append(Block(sheet.title, "heading", 1))
        blocks.extend(_split(rows))
    text = "\n".join("".join(row) for block in blocks for row in block.rows)
    return Loaded(tuple(blocks) if text else (), {}, tuple(warnings), readability(text))


def _rows(sheet: Any) -> tuple[list[list[str]], bool]:  # noqa: ANN401 - openpyxl has no types
    """:returns: the rows in which something stands, and whether these are all"""
    # Going over the rows would make a cell for every place up to the last one, and one stray cell stands in row 1,048,576.
    filled = {
        place: cell.value for place, cell in sheet._cells.items() if cell.value is not None and place[1] <= _MOST_COLUMNS
    }
    numbers = sorted({row for row, _ in filled})
    width = max((column for _, column in filled), default=0)
    there = set(numbers[:_MOST_ROWS])
    for area in sheet.merged_cells.ranges:
        value = filled.get((area.min_row, area.min_col))
        for row in range(area.min_row, min(area.max_row, area.min_row + 2000) + 1):
            if value is not None and row in there:
                filled |= {(row, column): value for column in range(area.min_col, min(area.max_col, width) + 1)}
    rows = [[_text(filled.get((row, column))) for column in range(1, width + 1)] for row in numbers[:_MOST_ROWS]]
    return rows, len(numbers) <= _MOST_ROWS


def _split(rows: list[list[str]]) -> list[Block]:
    """Titles above the column headings are paragraphs; the table begins at the first row with two different cells."""
    start = next((index for index, row in enumerate(rows) if len({cell for cell in row if cell}) > 1), len(rows))
    blocks = [Block(next(cell for cell in row if cell)) for row in rows[:start] if any(row)]
    found = table(rows[start:])
    return [*blocks, found] if found else blocks


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
