"""`python -m eval`: run question sets, compare runs, gate a release, benchmark."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from eval import experiments
from eval import questions as sets
from eval.compare import compare as compared
from eval.gate import breaches, read_limits
from eval.metrics.harm import HARMS
from eval.results import read

app = typer.Typer(help="评测：运行题集、比较两次运行、把关、测速。", no_args_is_help=True, add_completion=False)
out = Console(highlight=False)
errors = Console(stderr=True, highlight=False)
RUNS = Path("data/runs")

SetName = Annotated[str, typer.Argument(help="题集：文件，或 eval/sets 里的名字")]


@app.command("run")
def run_set(
    name: SetName,
    *,
    folder: Annotated[Path | None, typer.Option("--out", help="结果文件夹，默认 data/runs/题集-时间")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="以哪一天的规定为准，默认今天")] = None,
    region: Annotated[str, typer.Option(help="默认是服务所在地")] = "",
) -> None:
    """逐题提问，写出结果、指标和报告。"""
    from eval.run import Setting, run
    from eval.system import open_system
    from indexer.encoder import EncoderError
    from indexer.store import StoreError

    path = _find(name)
    questions = _load(path)
    folder = folder or RUNS / f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    try:
        system = open_system()
    except (StoreError, EncoderError) as error:
        raise _stop(str(error)) from error
    setting = Setting(on.date() if on else date.today(), region or system.region)
    with _bar() as bar:
        task = bar.add_task(path.stem, total=len(questions))
        for _ in run(system.doctor, system.index, questions, setting, folder, path.stem):
            bar.advance(task)
    _show(json.loads((folder / "summary.json").read_text(encoding="utf-8")))
    out.print(f"报告：{folder / 'report.html'}")


@app.command()
def validate(name: SetName) -> None:
    """检查题集的格式。"""
    out.print(f"{len(_load(_find(name)))} 题，格式正确")


@app.command("compare")
def compare_runs(
    a: Annotated[Path, typer.Argument(help="先前一次运行的文件夹", exists=True, file_okay=False)],
    b: Annotated[Path, typer.Argument(help="后来一次运行的文件夹", exists=True, file_okay=False)],
) -> None:
    """两次运行逐项比较，带配对区间。"""
    summaries = [json.loads((folder / "summary.json").read_text(encoding="utf-8")) for folder in (a, b)]
    if summaries[0]["set"] != summaries[1]["set"]:
        raise _stop(f"两次运行的题集不同：{summaries[0]['set']} 和 {summaries[1]['set']}，没有可比的题")
    questions = _load(_find(summaries[0]["set"]))
    table = Table("指标", "先前", "后来", "差", "95% 区间", "题数", "")
    for c in compared(questions, read(a / "results.jsonl"), read(b / "results.jsonl")):
        table.add_row(
            c.figure,
            f"{c.a:.3f}",
            f"{c.b:.3f}",
            f"{c.b - c.a:+.3f}",
            f"{c.low:+.3f} – {c.high:+.3f}",
            str(c.n),
            "有差别" if c.proven else "",
        )
    out.print(table)


@app.command()
def gate(
    folder: Annotated[Path, typer.Argument(help="一次运行的文件夹", exists=True, file_okay=False)],
    *,
    limits: Annotated[Path, typer.Option(help="界限", exists=True, dir_okay=False)] = Path(__file__).parent / "gate.yaml",
) -> None:
    """不合格时以状态 1 结束。"""
    found = breaches(json.loads((folder / "summary.json").read_text(encoding="utf-8")), read_limits(limits))
    for line in found:
        out.print(f"[red]✗[/] {line}")
    if found:
        raise typer.Exit(1)
    out.print("全部合格")


@app.command()
def bench(
    texts: Annotated[Path, typer.Argument(help="法规文件夹", exists=True)],
    *,
    name: Annotated[str, typer.Option("--set", help="用哪个题集测质量")] = "coverage_dev",
    report: Annotated[Path | None, typer.Option("--out", help="把结果另存为 JSON；测增长时是文件夹")] = None,
    growth: Annotated[bool, typer.Option("--growth", help="测代价怎样随条数增长，以及换索引时的提问")] = False,
    largest: Annotated[int, typer.Option(help="测增长时用打乱的句子凑到多少条；0 不凑")] = 1_000_000,
) -> None:
    """同一批文本上，与常见的 LangChain 做法并排测速度、内存和质量。"""
    from eval.bench.compare import measure

    questions = _find(name)
    _load(questions)
    if growth:
        folder = report or RUNS / f"growth-{datetime.now(UTC):%Y%m%dT%H%M%S}"
        experiments.growth(texts, questions, folder, largest)
        return
    with _bar() as bar:
        task = bar.add_task("准备", total=4)

        def tell(stage: str) -> None:
            bar.update(task, description=stage, advance=1)

        rows = measure(texts, questions, tell)
    table = Table("", *rows, "环保医生 : 常见做法")
    for figure in rows["环保医生"]:
        ours, stock = rows["环保医生"][figure], rows["常见做法"][figure]
        table.add_row(figure, *(f"{row[figure]:.3g}" for row in rows.values()), f"{ours / stock:.3f}" if stock else "")
    out.print(table)
    if report:
        report.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


@app.command()
def terms(names: Annotated[list[str], typer.Argument(help="题集，可以是几个")]) -> None:
    """单用 BM25，比较字、词和两者并用（依据 docs/decisions/0004）。"""
    from corpus import starter
    from corpus.catalogue import Catalogue
    from eval.bench.terms import measure
    from indexer.settings import Settings

    settings = Settings()
    questions = [question for name in names for question in _load(_find(name))]
    rows = measure(Catalogue.open(settings.database), starter.load(), questions, date.today(), settings.region)
    table = Table("词项", "Success@5", "RR@10", "与第一种之差", "95% 区间", "切分，秒")
    for row in rows:
        mean, low, high = row.against
        table.add_row(
            row.kind,
            f"{row.found:.3f}",
            f"{row.rank:.3f}",
            f"{mean:+.3f}",
            f"{low:+.3f} – {high:+.3f}",
            f"{row.seconds:.1f}",
        )
    out.print(table)


app.command()(experiments.stard)
app.command()(experiments.ablate)


def _show(summary: dict[str, Any]) -> None:
    table = Table("指标", "值", "95% 区间", "题数")
    for name, figure in summary["figures"].items():
        table.add_row(name, f"{figure['mean']:.3f}", f"{figure['low']:.3f} – {figure['high']:.3f}", str(figure["n"]))
    table.add_row("share answered at 97 % precision", f"{summary['share at goal']:.3f}", "", "")
    table.add_row("milliseconds p50 / p95", f"{summary['ms']['p50']} / {summary['ms']['p95']}", "", "")
    out.print(table)
    if summary["harms"]:
        harms = Table("错误", "题数", "含义")
        for name, count in summary["harms"].items():
            harms.add_row(name, str(count), HARMS[name])
        out.print(harms)


def _find(name: str) -> Path:
    try:
        return sets.find(name)
    except FileNotFoundError as error:
        raise _stop(str(error)) from error


def _load(path: Path) -> list[sets.Question]:
    try:
        return sets.load(path)
    except sets.SetError as error:
        raise _stop(str(error)) from error


def _stop(text: str) -> typer.Exit:
    errors.print(f"[red]✗[/] {text}")
    return typer.Exit(2)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=errors
    )


if __name__ == "__main__":
    app()
