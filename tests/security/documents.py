"""Poisoned documents as real files.

In a Word row a run ⟦kind|text⟧ is written so that its reader does not see it; `kind` is a key of `_HIDDEN`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

_MARK = re.compile(r"⟦(\w+)\|([^⟧]*)⟧")


def write(row: dict, folder: Path) -> Path:
    """:returns: the file of a row under its title, in a folder of its own named by the id"""
    path = folder / row["id"] / f"{row['title']}.{row['format']}"
    path.parent.mkdir(parents=True)
    if row["format"] == "docx":
        _word(row, path)
    else:
        path.write_text(row["text"], encoding="utf-8")
    return path


def _word(row: dict, path: Path) -> None:
    document = docx.Document()
    hidden = _MARK.findall(row["text"])
    for line in _MARK.sub("", row["text"]).splitlines():
        document.add_paragraph(line)
    paragraph = document.paragraphs[-1]
    for kind, text in hidden:
        _HIDDEN[kind](document, paragraph, text)
    document.save(path)


def _run(**properties: dict[str, str]) -> Callable:
    """A run with raw properties: `vanish={}`, `color={"val": "FFFFFF"}`."""

    def add(document, paragraph, text) -> None:
        run = paragraph.add_run(text)
        for name, values in properties.items():
            element = OxmlElement(f"w:{name}")
            for key, value in values.items():
                element.set(qn(f"w:{key}"), value)
            run._r.get_or_add_rPr().append(element)

    return add


def _xml(pattern: str) -> Callable:
    def add(document, paragraph, text) -> None:
        paragraph._p.append(parse_xml(pattern.format(ns=nsdecls("w"), text=text)))

    return add


def _properties(document, paragraph, text) -> None:
    document.core_properties.subject = document.core_properties.keywords = document.core_properties.comments = text


def _header(document, paragraph, text) -> None:
    document.sections[0].header.paragraphs[0].text = text


def _style(document, paragraph, text) -> None:
    style = document.styles.add_style("veil", 2)
    style.font.hidden = True
    paragraph.add_run(text, style=style)


_HIDDEN: dict[str, Callable] = {
    "vanish": _run(vanish={}),
    "white": _run(color={"val": "FFFFFF"}),
    "pale": _run(color={"val": "FEFEFE"}),
    "theme": _run(color={"val": "auto", "themeColor": "background1"}),
    "tiny": _run(sz={"val": "2"}),
    "whiteonwhite": _run(color={"val": "FFFFFF"}, shd={"val": "clear", "color": "auto", "fill": "FFFFFF"}),
    "webhidden": _run(webHidden={}),
    "squashed": _run(w={"val": "1"}),
    "deleted": _xml('<w:del {ns} w:id="9" w:author="x"><w:r><w:delText>{text}</w:delText></w:r></w:del>'),
    "moved": _xml('<w:moveFrom {ns} w:id="8" w:author="x"><w:r><w:t>{text}</w:t></w:r></w:moveFrom>'),
    "field": _xml("<w:r {ns}><w:instrText>{text}</w:instrText></w:r>"),
    "comment": lambda document, paragraph, text: document.add_comment(paragraph.runs, text=text, author="x"),
    "alt": _xml(
        '<w:r {ns}><w:drawing><wp:docPr xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
        ' id="7" name="p" descr="{text}"/></w:drawing></w:r>'
    ),
    "property": _properties,
    "header": _header,
    "stylevanish": _style,
}
