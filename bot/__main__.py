"""`python -m bot`: ask the doctor from a terminal, run files of questions, fit the confidence."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot import batch as batches
from bot import classifier, network, training
from bot import fit as fitting
from bot.answer import Answer, Context, Decision, Delta, Outcome, Speaker, Turn
from bot.decide import CALIBRATION, Calibration, calibration
from bot.doctor import Doctor
from bot.door import open_doctor
from bot.model import ModelError
from bot.settings import Settings
from bot.terminal import show, show_block, show_foot
from corpus import starter as library
from indexer.encoder import EncoderError
from indexer.settings import Settings as IndexSettings
from indexer.store import StoreError

app = typer.Typer(help="环保医生：在终端里提问、批量作答。", no_args_is_help=True, add_completion=False)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def _day(value: str) -> str:
    try:
        return value and datetime.strptime(value, "%Y-%m-%d").date().isoformat()
    except ValueError as error:
        raise typer.BadParameter(f"{value} 不是 2026-11-21 这样的日期") from error


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
    with _told():
        answer = _doctor(settings).ask(question, (), _context(on, region, settings))
    if as_json:
        typer.echo(json.dumps(batches.export(answer), ensure_ascii=False))
    else:
        show(console, answer)


@app.command()
def chat(*, on: On = "", region: Region = "") -> None:
    """连续对话；空行或 Ctrl-D 结束。"""
    settings = Settings()
    doctor, context = _doctor(settings), _context(on, region, settings)
    history: list[Turn] = []
    while question := _read():
        with _told():
            for event in doctor.stream(question, history, context):
                if isinstance(event, Delta):
                    show_block(console, event.block)
                elif isinstance(event, Decision):
                    show_foot(console, event.answer)
                    history += [Turn("user", question), Turn("assistant", event.answer.text, event.answer)]


@app.command()
def batch(
    source: Annotated[Path, typer.Argument(help="问题文件，每行一个 JSON", exists=True, dir_okay=False)],
    target: Annotated[Path, typer.Argument(help="答案文件，每行一个 JSON", dir_okay=False)],
) -> None:
    """批量作答；坏行只影响它自己。"""
    settings = Settings()
    doctor = _doctor(settings)
    failed = done = 0
    with _told(), source.open(encoding="utf-8", errors="replace") as lines, target.open("w", encoding="utf-8") as out:
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
    beside: Annotated[int, typer.Option(help="补充样本最多几条", min=0)] = 700,
    seed: int = 7,
) -> None:
    """用开发集拟合置信度的权重；知识库的问答（逐条移出索引再问）作补充。重新训练分流之后要再拟合一次。"""
    settings = Settings()
    seen: list[tuple[Mapping[str, float], Answer]] = []
    try:
        rows = fitting.read(sets)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    doctor = _doctor(settings, lambda features, answer: seen.append((features, answer)))
    samples: list[fitting.Sample] = []
    for at, row in enumerate(rows):
        seen.clear()
        history = [Turn(**turn) for turn in row.get("history") or ()]
        answer = doctor.ask(row["question"], history, _context(row.get("on") or "", row.get("region") or "", settings))
        shown = answer.outcome is Outcome.ANSWERED or "escalate:unknown" in answer.reasons
        if len(seen) != 1 or not shown:
            continue  # several questions in one, of which no draft holds all; or triage has decided, whatever was drafted
        features, drafted = seen[0]
        samples.append(fitting.Sample(features, fitting.is_right(row, drafted), group=str(row.get("group") or at)))
    others: list[fitting.Sample] = []
    for question, left_out, wanted in _rehearsals(beside, seed):
        seen.clear()
        doctor.rehearse(question, _context("", "", settings), without=left_out)
        others += [
            fitting.Sample(features, fitting.is_right(wanted, answer), fitting.LIBRARY)
            for features, answer in seen
            if answer.speaker is not Speaker.FAQ  # its neighbour would not have been taken
        ]
    before = calibration()
    try:
        after = fitting.fit([*samples, *others])
        crossed = fitting.crossed(samples, others)
    except ValueError as error:
        raise typer.BadParameter("开发集里要有答对的和不该答的问题") from error
    about = f"Logistic weights of the confidence, fitted to {len(samples)} drafts and {len(others)} rehearsals by `python -m bot fit`."
    fitting.write(after, target, about)
    _weights(before, after)
    _reports(before, samples, crossed, settings.answer_at)
    console.print(f"样本 {len(samples)}，补充 {len(others)}，写入 {target}")


def _rehearsals(most: int, seed: int) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """:returns: question of a FAQ, the FAQ, which is left out of the index, what would be right"""
    chance = random.Random(seed)
    for faq in library.load().faqs[:most]:
        gold = [{"title": cite.title, "article": cite.article} for cite in faq.stands_for[:2]]
        yield chance.choice(faq.questions), faq.id, {"outcome": "answered", "gold": gold}


def _reports(
    before: Calibration, samples: Sequence[fitting.Sample], crossed: Sequence[tuple[float, bool]], threshold: float
) -> None:
    old = [(before.confidence(sample.features), sample.right) for sample in samples]
    table = Table("", "作答", "其中答对", "校准误差")
    for name, pairs in (("原来的权重", old), ("新权重（交叉验证）", crossed)):
        seen = fitting.report(pairs, threshold)
        table.add_row(name, f"{seen.share:.3f}", f"{seen.precision:.3f}", f"{seen.error:.3f}")
    console.print(table)


@app.command()
def train(
    *,
    folder: Annotated[Path, typer.Option(help="写到哪个文件夹", exists=True, file_okay=False)] = classifier.FOLDER,
) -> None:
    """训练规则之后的两个小分类器（分流，以及一句话是否接着上一句说，约十分钟）和读字序的小网络（两核约半小时）；用 bot/classes 里的句子和知识库里的问法。"""
    from bot import training_network  # costs seconds and torch

    asked = library.load().questions
    rows, turns = training.written(), training.turns(asked)
    ordinary = training.ordinary(asked)
    for path, learned, beside in ((classifier.WEIGHTS, rows, ordinary), (classifier.LEANING, turns, ())):
        with console.status(f"正在训练 {path.name}，要几分钟"):
            model = training.train(learned, beside)
        training.write(model, folder / path.name)
        console.print(f"{len(learned)} 句，{len(model.classes)} 类，{len(model.rows)} 个词项，写入 {folder / path.name}")
    with Progress(console=errors) as bar:
        task = bar.add_task(f"正在训练 {network.NAME}", total=1.0)
        training_network.train(
            training.beside(rows, ordinary),
            folder / network.NAME,
            progress=lambda done, loss: bar.update(task, completed=done),
        )
    console.print(f"写入 {folder / network.NAME}")


def _doctor(settings: Settings, observe: Callable[[Mapping[str, float], Answer], None] | None = None) -> Doctor:
    with _told():
        return open_doctor(settings, IndexSettings(), observe)


@contextmanager
def _told() -> Iterator[None]:
    """Expected failures as one red line and exit code 1."""
    try:
        yield
    except (StoreError, EncoderError, ModelError) as error:
        errors.print(str(error), style="red")
        raise typer.Exit(1) from error


def _context(on: str, region: str, settings: Settings) -> Context:
    return Context(date.fromisoformat(on) if on else date.today(), region or settings.region)


def _read() -> str:
    try:
        return console.input("[bold]您问：[/] ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def _weights(before: Calibration, after: Calibration) -> None:
    table = Table("特征", "原来", "现在")
    table.add_row("bias", f"{before.bias:.2f}", f"{after.bias:.2f}")
    for name, value in after.weights.items():
        table.add_row(name, f"{before.weights.get(name, 0):.2f}", f"{value:.2f}")
    console.print(table)


if __name__ == "__main__":
    app()
