"""The structure of a Chinese legal text: 编, 分编, 章, 节, 条, 款, 项, 目, annexes and tables, cut into passages.

A passage is an article, a section of a plan or page (300 to 600 characters), or a row of a list (名录). White space and
markup apart, no character after the first article is lost: what belongs to no article becomes a section.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from corpus.dates import DAY
from corpus.loaders.base import Block
from corpus.model import Passage
from corpus.numerals import ARTICLE, NUMERAL, article_label, chinese, number
from corpus.sections import Part, caption, cut, rows_of, sections

_UNITS = {"编": 1, "分编": 2, "章": 3, "节": 4, "目": 5}
_DIVISION = re.compile(rf"^第\s*[{NUMERAL}\d]+\s*(分编|[编章节目])(?:[\s　:：]+|$|(?=[^\s，、的规所至和]))")
_ANNEX = re.compile(rf"^(?!附\s*则)(附\s*[件表录图](?:\s*[{NUMERAL}\d]+)?|附)\s*(?:[:：]\s*|\s+|$)(?=.{{0,60}}$)")
_SUPPLEMENTARY = re.compile(r"附\s*则")  # a chapter, in some copies without its number
_CONTENTS = re.compile(r"^目\s*[录次]$")
_LEADERS = re.compile(r"[.．…·\s]{3,}\d{1,4}$")
# What follows 第十条 where a sentence speaks of it instead of opening it.
_REFERENCE = re.compile(
    rf"^(?:第\s*[{NUMERAL}\d]+\s*[款项目]|的?规定|所[列述称定]|、|和第|至第|或者第|及第|以及第|之规定|中的|的|修改|改为|增加|删去|作为)"
)
_RED_HEAD = re.compile(r"^(?:[\u4e00-\u9fff]{4,30}文件|.{2,14}[〔\[(（]\d{4}[〕\])）]\d+号|[（(]?征求意见稿[）)]?)$")
_PROMULGATED = re.compile(r"通过|公布|发布|修正|修订|批准|施行|印发")
_SENTENCE_END = ("。", "；", "，", "：", ";", ",", ":", "、")
_MIN_ARTICLES = 3
_INLINE_ROWS = 12  # a longer table is a list (名录) behind the articles, a shorter one belongs to its article
_MOST_MISSING = 3  # defective copies lack an article here and there


@dataclass(slots=True)
class _Part:
    """A passage in the making."""

    label: str
    kind: str
    headings: tuple[str, ...]
    lines: list[str] = field(default_factory=list)
    named: bool = False  # opened by the name of an annex, which is kept even if nothing follows


def parse(document_id: str, title: str, blocks: Sequence[Block]) -> list[Passage]:
    """:param title: short title of the document, for the citation labels
    :returns: the passages in reading order; labels and ids are unique inside the document
    """
    blocks = list(_apart(blocks))
    body = list(_body(title, blocks))
    parts = [part for part in (_law(blocks) if is_law(blocks) else sections(body)) if part[3].strip()]
    if not parts:  # a line or two without a full stop look like headings: under nothing else they are the text
        parts = [("", "section", (), text) for text in cut([block.text.strip() for block in body])]
    return _number(document_id, title, parts)


def is_law(blocks: Iterable[Block]) -> bool:
    """Whether the text is cut into articles: three stand in their order, or the text is short and has one."""
    in_order = last = 0
    for block in blocks:
        found = ARTICLE.match(block.text)
        value = number(found["number"]) if found and not found["sub"] else None
        if (
            not found
            or value is None
            or (in_order and not last < value <= last + _MOST_MISSING)
            or _glued(found, block.text)
        ):
            continue
        in_order, last = in_order + 1, value
        if in_order >= _MIN_ARTICLES:
            return True
    return in_order > 0 and sum(len(block.text) for block in blocks) < 1500


def _law(blocks: Sequence[Block]) -> Iterator[Part]:
    reader = _Reader()
    for block in blocks:
        reader.read(block)
    return reader.parts()


def _apart(blocks: Sequence[Block]) -> Iterator[Block]:
    """Some copies run articles together in one line; the next number after a full stop opens the next.

    Without a space behind it only a number with which no line opens is one.
    """
    opened = {number(found["number"]) for block in blocks if (found := ARTICLE.match(block.text)) and not found["sub"]}
    value: int | None = None
    for block in blocks:
        found = ARTICLE.match(block.text)
        value = number(found["number"]) if found else value
        at = 0
        while "条" in block.text and value is not None and value < 9999:
            label = f"第{chinese(value + 1)}条"
            following = re.compile(rf"(?<=。)\s+(?={label}\s)").search(block.text, at) if found else None
            if not following and value + 1 not in opened:
                glued = re.compile(rf"(?<=。)\s*(?={label}(?P<rest>.*))").search(block.text, at)
                following = glued if glued and not _REFERENCE.match(glued["rest"].lstrip()) else None
            if not following:
                break
            yield replace(block, text=block.text[at : following.start()])
            at = following.end()
            value += 1
        yield replace(block, text=block.text[at:]) if at else block


def _body(title: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks without the lines at the top that repeat the title or name issuer and number."""
    for index, block in enumerate(blocks):
        line = re.sub(r"\s", "", block.text)
        if index < 6 and line and (line in title or _RED_HEAD.match(line)):
            continue
        yield block


