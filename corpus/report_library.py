"""What the commands show of the whole: what leans on an instrument, what the library must mend, what is held, a preview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from corpus.census import Census
from corpus.impact import Impact
from corpus.model import Status
from corpus.outline import outline
from corpus.prepared import Prepared, doubts
from corpus.report import grid
from corpus.upkeep import Task

_KINDS = {"faq": "问答", "digest": "要点"}
_NAMES = {
    "title": "标题",
    "level": "级别",
    "issuer": "机关",
    "doc_no": "文号",
    "region": "地区",
    "publish_date": "公布",
    "effective_date": "施行",
    "ended_on": "失效",
    "superseded_by": "被代替",
    "trust": "来源类别",
}


def impact(console: Console, found: Impact) -> None:
    if not found:
        console.print("没有常见问答、要点、文件或评测题引用它。")
        return
    if found.entries:
        table = grid(("类别",), ("编号", "标题"), f"引用它的问答和要点 {len(found.entries)} 条，请逐条核对")
        for row in found.entries:
            table.add_row(_KINDS[row.kind], row.id, row.headings[0] if row.headings else row.article)
        console.print(table)
    if found.instruments:
        title = f"依据它制定或引用其条文的现行文件 {len(found.instruments)} 件"
        table = grid(("级别", "关系"), ("标题", "条文"), title)
        for leaning in found.instruments:
            how = "依据它制定" if leaning.made_under else "引用条文"
            table.add_row(leaning.document.level, how, leaning.document.title, "、".join(leaning.places))
        console.print(table)
    for name, ids in (("评测题", found.cases), ("已作出的回答", found.answers)):
        if ids:
            _line(console, f"{name} {len(ids)} 条：{'、'.join(ids)}")


def work(console: Console, found: Sequence[Task]) -> None:
    if not found:
        console.print("没有要处理的条目")
        return
    entries = len({task.entry.passage.id for task in found})
    console.print(f"{entries} 条不再显示，请改写或删除：", highlight=False)
    by_cite: dict[str, list[Task]] = defaultdict(list)
    for task in found:
        by_cite[f"{task.cite}：{task.reason}"].append(task)
    for line, tasks in by_cite.items():
        _line(console, line)
        for task in tasks:
            _line(console, f"    {task.entry.file}  {task.entry.passage.id}")


def census(console: Console, found: Census) -> None:
    statuses = [status for status in Status if any(row.get(status) for row in found.levels.values())]
    table = Table("级别", *map(str, statuses), "合计", title=f"文件 {found.documents} 件，草稿 {found.drafts} 份")
    for level, row in found.levels.items():
        table.add_row(level, *(str(row.get(status, 0)) for status in statuses), str(sum(row.values())))
    console.print(table)
    texts = "，".join(
        f"{name} {found.kinds.get(kind, 0)}" for kind, name in (("article", "条文"), ("section", "段落"), ("row", "表格行"))
    )
    digests, faqs = (sum(getattr(topic, name) for topic in found.topics) for name in ("digests", "faqs"))
    console.print(f"{texts}；要点 {digests} 条，常见问答 {faqs} 条", highlight=False)
    table = Table("主题", "要点", "问答", "现在显示", "引用条文", "其中有全文", title="各主题")
    for topic in found.topics:
        counts = (topic.digests, topic.faqs, topic.shown, len(topic.articles), topic.with_text)
        table.add_row(topic.name, *map(str, counts))
    console.print(table)


def preview(console: Console, prepared: Prepared, review_below: float) -> None:
    """What was understood of a file: fields with the place where each was read, doubts, score, structure."""
    document, origin = prepared.document, prepared.origin
    table = grid(("项目",), ("内容", "出处"), document.title)
    for name, label in _NAMES.items():
        value = getattr(document, name)
        table.add_row(label, str(value) if value else "（没有读到）", origin.provenance.get(name, ""))
    console.print(table)
    after = "将存为草稿，等待核对" if prepared.needs_review(review_below) else "可以发布"
    console.print(f"文字质量 {origin.quality:.2f}（低于 {review_below:.2f} 存为草稿）：{after}", highlight=False)
    console.print(f"条文 {prepared.articles}，段落 {len(prepared.passages)}", highlight=False)
    for doubt in doubts(prepared):
        _line(console, f"! {doubt}")
    for part in outline(prepared.passages):
        indent = "  " * max(part.depth - 1, 0)
        _line(console, f"{indent}{part.heading}  {part.span}".rstrip())


def _line(console: Console, text: str) -> None:
    """Text of files and entries: never markup, never broken in the middle."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)
