"""An HTML table as rows of cells, spans filled in."""

from __future__ import annotations

from bs4 import Tag

from corpus.loaders.base import Block, table

_WIDEST = 60


def from_html(element: Tag) -> Block | None:
    """A cell that spans several rows or columns is repeated in each, so that every row can be read alone."""
    grid: dict[tuple[int, int], str] = {}
    # as browsers read it, a row is implied where headings stand in a thead by themselves
    rows = [row for row in element.find_all(["tr", "thead"]) if row.name == "tr" or row.find("th", recursive=False)]
    for y, row in enumerate(rows):
        x = 0
        for cell in row.find_all(["td", "th"], recursive=False):
            while (y, x) in grid:
                x += 1
            text = cell.get_text(" ", strip=True)
            for down in range(_span(cell, "rowspan", len(rows) - y)):
                for right in range(_span(cell, "colspan", _WIDEST - x)):
                    grid[y + down, x + right] = text
            x += 1
            if x >= _WIDEST:
                break
    if not grid:
        return None
    height, width = max(y for y, _ in grid) + 1, max(x for _, x in grid) + 1
    return table([[grid.get((y, x), "") for x in range(width)] for y in range(height)])


def _span(cell: Tag, name: str, most: int) -> int:
    value = str(cell.get(name, "1"))
    return max(1, min(int(value) if value.isdigit() else 1, most))
