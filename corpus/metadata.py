"""What a document is: title, level, issuer, number, place and dates, and where each of them was read.

In order of trust: what a person states, the catalog.csv of the collection, the text itself, front matter, the file name,
the folders it lies in. What a file says of itself outside of its text is a claim: it never gives a rank of law.
Nothing is guessed: what no source says stays empty.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from corpus import layout, registry
from corpus.clues import Clues, read
from corpus.dates import iso
from corpus.loaders.base import Loaded
from corpus.model import LEVELS, Document, Rank, Trust, short_title
from corpus.numerals import ARTICLE
from corpus.regions import place

_FRONT_TITLE = ("title", "标题", "名称")
_FRONT = {
    "issuer": ("发布机关", "制定机关", "issuer", "author"),
    "doc_no": ("文号", "发文字号", "doc_no"),
    "publish_date": ("发布日期", "公布日期", "publish_date"),
    "effective_date": ("施行日期", "生效日期", "effective_date"),
    "level": ("level", "效力级别"),
}
HUMAN, FRONT, FILE_NAME = "人工填写", "文件自带的信息", "文件名"
_HEAD = 15  # blocks in which a text bears its title
_SITE = re.compile(r"(?:[局厅部府院网]|网站|平台|栏目|公开|动态|门户|中心)$")
_DRAFT_TITLE = re.compile(r"征求意见稿|征求意见的|草案(?![^（(]*说明)|送审稿|讨论稿|公开征求意见")
_DRAFT_MARK = re.compile(r"[（(【\[]?\s*(?:内部)?(?:[\u4e00-\u9fff]{0,4}征求意见稿|修订草案|草案|送审稿|讨论稿|征集意见稿)")
_DRAFT_CALL = re.compile(
    r"(?:现|拟)[^。]{0,40}(?:公开)?征求[^。]{0,12}意见|(?:意见|建议)[^。]{0,20}(?:反馈|寄至|发送|提出)[^。]{0,30}截[至止]"
    r"|(?:意见|建议)请(?:于|在)[^。]{1,24}(?:前|内)[^。]{0,20}(?:反馈|提出|寄|发)|征求意见(?:的)?(?:时间|期限|截止)"
)
_DRAFT_NOTES = re.compile(r"(?:附件?\s*\d*\s*[：:.、]?\s*)?(?:《.{2,50}》|关于.{2,50}的)?起草说明")
_NAME_DATE = re.compile(r"[（(]\s*(\d{4}-\d{2}-\d{2})\s*[）)]$")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a person states about a file; it beats every other source."""

    title: str = ""
    level: str = ""
    region: str = ""
    issuer: str = ""
    doc_no: str = ""
    publish_date: date | None = None
    effective_date: date | None = None

    def __post_init__(self) -> None:
        if self.level and self.level not in LEVELS:
            raise ValueError(f"unknown level {self.level}, one of {'、'.join(LEVELS)}")


@dataclass(slots=True)
class _Facts:
    """Values by field, the first source wins, with the place where each was read."""

    values: dict[str, str | date] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def offer(self, name: str, value: str | date | None, source: str) -> None:
        if value and name not in self.values:
            self.values[name] = value
            self.sources[name] = source

    def text(self, name: str) -> str:
        return str(self.values.get(name, ""))

    def day(self, name: str) -> date | None:
        value = self.values.get(name)
        return value if isinstance(value, date) else None


def document_id(title: str, publish_date: date | None, file: str = "") -> str:
    """The same title and day give the same id; where no day is known the file's name tells documents apart."""
    key = f"{short_title(title)}|{publish_date or file}"
    return "d" + hashlib.sha256(key.encode()).hexdigest()[:12]


def describe(
    path: Path, loaded: Loaded, sha256: str, overrides: Overrides | None = None
) -> tuple[Document, dict[str, str]]:
    """:returns: the document and, for each field that is known, its source (`catalog.csv`, `文内第2段：…`, `文件名`)."""
    facts = _Facts()
    for name, value in asdict(overrides or Overrides()).items():
        facts.offer(name, value, HUMAN)
    found = registry.find(path)
    repealed, superseded_by, confidence, ended_on = False, "", "", None
    if found:
        table, row = found
        for name in ("title", "level", "issuer", "doc_no", "region"):
            facts.offer(name, row.get(name), registry.NAME)
        for name in ("publish_date", "effective_date"):
            facts.offer(name, iso(row.get(name) or ""), registry.NAME)
        ended_on, how = table.ended(row)
        if ended_on:
            facts.sources["ended_on"] = f"{registry.NAME}：{how}"
        repealed = "已废止" in row.values()
        superseded_by, confidence = row.get("superseded_by") or "", row.get("confidence") or ""
    else:
        clues = read(path.stem, loaded)
        _from_text(facts, clues, loaded.front, path)
    trust = _trust(facts, [block.text for block in loaded.blocks if block.text])
    effective = facts.day("effective_date")
    document = Document(
        id=document_id(facts.text("title"), facts.day("publish_date"), path.name),
        title=facts.text("title"),
        level=facts.text("level"),
        issuer=facts.text("issuer"),
        doc_no=facts.text("doc_no"),
        region=facts.text("region"),
        publish_date=facts.day("publish_date"),
        effective_date=effective,
        ended_on=max(ended_on, effective) if ended_on and effective else ended_on,
        superseded_by=superseded_by,
        repealed=repealed,
        trust=trust,
        source=path.name,
        sha256=sha256,
        confidence=confidence,
    )
    return document, facts.sources


