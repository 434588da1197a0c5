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
        rows = _rows(sheet)
        if (sheet.max_row or 0) > _MOST_ROWS:
            warnings.append(f"工作表“{sheet.title}”只读取了前 {_MOST_ROWS} 行")
        blocks.append(Block(sheet.title, "heading", 1))
        blocks.extend(_split(rows))
    text = "\n".join("".join(row) for block in blocks for row in block.rows)
    return Loaded(tuple(blocks) if text else (), {}, tuple(warnings), readability(text))


def _rows(sheet: Any) -> list[list[str]]:  # noqa: ANN401 - openpyxl has no types
    merged = {}
    for area in sheet.merged_cells.ranges:
        value = sheet.cell(area.min_row, area.min_col).value
        for row in range(area.min_row, min(area.max_row, area.min_row + 2000) + 1):
            for column in range(area.min_col, min(area.max_col, _MOST_COLUMNS) + 1):
                merged[row, column] = value
    width, height = min(sheet.max_column or 1, _MOST_COLUMNS), min(sheet.max_row or 1, _MOST_ROWS)
    rows = []
    for number, row in enumerate(sheet.iter_rows(max_row=height, max_col=width, values_only=True), 1):
        rows.append([_text(merged.get((number, column), value)) for column, value in enumerate(row, 1)])
    return rows


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