class _Reader:
    """Reads blocks in order; holds where in the law it is."""

    def __init__(self) -> None:
        self.done: list[_Part | Part] = []
        self.stack: list[tuple[int, str]] = []
        self.part = _Part("前言", "section", ())
        self.last: int | None = None  # a part of a code may begin at any number
        self.begun = False
        self.annex = ""
        self.contents: set[str] | None = None

    def read(self, block: Block) -> None:
        if block.kind == "table":
            self._table(block)
            return
        text = block.text.strip()
        if self._in_contents(text):
            return
        article = self._article(text, block)
        if article:
            label, rest = article
            self._open(_Part(self.annex + label, "article", self._headings()))
            self.begun = True
            if rest:
                self.part.lines.append(rest)
        elif self.begun and (annex := _ANNEX.match(text)) and not text.endswith(("。", "；")):
            self._open_annex(annex, text)
        elif level := self._heading_level(block, text):
            self._push(level, clean_heading(text))
            if self.begun:
                self._open(_Part(self.annex, "section", self._headings()))
        else:
            self.part.lines.append(text)

    def _in_contents(self, text: str) -> bool:
        """Lines of a table of contents are no headings: from 目录 until a heading comes for the second time."""
        if _CONTENTS.match(text) and not self.begun:
            self.contents = set()
            return True
        if self.contents is None:
            return False
        line = clean_heading(_LEADERS.sub("", text))
        if line in self.contents or ARTICLE.match(text) or len(line) > 60:
            self.contents = None
            return False
        self.contents.add(line)
        return True

    def _article(self, text: str, block: Block) -> tuple[str, str] | None:
        found = ARTICLE.match(text)
        label = article_label(found) if found else None
        if not found or not label:
            return None
        rest = text[found.end() :]
        value = number(found["number"]) or 0
        follows = self.last is None or value == self.last + 1 or (bool(found["sub"]) and value == self.last)
        apart = not rest or rest[0] in " \t:：" or block.kind == "heading"
        if _refers(found, text) and not (apart and follows and not _mid_sentence(self.part.lines)):
            return None
        if not apart and not follows:
            return None
        if apart and not follows and _mid_sentence(self.part.lines):
            return None
        self.last = value
        return label, rest.lstrip(" \t:：　")

    def _heading_level(self, block: Block, text: str) -> int:
        """:returns: the depth of a heading (编 1 … 目 5, other headings from 6), 0 for a line that is none."""
        found = _DIVISION.match(text)
        if found and len(text) <= 60 and not text.endswith(_SENTENCE_END):
            return _UNITS[found[1]]
        if _SUPPLEMENTARY.fullmatch(text):
            return _UNITS["章"]
        if block.kind == "heading" and len(text) <= 80:
            return 6 + block.level
        return 0

    def _push(self, level: int, text: str) -> None:
        self.stack = [row for row in self.stack if row[0] < level] + [(level, text)]

    def _headings(self) -> tuple[str, ...]:
        # The title and labels such as 正文全文 stand above everything and say nothing about an article.
        return tuple(text for level, text in self.stack if self.annex or level <= 5 or level > 8 or "、" in text[:4])

    def _open(self, part: _Part) -> None:
        self.done.append(self.part)
        self.part = part

    def _open_annex(self, found: re.Match[str], text: str) -> None:
        self.annex = re.sub(r"\s", "", found[1])
        self.annex = "附件" if self.annex == "附" else self.annex
        self.stack = [(1, text)]
        self.last = None
        self._open(_Part(self.annex, "section", (text,), named=True))

    def _table(self, block: Block) -> None:
        if not self.begun:
            return  # what precedes the first article describes the file, it is not part of the law
        if self.annex or len(block.rows) > _INLINE_ROWS:
            self.part.named = False
            named = caption(self.part.lines)
            self.done.append(self.part)
            self.done.extend(rows_of(block, (*self._headings(), *named)))
            self.part = _Part(self.annex, "section", self._headings())
        else:
            self.part.lines += ["｜".join(cell for cell in row) for row in block.rows]

    def parts(self) -> Iterator[Part]:
        first = True
        for part in [*self.done, self.part]:
            if isinstance(part, tuple):
                yield part
                continue
            if part.kind == "article":
                yield part.label, part.kind, part.headings, "\n".join(part.lines)
            else:
                lines = _preamble(part.lines) if first else part.lines
                if not lines and part.named:
                    lines = list(part.headings[-1:])  # an annex that is named and not given
                for text in cut(lines):
                    yield part.label, part.kind, part.headings, text
            first = False


