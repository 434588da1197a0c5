"""Answers on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from bot.answer import Answer, Block, Outcome
from corpus.model import Status

_TITLES = {
    Outcome.EMERGENCY: "紧急情况",
    Outcome.CLARIFY: "请补充",
    Outcome.ESCALATE: "转专家",
    Outcome.REDIRECT: "归其他部门",
    Outcome.REFUSE: "不能帮忙",
}
_SPEAKERS = {"extract": "知识库摘录", "faq": "常见问答", "model": "AI 生成", "rule": "系统提示", "expert": "专家"}
_STYLES = {"lead": "bold", "caution": "bold red", "notice": "dim", "quote": "italic"}


def show(console: Console, answer: Answer) -> None:
    for block in answer.blocks:
        show_block(console, block)
    show_foot(console, answer)


def show_block(console: Console, block: Block) -> None:
    if block.kind == "table":
        table = Table(*block.rows[0])
        for row in block.rows[1:]:
            table.add_row(*row)
        console.print(table)
        return
    marks = "".join(f"[{cite}]" for cite in block.cites)
    if block.text:
        console.print(f"{block.line}{marks}", style=_STYLES.get(block.kind, ""), markup=False)
    for number, row in enumerate(block.rows, 1):
        console.print(f"  {number}. {row[0]}", markup=False)


def show_foot(console: Console, answer: Answer) -> None:
    """Basis, contacts, choices, next questions, and who speaks."""
    for number, cite in enumerate(answer.citations, 1):
        since = f"，自 {cite.since}" if cite.since else ""
        note = f"（{cite.note}）" if cite.note else ""
        style = "red" if cite.status in (Status.REPEALED, Status.AMENDED) else "green"
        console.print(f"  [{number}] {cite.label} · {cite.status}{since}{note}", style=style, markup=False)
    for contact in answer.contacts:
        parts = " ".join(filter(None, [contact.department, contact.hotline, contact.matter]))
        console.print(f"  {parts}", style="cyan", markup=False)
    for choice in answer.choices:
        console.print(f"  · {choice}", markup=False)
    if answer.suggestions:
        console.print("  还可以问：" + "；".join(answer.suggestions), style="dim", markup=False)
    line = [_TITLES.get(answer.outcome, ""), _SPEAKERS[answer.speaker], f"把握 {answer.confidence:.0%}"]
    console.print("  " + " · ".join(filter(None, line)), style="dim", markup=False)
