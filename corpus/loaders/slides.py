"""PowerPoint: the text of each visible slide in the order of the eye, its title as heading, its tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pptx
from pptx.exc import PackageNotFoundError

from corpus.loaders import mend
from corpus.loaders.base import Block, Loaded, LoadError, readability, table
from corpus.loaders.limits import check_archive, check_pages


def load(path: Path) -> Loaded:
    """:raises LoadError: broken, encrypted, too long or too large when unpacked"""
    check_archive(path)
    try:
        deck: Any = pptx.Presentation(str(path))
    except (PackageNotFoundError, KeyError, ValueError, OSError) as error:
        raise LoadError("broken", "PPT 文件无法打开，可能已损坏", "请用 PowerPoint 打开并另存一份再上传。") from error
    slides = list(deck.slides)
    check_pages(len(slides))
    hidden = [number for number, slide in enumerate(slides, 1) if slide._element.get("show") == "0"]
    blocks = tuple(
        block
        for number, slide in enumerate(slides, 1)
        if number not in hidden
        for block in _slide(slide, number)
        if block.text or block.rows
    )
    warnings = (f"跳过了隐藏的幻灯片：第 {'、'.join(map(str, hidden))} 页",) if hidden else ()
    return Loaded(blocks, {}, warnings, readability("\n".join(block.text for block in blocks)), len(slides))


def _slide(slide: Any, number: int) -> Iterator[Block]:  # noqa: ANN401 - python-pptx has no types
    title = slide.shapes.title
    if title is not None:
        yield Block(mend.squeeze(title.text_frame.text.replace("\n", " ").replace("\v", " ")), "heading", 2, number)
    shapes = [shape for shape in _flat(slide.shapes) if title is None or shape.shape_id != title.shape_id]
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if shape.has_text_frame:
            for paragraph in shape.text_frame.paragraphs:
                text = "".join(run.text for run in paragraph.runs)
                yield Block(mend.squeeze(mend.visible(text)[0]), page=number)
        elif getattr(shape, "has_table", False) and shape.has_table:
            block = table([[cell.text for cell in row.cells] for row in shape.table.rows], number)
            if block:
                yield block


def _flat(shapes: Any) -> Iterator[Any]:  # noqa: ANN401
    """Shapes, those inside groups as well."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape
