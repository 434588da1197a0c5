"""Web pages as officials publish them: the article without navigation, and without what the reader of the page cannot see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from lxml.html import HTMLParser, fromstring, tostring

from corpus.loaders import grid, mend, unseen
from corpus.loaders.base import Block, Loaded, readability
from corpus.loaders.text import decode

_NOISE = [
    "script",
    "style",
    "nav",
    "header",
    "footer",
    "aside",
    "form",
    "noscript",
    "template",
    "iframe",
    "svg",
    "button",
    "select",
]
_BODIES = ("article", "main", ".TRS_Editor", "#UCAP-CONTENT", "#zoom", ".article-content", ".pages_content", "#content")
_INLINE = {"a", "b", "strong", "i", "em", "u", "span", "font", "sup", "sub", "small", "mark", "label", "code", "abbr"}
_META = {"ArticleTitle": "title", "PubDate": "发布日期", "ContentSource": "发布机关", "DocNo": "文号"}
_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?\s*([\w-]+)", re.I)


def load(path: Path) -> Loaded:
    """:raises LoadError: empty, or not text"""
    tree = fromstring(_source(path.read_bytes()).encode("utf-8", "replace"), parser=HTMLParser(encoding="utf-8"))
    hidden = unseen.blank(tree)
    page = BeautifulSoup(tostring(tree, encoding="unicode"), "lxml")
    front = _front(page)
    for element in page.find_all(_NOISE):
        element.decompose()
    body = next(
        (found for name in _BODIES if (found := page.select_one(name)) and len(found.get_text()) > 200), page.body or page
    )
    blocks = tuple(block for block in _blocks(body) if block.text or block.rows)
    warnings = (f"去掉了 {hidden} 个页面上看不见的字",) if hidden else ()
    return Loaded(blocks, front, warnings, readability("\n".join(block.text for block in blocks)))


def _source(data: bytes) -> str:
    named = _CHARSET.search(data[:4096])
    if named and named[1].lower() in (b"gb2312", b"gbk", b"gb18030"):
        text = data.decode("gb18030", "replace")
    else:
        text = decode(data)
    return text


def _front(page: BeautifulSoup) -> dict[str, str]:
    front = {}
    for name, field in _META.items():
        found = page.find("meta", attrs={"name": re.compile(f"^{name}$", re.I)})
        if found and found.get("content"):
            front[field] = str(found["content"]).strip()
    if page.title and page.title.string:
        # `标题_栏目_网站`: what follows the first separator names the site.
        front.setdefault("title", re.split(r"\s*[_|]\s*|\s+-\s+", page.title.string.strip())[0])
    return front


def _blocks(element: Tag) -> Iterator[Block]:
    line = ""
    for child in element.children:
        if isinstance(child, NavigableString):
            line += str(child)
        elif isinstance(child, Tag) and (child.name in _INLINE and not child.find(["p", "div", "table", "br"])):
            line += child.get_text()
        elif isinstance(child, Tag):
            yield _line(line)
            line = ""
            if child.name == "br":
                continue
            if child.name == "table" and not child.find("table") and len(child.find_all("tr")) > 1:
                block = grid.from_html(child)
                if block:
                    yield block
            elif re.fullmatch(r"h[1-6]", child.name):
                yield Block(_line(child.get_text()).text, "heading", int(child.name[1]))
            else:
                yield from _blocks(child)
    yield _line(line)


def _line(text: str) -> Block:
    return Block(mend.squeeze(re.sub(r"\s+", " ", mend.visible(text)[0])))
