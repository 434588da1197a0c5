"""Markdown as public collections of law write it: front matter, containers, HTML paragraphs, tables."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from bs4 import BeautifulSoup

from corpus.loaders import grid, mend, unseen
from corpus.loaders.base import Block, Loaded, readability, table
from corpus.loaders.text import decode

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.S)
# A comment that never ends hides the rest, as it does for whoever reads the page.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?\?>|<(style|script)\b.*?(?:</\1>|\Z)", re.S | re.I)
# `[//]: # (words)` and `[name]: address "words"` show nothing; `[^1]: words` is a footnote and does.
_DEFINITION = re.compile(
    r"""^ {0,3}\[[^\]^][^\]]*\]:\s*(?:<[^>\n]*>|\#|\S*[/.]\S*)(?:\s+(?:"[^"]*"|'[^']*'|\([^)]*\)))?[ \t]*$""", re.M
)
_HTML_TABLE = re.compile(r"<table\b.*?</table>", re.S | re.I)
_BREAK = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.I)
_TAG = re.compile(r"</?[a-z][a-z0-9-]*(?:\s[^<>]*)?/?>", re.I)
_HEADING = re.compile(r"^(#{1,6})\s+(.*?)(?:\s*#*)?\s*(?:\{[^}]*\})?\s*$")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>|~])")
_URL = re.compile(r"https?://[^\s<>)\"]+")


def load(path: Path) -> Loaded:
    """:raises LoadError: empty, or not text."""
    text, dropped = mend.visible(decode(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n"))
    front: dict[str, str] = {}
    found = _FRONT.match(text)
    if found:
        front = front_matter(found[1])
        text = text[found.end() :]
    text, hidden = unseen.cut(_DEFINITION.sub("", _COMMENT.sub("", text)))
    dropped += hidden
    blocks = tuple(_blocks(text, front))
    warnings = (f"去掉了 {dropped} 个看不见的字符",) if dropped > 3 else ()
    return Loaded(blocks, front, warnings, readability("\n".join(block.text for block in blocks)))


def front_matter(source: str) -> dict[str, str]:
    """The front matter as plain strings; lists are joined by 、. Broken YAML is read line by line."""
    try:
        data: Any = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError):
        data = dict(line.split(":", 1) for line in source.splitlines() if ":" in line and not line.startswith((" ", "-")))
    if not isinstance(data, dict):
        return {}
    return {str(key).strip(): _plain(value) for key, value in data.items() if value is not None}


def _plain(value: Any) -> str:  # noqa: ANN401 - YAML holds anything
    if isinstance(value, list):
        return "、".join(str(item) for item in value)
    return str(value).strip().strip('"')


def _blocks(text: str, front: dict[str, str]) -> Iterator[Block]:
    """Markdown between the HTML tables, and the tables."""
    at = 0
    for found in _HTML_TABLE.finditer(text):
        yield from _markdown(text[at : found.start()], front)
        block = grid.from_html(BeautifulSoup(found[0], "lxml"))
        if block:
            yield block
        at = found.end()
    yield from _markdown(text[at:], front)


def _markdown(text: str, front: dict[str, str]) -> Iterator[Block]:
    text = _BREAK.sub("\n", text)
    container = ""
    rows: list[list[str]] = []
    lines: list[str] = []
    for raw in text.split("\n"):
        line = html.unescape(_TAG.sub("", raw)).strip()  # `&lt;b&gt;` is no tag, its reader sees it as it stands
        if line.startswith(":::"):
            # The collections leave inner containers open, so one closing mark closes them all.
            container = line.strip(": ").split(" ")[0]
        elif container in ("details", "tabs"):
            continue
        elif container == "warning":
            address = _URL.search(line)
            if address:
                front.setdefault("url", address[0])
        elif line.startswith("|"):
            yield from _paragraphs(lines)
            cells = [_inline(cell) for cell in line.strip("|").split("|")]
            if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
                rows.append(cells)
            continue
        elif heading := _HEADING.match(line):
            yield from _table(rows)
            yield from _paragraphs(lines)
            words = mend.squeeze(_inline(heading[2]))
            if words:
                yield Block(words, "heading", len(heading[1]))
        elif not re.fullmatch(r"[-*_]{3,}|\[\[toc\]\]|@tab.*", line, re.I):
            lines.append(_inline(re.sub(r"^(?:>\s*)+|^[-*+]\s+", "", line)))
        yield from _table(rows)
    yield from _table(rows)
    yield from _paragraphs(lines)


def _paragraphs(lines: list[str]) -> Iterator[Block]:
    yield from (Block(line) for line in mend.unwrap(lines))
    lines.clear()


def _table(rows: list[list[str]]) -> Iterator[Block]:
    block = table(rows)
    rows.clear()
    if block:
        yield block


def _inline(text: str) -> str:
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = text.replace("**", "").replace("__", "")
    return _ESCAPE.sub(r"\1", text).strip()