def _from_text(facts: _Facts, clues: Clues, front: Mapping[str, str], path: Path) -> None:
    named = _NAME_DATE.search(path.stem)
    if named:
        facts.offer("publish_date", iso(named[1]), FILE_NAME)
    facts.offer("title", *_title(clues, stated_title(front)))
    for name, (value, source) in clues.found.items():
        facts.offer(name, value, source)
    for name, keys in _FRONT.items():
        value = next((front[key] for key in keys if front.get(key)), "")
        if name == "level" and LEVELS.get(value, Rank.LAW) > Rank.NORMATIVE:
            continue
        facts.offer(name, iso(value) if name.endswith("date") else value, FRONT)
    facts.offer("title", _NAME_DATE.sub("", path.stem).strip(), FILE_NAME)
    published, effective = facts.day("publish_date"), facts.day("effective_date")
    if published and effective and effective < published:
        # An amended text repeats the day of its first version; since when the amended one applies it does not say.
        del facts.values["effective_date"]
        del facts.sources["effective_date"]
    for name in ("title", "issuer"):
        facts.offer("region", place(facts.text(name), clues.text), f"由{'标题' if name == 'title' else '发布机关'}推断")
    for name, value, folder in layout.facts(path):
        facts.offer(name, value, folder)


def stated_title(front: Mapping[str, str]) -> str:
    """The title that a file gives itself outside of its text."""
    return next((front[name] for name in _FRONT_TITLE if front.get(name)), "")


def stated(front: Mapping[str, str], name: str) -> str:
    """What a file says of a field (`level`, `issuer`, `doc_no`) outside of its text."""
    return next((front[key] for key in _FRONT[name] if front.get(key)), "")


def _title(clues: Clues, claimed: str) -> tuple[str, str]:
    """:returns: the title and its source; what the text is headed with goes before what the file calls itself"""
    own, source = clues.found.get("title", ("", ""))
    heading = next((block.text for block in clues.blocks[:5] if block.kind == "heading" and block.level == 1), "")
    if not own and 5 <= len(heading) <= 60 and not _SITE.search(heading):
        own, source = heading, f"文内标题：{heading}"
    bare, claim = _squeezed(str(own)), _squeezed(claimed)
    if claim and (not bare or bare in claim or (claim not in bare and _repeated(claim, clues))):
        return claimed, FRONT
    return (str(own), source) if claim else ("", "")


def _repeated(claim: str, clues: Clues) -> bool:
    return claim in "".join(_squeezed(block.text) for block in clues.blocks[:_HEAD])


def _squeezed(text: str) -> str:
    return re.sub(r"[\s《》]", "", text)


def _trust(facts: _Facts, lines: list[str]) -> Trust:
    if _DRAFT_TITLE.search(facts.text("title")):
        return Trust.DRAFT
    if facts.text("level") == "新闻":
        return Trust.NEWS
    return Trust.DRAFT if _reads_as_draft(lines) else Trust.OFFICIAL


def _reads_as_draft(lines: list[str]) -> bool:
    """Whether a text says of itself, at its head or at its end, that it is not adopted yet; articles are not asked."""
    first = next((at for at, line in enumerate(lines) if ARTICLE.match(line)), len(lines))
    head = lines[: min(first, 10)]
    if any(_DRAFT_MARK.match(line) and len(line) <= 30 for line in (*head, *lines[-3:])):
        return True
    return any(_DRAFT_CALL.search(line) for line in head) or any(_DRAFT_NOTES.fullmatch(line) for line in lines)


def fingerprint(sha256: str, path: Path, overrides: Overrides, reader: str) -> str:
    """Changes whenever reading the file again could give something else: bytes, table row or folders, overrides, reader."""
    found = registry.find(path)
    around = dict(found[1]) if found else list(layout.facts(path))
    key = json.dumps([sha256, around, asdict(overrides), reader], ensure_ascii=False, default=str, sort_keys=True)
    return hashlib.sha256(key.encode()).hexdigest()