def clean_heading(text: str) -> str:
    """第一章　总 则 -> 第一章 总则."""
    found = _DIVISION.match(text)
    if not found:
        return re.sub(r"\s+", " ", text)
    unit = re.sub(r"\s", "", text[: found.end()].rstrip(":： 　"))
    rest = re.sub(r"(?<=[\u3400-\u9fff、，])\s+(?=[\u3400-\u9fff])", "", text[found.end() :].strip())
    return f"{unit} {rest}".strip()


def _glued(found: re.Match[str], text: str) -> bool:
    return _refers(found, text) and text[found.end() : found.end() + 1] not in ("", " ")


def _refers(found: re.Match[str], text: str) -> bool:
    return bool(_REFERENCE.match(text[found.end() :].lstrip()))


def _mid_sentence(lines: list[str]) -> bool:
    """Whether the text so far breaks off inside a sentence, so that 第十条 in the next line belongs to it."""
    return bool(lines) and lines[-1].endswith(
        ("，", "、", ",", "本法", "条例", "办法", "依照", "根据", "违反", "和", "或者")
    )


def _preamble(lines: list[str]) -> list[str]:
    """What stands before the first article, without titles and promulgation lines (they are metadata)."""
    kept = [line for line in lines if not (_PROMULGATED.search(line) and DAY.search(line)) and len(line) > 12]
    return kept if sum(map(len, kept)) >= 30 else []


def _number(document_id: str, title: str, parts: Sequence[Part]) -> list[Passage]:
    """Passages with labels and ids that are unique: a second 第一条 of the same text becomes 第一条〔2〕."""
    totals: dict[str, int] = {}
    for label, kind, _, _ in parts:
        if kind == "section":
            totals[label] = totals.get(label, 0) + 1
    seen: dict[str, int] = {}
    taken: set[str] = set()
    passages = []
    for ordinal, (label, kind, headings, text) in enumerate(parts):
        seen[label] = seen.get(label, 0) + 1
        again = seen[label]
        if kind == "section" and (not label or totals[label] > 1):
            unique = f"{label}第{again}段" if label else f"第{again}节"
        else:
            unique = label if again == 1 else f"{label}〔{again}〕"
        while unique in taken:
            again += 1
            unique = f"{label}〔{again}〕"
        taken.add(unique)
        passages.append(
            Passage(
                f"{document_id}:{_slug(unique, kind, ordinal)}",
                document_id,
                title,
                unique,
                text,
                kind,
                headings,
                ordinal=ordinal,
            )
        )
    return passages


def _slug(label: str, kind: str, ordinal: int) -> str:
    """a14, a5-1: the id of an article survives a new version of the parser; other passages go by their place."""
    found = ARTICLE.fullmatch(label)
    if kind == "article" and found:
        return f"a{number(found['number'])}" + (f"-{number(found['sub'])}" if found["sub"] else "")
    return f"{'x' if kind == 'article' else kind[0]}{ordinal}"
