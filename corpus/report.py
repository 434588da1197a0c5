"""What the commands show of documents: tables on a terminal, and the export."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from corpus.catalogue import Catalogue, Event, Record
from corpus.links import Kind, Link
from corpus.model import Document, Passage
from corpus.numerals import ARTICLE, article_label
from corpus.prepared import unknown

_WIDE = 120  # columns of a terminal on which ids, days and titles stand side by side


def as_row(document: Document, day: date) -> dict[str, object]:
    row = {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(document).items()}
    return row | {"status": str(document.status_on(day))}


def grid(fixed: Sequence[str], flowing: Sequence[str], title: str) -> Table:
    """Ids and dates stay whole on a narrow terminal; titles wrap."""
    table = Table(title=title or None)
    for name in fixed:
        table.add_column(name, no_wrap=True)
    for name in flowing:
        table.add_column(name, overflow="fold")
    return table


def documents(console: Console, found: Sequence[Document], day: date) -> None:
    if console.width < _WIDE:
        table = grid(("编号", "状态"), ("标题",), f"{len(found)} 份，状态以 {day} 为准")
        for row in found:
            since = f"{row.effective_date} 施行" if row.effective_date else ""
            published = f"{row.publish_date} 公布" if row.publish_date else ""
            below = "，".join(part for part in (row.level, row.region, published, since) if part)
            table.add_row(row.id, str(row.status_on(day)), f"{row.title}\n{below}" if below else row.title)
        console.print(table)
        return
    table = grid(("编号", "状态", "公布", "施行", "级别"), ("标题", "地区"), f"{len(found)} 份，状态以 {day} 为准")
    for row in found:
        dates = (str(row.publish_date or ""), str(row.effective_date or ""))
        table.add_row(row.id, str(row.status_on(day)), *dates, row.level, row.title, row.region)
    console.print(table)


def document(console: Console, record: Record, passages: Sequence[Passage], links: Iterable[Link]) -> None:
    """Each field with the place where it was read, what it is made under, then the passages one a line."""
    table = grid(("项目",), ("内容", "来源"), record.document.title)
    for name, value in as_row(record.document, date.today()).items():
        if value not in ("", None):
            table.add_row(name, str(value), record.origin.provenance.get(name, ""))
    table.add_row("state", str(record.state), f"{record.added_by}，{record.added_at:%Y-%m-%d %H:%M}")
    table.add_row("quality", f"{record.origin.quality:.2f}", "；".join(record.origin.warnings))
    for link in links:
        if link.kind is Kind.BASED_ON:
            table.add_row("依据", str(link.to), link.place or "标题")
    console.print(table)
    for row in passages:
        console.print(f"{row.article}  {row.text[:50]}".replace("\n", " "), highlight=False, markup=False)


def passage(console: Console, document: Document, row: Passage) -> None:
    heading = " / ".join(row.headings)
    console.print(f"《{document.title}》{row.article}（{document.status_on(date.today())}）", style="bold", highlight=False)
    if heading:
        console.print(heading, style="dim", highlight=False, markup=False)
    console.print(row.text, highlight=False, markup=False)


def drafts(console: Console, records: Sequence[Record]) -> None:
    table = grid(("编号", "级别", "质量"), ("标题", "提示"), f"{len(records)} 份草稿")
    for record in records:
        row = record.document
        look = "；".join((*record.origin.warnings, *unknown(row)))
        table.add_row(row.id, row.level, f"{record.origin.quality:.2f}", row.title, look)
    console.print(table)


def events(console: Console, found: Sequence[Event]) -> None:
    if console.width < _WIDE:
        table = grid(("时间", "操作"), ("标题",), "")
        for row in found:
            below = "，".join(part for part in (row.actor, row.document_id, row.detail) if part)
            table.add_row(f"{row.at.astimezone():%Y-%m-%d %H:%M}", row.action, f"{row.title}\n{below}")
        console.print(table)
        return
    table = grid(("时间", "操作人", "操作", "编号"), ("标题", "说明"), "")
    for row in found:
        at = row.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(at, row.actor, row.action, row.document_id, row.title, row.detail)
    console.print(table)


def export(catalogue: Catalogue, file: Path) -> int:
    """:returns: how many passages were written, one a line with the document they belong to."""
    known = {row.id: row for row in catalogue.documents()}
    count = 0
    with file.open("w", encoding="utf-8") as stream:
        for row in catalogue.all_passages():
            owner = known[row.document_id]
            line = {
                "id": row.id,
                "title": owner.title,
                "article": row.article,
                "kind": row.kind,
                "headings": list(row.headings),
                "text": row.text,
                "document": as_row(owner, date.today()),
            }
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
            count += 1
    return count


def normal_label(text: str) -> str:
    """14, 第14条 and 第十四条 are all 第十四条; anything else comes back as it is."""
    found = ARTICLE.fullmatch(text if "条" in text else f"第{text}条")
    return (found and article_label(found)) or text
