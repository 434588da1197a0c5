"""What a document is: title, level, issuer, number, place and dates, and where each of them was read.

In order of trust: what a person states, the catalog.csv of the collection, the text itself, front matter, the file name,
the folders it lies in.
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
from corpus.model import LEVELS, Document, Trust, short_title
from corpus.regions import place

_FRONT_TITLE = ("title", "标题", "名称")
_FRONT = {
    "issuer": ("发布机关", "制定机关", "issuer", "author"),
    "doc_no": ("文号", "发文字号", "doc_no"),
    "publish_date": ("发布日期", "公布日期", "publish_date"),
    "effective_date": ("施行日期", "生效日期", "effective_date"),
    "level": ("level", "效力级别"),
}
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
        facts.offer(name, value, "人工填写")
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
    trust = _trust(facts)
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
        facts.offer("publish_date", iso(named[1]), "文件名")
    facts.offer("title", next((front[name] for name in _FRONT_TITLE if front.get(name)), ""), "front matter")
    for name, (value, source) in clues.found.items():
        facts.offer(name, value, source)
    for name, keys in _FRONT.items():
        value = next((front[key] for key in keys if front.get(key)), "")
        if name == "level" and value not in LEVELS:
            continue
        facts.offer(name, iso(value) if name.endswith("date") else value, "front matter")
    facts.offer("title", _NAME_DATE.sub("", path.stem).strip(), "文件名")
    published, effective = facts.day("publish_date"), facts.day("effective_date")
    if published and effective and effective < published:
        # An amended text repeats the day of its first version; since when the amended one applies it does not say.
        del facts.values["effective_date"]
        del facts.sources["effective_date"]
    for name in ("title", "issuer"):
        facts.offer("region", place(facts.text(name), clues.text), f"由{'标题' if name == 'title' else '发布机关'}推断")
    for name, value, folder in layout.facts(path):
        facts.offer(name, value, folder)


def _trust(facts: _Facts) -> Trust:
    if re.search(r"征求意见稿|征求意见的|草案(?![^（(]*说明)|送审稿|公开征求意见", facts.text("title")):
        return Trust.DRAFT
    return Trust.NEWS if facts.text("level") == "新闻" else Trust.OFFICIAL


def fingerprint(sha256: str, path: Path, overrides: Overrides, reader: str) -> str:
    """Changes whenever reading the file again could give something else: bytes, table row or folders, overrides, reader."""
    found = registry.find(path)
    around = dict(found[1]) if found else list(layout.facts(path))
    key = json.dumps([sha256, around, asdict(overrides), reader], ensure_ascii=False, default=str, sort_keys=True)
    return hashlib.sha256(key.encode()).hexdigest()
