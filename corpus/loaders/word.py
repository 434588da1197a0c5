"""Word documents: paragraphs with the numbers that Word puts before them, headings, tables; hidden and deleted text left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from corpus.loaders import mend
from corpus.loaders.base import Block, Loaded, LoadError, readability, table
from corpus.loaders.limits import check_archive
from corpus.loaders.numbering import Numbering
from corpus.loaders.veil import Veil, shown_twice

_LEVEL = re.compile(r"(?:heading|标题)\s*([1-9])", re.I)


def load(path: Path) -> Loaded:
    """:raises LoadError: broken, encrypted or too large when unpacked"""
    check_archive(path)
    try:
        document: Any = docx.Document(str(path))
    except (KeyError, ValueError, OSError) as error:
        raise LoadError("broken", "Word 文件无法打开，可能已损坏", "请用 Word 打开并另存一份再上传。") from error
    reader = _Reader(document)
    blocks = tuple(reader.blocks(document.element.body))
    properties = document.core_properties
    front = {"title": properties.title or "", "author": ""}
    warnings = (f"去掉了 {reader.hidden} 个隐藏或已删除的字",) if reader.hidden else ()
    usable = {name: value for name, value in front.items() if value and _speaks(value, blocks)}
    return Loaded(blocks, usable, warnings, readability("\n".join(block.text for block in blocks)))


def _speaks(title: str, blocks: tuple[Block, ...]) -> bool:
    """The title in the properties is often that of the file it was copied from; believed only if the text repeats it."""
    return any(re.sub(r"\s", "", title) in re.sub(r"\s", "", block.text) for block in blocks[:10])


class _Reader:
    def __init__(self, document: Any) -> None:  # noqa: ANN401 - python-docx has no types
        self.document = document
        self.numbering = Numbering(document)
        self.veil = Veil(document)
        self.hidden = 0
        # Fields that are open here: whether their code is over. Where the marks do not match they say nothing.
        marks = [mark.get(qn("w:fldCharType")) for mark in document.element.body.iter(qn("w:fldChar"))]
        self.fields: list[bool] | None = [] if marks.count("begin") == marks.count("end") else None

    def blocks(self, parent: Any) -> Iterator[Block]:  # noqa: ANN401
        for element in parent:
            if element.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:customXml"), qn("w:ins"), qn("w:moveTo")):
                yield from self.blocks(element)
            elif block := self._block(element):
                yield block

    def _block(self, element: Any) -> Block | None:  # noqa: ANN401
        if element.tag == qn("w:p"):
            return self._paragraph(element)
        if element.tag == qn("w:tbl"):
            return table(self._rows(element))
        return None

    def _paragraph(self, element: Any) -> Block | None:  # noqa: ANN401
        text = self._text(element)
        if not text:
            return None
        paragraph = Paragraph(element, self.document)
        number = self.numbering.next(paragraph)
        text = f"{number} {text}" if number.endswith(("条", "章", "节", "编")) else number + text
        found = _LEVEL.match(paragraph.style.name or "") if paragraph.style is not None else None
        return Block(text, "heading" if found else "text", int(found[1]) if found else 0)

    def _text(self, element: Any) -> str:  # noqa: ANN401
        out = []
        for node in element.iter():
            if node.tag == qn("w:fldChar") and self.fields is not None:
                self._field(node.get(qn("w:fldCharType")), self.fields)
            elif node.tag == qn("w:delText"):
                self.hidden += len(node.text or "")
            elif node.tag == qn("w:t") and node.text and not shown_twice(node):
                if not all(self.fields or ()) or self.veil.hides(node.getparent()):
                    self.hidden += len(node.text)
                else:
                    out.append(node.text)
            elif node.tag in (qn("w:tab"), qn("w:br")) and node.getparent().tag == qn("w:r"):
                out.append(" ")
        return mend.squeeze(mend.visible("".join(out))[0])

    def _field(self, mark: str, fields: list[bool]) -> None:
        """A field is its code, then its result, and only the result is shown."""
        if mark == "begin":
            fields.append(False)
        elif mark == "separate" and fields:
            fields[-1] = True
        elif mark == "end" and fields:
            fields.pop()

    def _rows(self, element: Any) -> list[list[str]]:  # noqa: ANN401
        """Cells with merged ones repeated, so that each row can be read alone."""
        rows: list[list[str]] = []
        for row in element.iter(qn("w:tr")):
            cells: list[str] = []
            for cell in row.findall(qn("w:tc")):
                properties = cell.find(qn("w:tcPr"))
                span = merge = None
                if properties is not None:
                    span, merge = properties.find(qn("w:gridSpan")), properties.find(qn("w:vMerge"))
                text = " ".join(filter(None, (self._text(part) for part in cell.iter(qn("w:p")))))
                if merge is not None and merge.get(qn("w:val")) != "restart" and rows and len(cells) < len(rows[-1]):
                    text = rows[-1][len(cells)]
                width = int(span.get(qn("w:val"))) if span is not None else 1
                cells += [text] * min(width, 60)
            rows.append(cells)
        return rows
