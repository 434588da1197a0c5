"""Commands of `python -m eval` that measure what is not served: growth, STARD, ablation."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from eval import questions as sets
from eval.questions import Question

out = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def growth(texts: Path, questions: Path, folder: Path, largest: int) -> None:
    """Measure, show the build and query times, and leave growth.json and growth.html in the folder."""
    from eval.bench.growth import SYSTEMS, Grown, measure, table
    from eval.report.growth import write_growth
    from eval.run import write

    def keep(grown: Grown) -> None:
        write(folder / "growth.json", json.dumps(grown.to_json(), ensure_ascii=False, indent=1))
        write(folder / "growth.html", write_growth(grown))

    folder.mkdir(parents=True, exist_ok=True)
    with _told() as tell:
        grown = measure(texts, questions, tell, keep=keep, largest=largest)
    names = list(SYSTEMS.values())
    for figure in ("build, s", "query p50, ms", "queries a second, 4 threads", "peak memory, MiB"):
        shown = Table(figure, *names, *(f"{names[0]} : {name}" for name in names[1:]))
        for row in table(grown, figure):
            shown.add_row(*row)
        out.print(shown)
    swap = Table("换索引时提问", "")
    for name, value in grown.swap.items():
        swap.add_row(name, f"{value:.4g}")
    out.print(swap)
    for line in grown.skipped:
        out.print(f"没有测：{line}")
    out.print(f"报告：{folder / 'growth.html'}")


def terms(names: Annotated[list[str], typer.Argument(help="题集，可以是几个")]) -> None:
    """单用 BM25，比较字、词和两者并用（依据 docs/decisions/0004）。"""
    from corpus import starter
    from corpus.catalogue import Catalogue
    from eval.bench.terms import measure
    from indexer.settings import Settings

    settings = Settings()
    try:
        questions = _together(names)
    except (FileNotFoundError, sets.SetError) as error:
        errors.print(f"✗ {error}", style="red", markup=False)
        raise typer.Exit(2) from error
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


def stard(
    training: Annotated[Path, typer.Argument(help="有 stard_train.jsonl 和 stard_corpus.jsonl.gz 的文件夹", exists=True)],
    *,
    folds: Annotated[int, typer.Option(min=2, help="折数")] = 5,
    epochs: Annotated[int, typer.Option(min=1, help="只读条文的预训练轮数")] = 4,
    work: Annotated[Path, typer.Option(help="权重和做完的折放在哪里；中断后接着做")] = Path("data/stard"),
    report: Annotated[Path, typer.Option("--out", help="结果 JSON")] = Path("data/runs/stard.json"),
) -> None:
    """STARD 交叉验证：随机分折和按条文分折，BM25、向量和融合，附配对区间。"""
    from eval.stard.run import MEASURES, Plan, run

    report.parent.mkdir(parents=True, exist_ok=True)
    with _told() as tell:
        found = run(
            training, work, report, Plan(folds=folds, epochs=epochs), lambda stage, done: tell(f"{stage} {done:.0%}")
        )
    for kind, rows in found["splits"].items():
        table = Table(f"{kind} {rows['folds']}", *MEASURES, *(f"Δ {measure}" for measure in MEASURES))
        for system, values in rows["systems"].items():
            means = [f"{values[measure]['mean']:.3f}" for measure in MEASURES]
            deltas = [_signed(*(values[measure][f"delta{end}"] for end in ("", "_low", "_high"))) for measure in MEASURES]
            table.add_row(system, *means, *deltas)
        out.print(table)
    out.print(f"结果：{report}")


def ablate(
    names: Annotated[list[str], typer.Argument(help="题集：文件，或 eval/sets 里的名字，可以是几个")],
    *,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="以哪一天的规定为准，默认今天")] = None,
    region: Annotated[str, typer.Option(help="默认是服务所在地")] = "",
    report: Annotated[Path | None, typer.Option("--out", help="把结果另存为 JSON")] = None,
) -> None:
    """把检索的每一步轮流关掉，看各值多少；再看有没有哪一类问题不如单用 BM25。"""
    from bot.settings import Settings as BotSettings
    from eval.ablation import slices
    from eval.ablation.table import MEASURES
    from eval.ablation.table import ablate as measured
    from eval.run import Setting
    from eval.system import served
    from indexer.store import StoreError

    try:
        questions = _together(names)
        setting = Setting(on.date() if on else date.today(), region or BotSettings().region)
        with _told() as tell:
            rows = measured(questions, served(), setting, tell)
            tell("BM25")
            parts = slices.slices(questions, served(), setting)
    except (FileNotFoundError, ValueError, StoreError) as error:
        errors.print(f"[red]✗[/] {error}")
        raise typer.Exit(2) from error
    table = Table("没有这一步", *MEASURES, *(f"这一步值 {measure}" for measure in MEASURES))
    for row in rows:
        worth = [_signed(*row.worth[measure]) + (" *" if row.proven(measure) else "") for measure in MEASURES]
        table.add_row(row.name, *(f"{row.means[measure]:.3f}" for measure in MEASURES), *worth)
    out.print(table)
    table = Table("问题", "题数", *(f"{m}，BM25 → 现在" for m in slices.MEASURES), *(f"差 {m}" for m in slices.MEASURES))
    for part in parts:
        values = [f"{part.plain[measure]:.3f} → {part.ours[measure]:.3f}" for measure in slices.MEASURES]
        gain = [_signed(*part.gain[measure]) for measure in slices.MEASURES]
        table.add_row(part.value or "全部", str(part.count), *values, *gain, style="red" if part.loses else "")
    out.print(table)
    if report:
        steps = [{"step": row.name, "means": dict(row.means), "worth": dict(row.worth)} for row in rows]
        plain = {"steps": steps, "slices": [asdict(part) for part in parts]}
        report.write_text(json.dumps(plain, ensure_ascii=False, indent=1), encoding="utf-8")


def weigh(
    names: Annotated[list[str], typer.Argument(help="题集，可以是几个；只用可以看的题")],
    *,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="以哪一天的规定为准，默认今天")] = None,
) -> None:
    """由题目求各路的权重：现有的和拟合的（交叉验证），看知识库有没有这条的问法时各能找到多少。"""
    from bot.settings import Settings as BotSettings
    from eval.ablation.weigh import MEASURES
    from eval.ablation.weigh import weigh as weighed
    from eval.run import Setting
    from eval.system import served
    from indexer.store import StoreError

    try:
        questions = _together(names)
        with _told() as tell:
            rows = weighed(questions, served(), Setting(on.date() if on else date.today(), BotSettings().region), tell)
    except (FileNotFoundError, ValueError, StoreError) as error:
        errors.print(f"[red]✗[/] {error}")
        raise typer.Exit(2) from error
    table = Table("", *(row.name for row in rows))
    for situation in rows[0].means:
        for measure in MEASURES:
            table.add_row(f"{measure}: {situation}", *(f"{row.means[situation][measure]:.3f}" for row in rows))
    for leg in rows[-1].weights:
        table.add_row(leg, *(f"{row.weights.get(leg, 0):.2f}" for row in rows))
    out.print(table)


def steady(
    names: Annotated[list[str], typer.Argument(help="题集：文件，或 eval/sets 里的名字，可以是几个")],
    *,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="以哪一天的规定为准，默认今天")] = None,
    slips: Annotated[bool, typer.Option("--slips", help="不换话题，改成打错一个同音字")] = False,
) -> None:
    """同一道题，照原样单独问，和跟在另一件事后面问（或者打错一个同音字问），答得一样不一样。"""
    from eval.mistyping import Mistyping
    from eval.run import Setting
    from eval.steady import steady as measured
    from eval.system import open_system
    from indexer.store import StoreError

    try:
        questions, system = _together(names), open_system()
        with _told() as tell:
            setting = Setting(on.date() if on else date.today(), system.region)
            mistyping = Mistyping(system.starter) if slips else None
            found = measured(questions, system.doctor, setting, tell, mistyping)
    except (FileNotFoundError, ValueError, StoreError) as error:
        errors.print(f"✗ {error}", style="red", markup=False)
        raise typer.Exit(2) from error
    mean, low, high = found.same
    how = "打错一个同音字" if slips else "跟在另一件事后面"
    out.print(f"{found.asked} 题，{how}问，处理和首条依据不变的：{mean:.3f} [{low:.3f}, {high:.3f}]")
    table = Table("照原样问", f"{how}问", "题数")
    for (alone, after), count in sorted(found.changed.items(), key=lambda item: -item[1]):
        table.add_row(alone, after, str(count))
    out.print(table)


def _together(names: Sequence[str]) -> list[Question]:
    """:returns: the questions of several sets; an id is made unlike those of the other sets"""
    found = {name: sets.load(sets.find(name)) for name in names}
    if len(found) == 1:
        return next(iter(found.values()))
    return [q for name, rows in found.items() for q in sets.apart(name, rows)]


def _signed(mean: float, low: float, high: float) -> str:
    return f"{mean:+.3f} [{low:+.3f}, {high:+.3f}]"


@contextmanager
def _told() -> Iterator:  # type: ignore[type-arg]
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=errors) as bar:
        task = bar.add_task("准备")
        yield lambda stage: bar.update(task, description=stage)
