"""`python -m eval`: run question sets, compare runs, gate a release, benchmark."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.model import ModelError
from corpus.starter import LibraryError
from eval import experiments
from eval import questions as sets
from eval.gate import LIMITS, LimitsError, breaches, losses, read_limits
from eval.judge import judge as second
from eval.metrics.harm import HARMS
from eval.report import words
from eval.results import RunError
from indexer.encoder import EncoderError
from indexer.lease import LeaseError
from indexer.store import StoreError

app = typer.Typer(help="评测：运行题集、比较两次运行、把关、测速。", no_args_is_help=True, add_completion=False)
out = Console(highlight=False)
errors = Console(stderr=True, highlight=False, soft_wrap=True)
RUNS = Path("data/runs")
EXPECTED = (
    FileNotFoundError,
    sets.SetError,
    RunError,
    LimitsError,
    StoreError,
    LeaseError,
    EncoderError,
    LibraryError,
    ModelError,
)

SetName = Annotated[str, typer.Argument(help="题集：文件，或 eval/sets 里的名字")]
Folder = Annotated[Path, typer.Argument(help="一次运行的文件夹")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="以哪一天的规定为准，默认今天")]
Place = Annotated[str, typer.Option(help="默认是服务所在地")]
Limits = Annotated[Path, typer.Option(help="界限文件", exists=True, dir_okay=False)]


@contextmanager
def _told() -> Iterator[None]:
    """Expected failures as one red message and status 2."""
    try:
        yield
    except EXPECTED as error:
        errors.print(f"✗ {error}", style="red", markup=False)
        raise typer.Exit(2) from error


@app.command("run")
def run_set(
    name: SetName,
    *,
    folder: Annotated[
        Path | None, typer.Option("--out", help="结果文件夹，默认 data/runs/题集-时间；中断后写同一个文件夹就接着运行")
    ] = None,
    on: Day = None,
    region: Place = "",
    judge: Annotated[bool, typer.Option("--judge", help="另请设置好的对话模型看一遍答复，只供参考")] = False,
) -> None:
    """逐题提问，写出结果、指标和报告。"""
    from eval.gold import unmet
    from eval.run import Setting, begin, finish, go
    from eval.system import open_system

    with _told():
        path = sets.find(name)
        sets.load(path)  # before an index is opened: a broken set is the first thing to say
        system = open_system()
        if judge and system.writer is None:
            raise RunError(
                "没有设置对话模型，没有运行。请设置 ENVDOCTOR_MODEL_NAME（见 docs/settings.md），或者去掉 --judge。"
            )
        setting = Setting(on.date() if on else date.today(), region or system.region)
        folder = folder or RUNS / f"{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
        run = begin(system, path, setting, folder)
        if run.results:
            errors.print(f"接着上次：{len(run.questions)} 题里已经答了 {len(run.results)} 题")
        missing = unmet(run.questions, system.catalogue, system.starter, setting.on, setting.region)
        if missing:
            shown = () if sets.held_out(path.stem) else missing[:5]
            told = f"有 {len(missing)} 条标准条文对不上知识库，这些题会算作没有找到" + ("：" if shown else "。")
            errors.print(told, *shown, sep="\n")
        extra, verdicts = {"unmet gold": len(missing)}, None
        try:
            with _bar() as bar:
                task = bar.add_task(path.stem, total=len(run.questions), completed=len(run.results))
                for _ in go(system, run, setting):
                    bar.advance(task)
                if judge and system.writer:
                    task = bar.add_task("模型评判", total=len(second.judged(run.questions, run.results)))
                    bar.update(task, completed=len(second.read(folder)))
                    for _ in second.judge(system.writer, system.index, run.questions, run.results, setting.on, folder):
                        bar.advance(task)
                    verdicts = second.read(folder)
                    model = system.versions["chat model"]
                    extra["judge"] = second.tally(verdicts, run.questions, run.results, model)  # type: ignore[assignment]
        except KeyboardInterrupt as error:
            again = f"python -m eval run {name} --out {folder}" + (" --judge" if judge else "")
            errors.print(f"停下了，{len(run.results)} 题的结果已保存在 {folder}。接着运行：{again}", markup=False)
            raise typer.Exit(130) from error
        _show(finish(run, extra, verdicts))
    out.print(f"报告：{folder / 'report.html'}", soft_wrap=True)


@app.command()
def validate(
    name: SetName,
    *,
    on: Day = None,
    region: Place = "",
) -> None:
    """检查题集的格式，以及标准条文在知识库里有没有。"""
    from bot.settings import Settings as BotSettings
    from corpus import starter
    from corpus.catalogue import Catalogue
    from eval.gold import unmet
    from indexer.settings import Settings

    with _told():
        path = sets.find(name)
        questions = sets.load(path)
        day, place = on.date() if on else date.today(), region or BotSettings().region
        missing = unmet(questions, Catalogue.open(Settings().database), starter.load(), day, place)
        if missing:
            raise sets.SetError(path.name, missing)
    turns = sum(bool(q.history) for q in questions)
    out.print(f"{len(questions)} 题（其中多轮 {turns} 题），格式正确，标准条文都在知识库里")


@app.command()
def report(folder: Folder) -> None:
    """按现在的口径重新算指标、写报告；没有完成的运行也可以看。"""
    from eval.run import finish, opened

    with _told():
        run = opened(folder)
        verdicts = second.read(folder)
        model = run.header["versions"].get("chat model", "")
        extra = {"judge": second.tally(verdicts, run.questions, run.results, model)} if verdicts else None
        _show(finish(run, extra, verdicts))
    out.print(f"报告：{folder / 'report.html'}", soft_wrap=True)


@app.command("compare")
def compare_runs(
    a: Annotated[Path, typer.Argument(help="先前一次运行的文件夹")],
    b: Annotated[Path, typer.Argument(help="后来一次运行的文件夹")],
    *,
    page: Annotated[Path | None, typer.Option("--out", help="另存为网页，变好变差的题左右对照")] = None,
) -> None:
    """两次运行逐项比较，带配对区间，并列出变好和变差的题。"""
    from eval.compare import common, compare, turned
    from eval.report.html import write_comparison
    from eval.run import opened, write

    with _told():
        before, after = opened(a), opened(b)
        questions, note = common(before, after)
    if note:
        errors.print(note)
    changes = compare(questions, before.results, after.results)
    table = Table("指标", "先前", "后来", "差", "95% 区间", "题数", "")
    for c in changes:
        interval = f"{c.low:+.3f} – {c.high:+.3f}"
        shown = (words.named(c.figure), f"{c.a:.3f}", f"{c.b:.3f}", f"{c.b - c.a:+.3f}", interval, str(c.n))
        table.add_row(*shown, "有差别" if c.proven else "")
    out.print(table)
    moved = turned(questions, before.results, after.results)
    closed = any(sets.held_out(run.header["set"]) for run in (before, after))
    for title, rows in (("变差", moved.worse), ("变好", moved.better)):
        listed = () if closed else rows[:10]
        out.print(f"{title} {len(rows)} 题" + ("：" if listed else ""))
        for q in listed:
            out.print(f"  {q.id}  {q.question[:40]}", markup=False)
    if page:
        write(page, write_comparison(before, after, questions, note, changes, moved))
        out.print(f"对照：{page}", soft_wrap=True)


@app.command()
def pool(folders: Annotated[list[Path], typer.Argument(help="几次运行的文件夹，题集各不相同")]) -> None:
    """几次运行合起来看：单个题集太小时，合计的指标，以及多高的准确率下能自动答复多少。"""
    from eval.pooled import common, pooled, shares
    from eval.run import opened
    from eval.summary import summarise

    with _told():
        questions, results = pooled([opened(folder) for folder in folders])
        _show(summarise("", questions, results))
        table = Table("准确率至少", "自动答复：要点逐字全对", "自动答复：条文对")
        for row in shares(questions, results):
            table.add_row(f"{row.goal:.2f}", _with_interval(row.letter), _with_interval(row.article))
    out.print(table)
    rates = {name: _with_interval(rate) for name, rate in common(questions, results).items()}
    out.print(f"常见问题：自动答复 {rates['answered']}；答复中条文对 {rates['article']}，要点逐字全对 {rates['letter']}")


@app.command()
def gate(
    folder: Folder,
    *,
    limits: Limits = LIMITS,
    baseline: Annotated[Path | None, typer.Option("--against", help="另一次运行：与它相比，没有一项确有变差")] = None,
) -> None:
    """把关：合格时状态是 0，不合格是 1，没法把关是 2。"""
    from eval.compare import common, compare
    from eval.run import opened, summary_of

    with _told():
        found = breaches(summary_of(folder), read_limits(limits))
        if baseline:
            summary_of(baseline)
            before, after = opened(baseline), opened(folder)
            questions, note = common(before, after)
            if note:
                errors.print(note)
            found += losses(compare(questions, before.results, after.results))
    for line in found:
        out.print(f"✗ {line}", style="red", markup=False, soft_wrap=True)
    if found:
        raise typer.Exit(1)
    out.print("全部合格")


@app.command()
def swap(
    name: SetName,
    *,
    folder: Annotated[Path | None, typer.Option("--out", help="结果文件夹，默认 data/runs/swap-题集-时间")] = None,
    limits: Limits = LIMITS,
    on: Day = None,
    region: Place = "",
    full: Annotated[bool, typer.Option("--full", help="不用缓存，全部重新计算")] = False,
) -> None:
    """建新索引，先用题集把关，合格才启用；不合格时原索引继续使用，状态是 1。"""
    from bot.settings import Settings as BotSettings
    from eval.run import Setting
    from eval.swap import swap as swapped
    from indexer.build import STAGES

    with _told():
        path = sets.find(name)
        sets.load(path)
        bounds = read_limits(limits)
        folder = folder or RUNS / f"swap-{path.stem}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
        setting = Setting(on.date() if on else date.today(), region or BotSettings().region)
        with _bar() as bar:
            task = bar.add_task("准备", total=100)

            def tell(stage: str, done: float) -> None:
                bar.update(task, description="把关" if stage == "check" else STAGES[stage], completed=done * 100)

            try:
                built, run = swapped(path, setting, folder, bounds, tell, full=full)
            except StoreError as error:
                errors.print(f"✗ {error}", style="red", markup=False)
                raise typer.Exit(1) from error
    out.print(
        f"索引 {built.id} 合格，已启用，报告：{folder / 'report.html'}" if run else "没有变化，索引不用换，没有提问",
        soft_wrap=True,
    )


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

    with _told():
        questions = sets.find(name)
        sets.load(questions)
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


app.command()(experiments.terms)
app.command()(experiments.stard)
app.command()(experiments.ablate)
app.command()(experiments.weigh)
app.command()(experiments.steady)


def _show(summary: dict[str, Any]) -> None:
    table = Table("指标", "值", "95% 区间", "题数")
    for name, figure in summary["figures"].items():
        interval = f"{figure['low']:.3f} – {figure['high']:.3f}"
        table.add_row(words.named(name), f"{figure['mean']:.3f}", interval, str(figure["n"]))
    low, high = summary["share at goal interval"]
    table.add_row("准确率 97% 时自动答复", f"{summary['share at goal']:.3f}", f"{low:.3f} – {high:.3f}", "")
    table.add_row("毫秒 p50 / p95", f"{summary['ms']['p50']} / {summary['ms']['p95']}", "", "")
    out.print(table)
    if summary["harms"]:
        harms = Table("错误", "题数", "可能出错的题", "含义")
        for name, count in summary["harms"].items():
            harms.add_row(name, str(count), str(summary["at risk"][name]), HARMS[name])
        out.print(harms)


def _with_interval(rate: tuple[float, float, float]) -> str:
    return "{:.3f} [{:.3f}, {:.3f}]".format(*rate)


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=errors
    )


if __name__ == "__main__":
    app()
