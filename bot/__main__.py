"""`python -m bot`: ask the doctor from a terminal, run files of questions, fit the confidence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot import batch as batches
from bot import fit as fitting
from bot.answer import Answer, Context, Decision, Delta, Outcome, Turn
from bot.answer import Block
from bot.decide import CALIBRATION, Calibration, calibration
from bot.doctor import Doctor
from bot.model import ModelError
from bot.settings import Settings
from corpus.model import Status

app = typer.Typer(help="环保医生：在终端里提问、批量作答。", no_args_is_help=True, add_completion=False)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)
_TITLES = {
    Outcome.EMERGENCY: "紧急情况",
    Outcome.CLARIFY: "请补充",
    Outcome.ESCALATE: "转专家",
    Outcome.REDIRECT: "归其他部门",
    Outcome.REFUSE: "不能帮忙",
}
_SPEAKERS = {"extract": "知识库原文", "faq": "常见问答", "model": "AI 生成", "rule": "系统提示", "expert": "专家"}


def _day(value: str) -> str:
    try:
        datetime.strptime(value, "%Y-%m-%d")
    except ValueError as error:
        if value:
            raise typer.BadParameter(f"{value} 不是 2026-11-21 这样的日期") from error
    return value


On = Annotated[str, typer.Option(help="问题所问的日期，如 2026-11-21；不写就是今天", callback=_day)]
Region = Annotated[str, typer.Option(help="地区，如 湖北省武汉市")]


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="要问的话")],
    *,
    on: On = "",
    region: Region = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """问一句，答一句。"""
    settings = Settings()
    answer = _doctor(settings).ask(question, (), _context(on, region, settings))
    if as_json:
        typer.echo(json.dumps(batches.export(answer), ensure_ascii=False))
    else:
        _show(answer)


@app.command()
def chat(*, on: On = "", region: Region = "") -> None:
    """连续对话；空行或 Ctrl-D 结束。"""
    settings = Settings()
    doctor, context = _doctor(settings), _context(on, region, settings)
    history: list[Turn] = []
    while question := _read():
        answer: Answer | None = None
        for event in doctor.stream(question, history, context):
            if isinstance(event, Delta):
                _block(event.block)
            elif isinstance(event, Decision):
                answer = event.answer
        if answer:
            _foot(answer)
            history += [Turn("user", question), Turn("assistant", answer.text)]


@app.command()
def batch(
    source: Annotated[Path, typer.Argument(help="问题文件，每行一个 JSON", exists=True, dir_okay=False)],
    target: Annotated[Path, typer.Argument(help="答案文件，每行一个 JSON", dir_okay=False)],
) -> None:
    """批量作答；坏行只影响它自己。"""
    settings = Settings()
    doctor = _doctor(settings)
    failed = done = 0
    with source.open(encoding="utf-8", errors="replace") as lines, target.open("w", encoding="utf-8") as out:
        for row in batches.run(lines, doctor, date.today(), settings.region):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            done += 1
            failed += "error" in row
    errors.print(f"{done} 行，其中 {failed} 行有误；结果在 {target}")


@app.command()
def fit(
    sets: Annotated[list[Path], typer.Argument(help="开发集（不能是 heldout）", exists=True, dir_okay=False)],
    *,
    target: Annotated[Path, typer.Option(help="写到哪里", dir_okay=False)] = CALIBRATION,
) -> None:
    """用开发集拟合置信度的权重。"""
    settings = Settings()
    seen: list[tuple[Mapping[str, float], Answer]] = []
    doctor = _doctor(settings, observe=lambda features, answer: seen.append((features, answer)))
    samples = []
    try:
        rows = fitting.read(sets)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    for row in rows:
        seen.clear()
        history = [Turn(**turn) for turn in row.get("history") or ()]
        doctor.ask(row["question"], history, _context(row.get("on") or "", row.get("region") or "", settings))
        samples += [fitting.Sample(features, fitting.is_right(row, answer)) for features, answer in seen]
    before, after = calibration(), fitting.fit(samples)
    about = f"Logistic weights of the confidence, fitted to {len(samples)} drafts by `python -m bot fit`. Features are between 0 and 1."
    fitting.write(after, target, about)
    _weights(before, after)
    console.print(
        f"对数损失 {fitting.log_loss(before, samples):.3f} → {fitting.log_loss(after, samples):.3f}，样本 {len(samples)}，写入 {target}"
    )


def _doctor(settings: Settings, **options: object) -> Doctor:
    raise NotImplementedError


def _context(on: str, region: str, settings: Settings) -> Context:
    return Context(date.fromisoformat(on) if on else date.today(), region or settings.region)


def _read() -> str:
    try:
        return console.input("[bold]您问：[/] ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def _show(answer: Answer) -> None:
    for block in answer.blocks:
        _block(block)
    _foot(answer)


def _block(block: Block) -> None:
    marks = "".join(f"[{cite}]" for cite in block.cites)
    if block.kind == "table":
        table = Table(*block.rows[0])
        for row in block.rows[1:]:
            table.add_row(*row)
        console.print(table)
        return
    style = {"lead": "bold", "notice": "dim"}.get(block.kind, "")
    if block.text:
        console.print(f"{block.text}{marks}", style=style, markup=False)
    for number, row in enumerate(block.rows, 1):
        console.print(f"  {number}. {row[0]}", markup=False)


def _foot(answer: Answer) -> None:
    for number, cite in enumerate(answer.citations, 1):
        since = f"，自 {cite.since}" if cite.since else ""
        note = f"（{cite.note}）" if cite.note else ""
        style = "red" if cite.status in (Status.REPEALED, Status.AMENDED) else "green"
        console.print(f"  [{number}] {cite.label} · {cite.status}{since}{note}", style=style, markup=False)
    for contact in answer.contacts:
        console.print(f"  {contact.department} {contact.hotline} {contact.matter}".rstrip(), style="cyan", markup=False)
    for choice in answer.choices:
        console.print(f"  · {choice}", markup=False)
    if answer.suggestions:
        console.print("  还可以问：" + "；".join(answer.suggestions), style="dim", markup=False)
    title = _TITLES.get(answer.outcome, "")
    console.print(
        f"  {title} {_SPEAKERS[answer.speaker]} · 把握 {answer.confidence:.0%}".strip(), style="dim", markup=False
    )


def _weights(before: Calibration, after: Calibration) -> None:
    table = Table("特征", "原来", "现在")
    table.add_row("bias", f"{before.bias:.2f}", f"{after.bias:.2f}")
    for name, value in after.weights.items():
        table.add_row(name, f"{before.weights.get(name, 0):.2f}", f"{value:.2f}")
    console.print(table)


if __name__ == "__main__":
    app()
