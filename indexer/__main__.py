"""`python -m indexer`: build, look into and train what finds text. Every command is thin; the work is done in the modules."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from corpus import starter as library
from corpus.catalogue import Catalogue
from indexer import dense, door, service
from indexer import encoder as encoders
from indexer.build import Built
from indexer.hit import Hit
from indexer.lease import LeaseError
from indexer.milvus import publish as publishing
from indexer.milvus.server import MilvusError, Server
from indexer.settings import Settings
from indexer.store import Store, StoreError

app = typer.Typer(help="索引：建立、查看、检索和训练。", no_args_is_help=True, add_completion=False)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


@contextmanager
def _told() -> Iterator[None]:
    """Expected failures as one red line and exit code 1."""
    try:
        yield
    except (StoreError, LeaseError, encoders.EncoderError, library.LibraryError) as error:
        errors.print(str(error), style="red")
        raise typer.Exit(1) from error


def _day(value: str) -> date:
    if not value:
        return date.today()
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError as error:
        raise typer.BadParameter(f"{value} 不是 2026-08-15 这样的日期") from error


@app.command()
def build(full: Annotated[bool, typer.Option("--full", help="不用缓存，全部重新计算")] = False) -> None:
    """建立索引；没有变化时不重建，建好之前旧索引照常使用。设了 ENVDOCTOR_MILVUS 就同时更新 Milvus。"""
    settings = Settings()
    with _told(), _bar() as (bar, task):
        catalogue = Catalogue.open(settings.database)
        built = door.rebuild(settings, catalogue, library.load(), full=full, progress=_teller(bar, task))
    console.print(_summary(built))


def _summary(built: Built) -> str:
    what = "没有变化" if built.unchanged else "已建立"
    return (
        f"索引 {built.id} {what}：{built.passages} 条，{built.questions} 个常见问法，"
        f"新算 {built.computed} 个向量，用时 {built.seconds:.1f} 秒"
    )


@app.command()
def migrate() -> None:
    """把磁盘上的索引复制到 Milvus（ENVDOCTOR_MILVUS），核对无误后由它检索；中断后可以重新运行。"""
    settings = Settings()
    with _told():
        server = door.milvus(settings)
        if not server:
            raise MilvusError(
                "没有设置 ENVDOCTOR_MILVUS，现在由文件检索。请把它设为 Milvus 的地址，如 http://milvus:19530/envdoctor / "
                "ENVDOCTOR_MILVUS is not set"
            )
        with _bar() as (bar, task):
            published = service.migrate(
                settings.data_dir,
                Catalogue.open(settings.database),
                library.load(),
                server,
                kept=settings.kept_indexes,
                progress=_teller(bar, task),
            )
    what = "已经在那里" if published.unchanged else "已复制"
    console.print(
        f"Milvus（{server.uri}）现在使用索引 {published.id}：{published.rows} 行{what}，用时 {published.seconds:.1f} 秒"
    )


@app.command()
def status() -> None:
    """列出现有索引，并说明由谁检索。"""
    settings = Settings()
    store = Store(settings.index_root)
    with _told():
        table = Table("", "索引", "条数", "问法", "编码器", "向量检索", "建立时间", "大小")
        current = store.current()
        for index_id in store.ids():
            manifest = store.manifest(index_id)
            size = sum(path.stat().st_size for path in store.folder(index_id).iterdir()) / 1e6
            mark = "→" if index_id == current else ""
            row = (
                mark,
                index_id,
                manifest.passages,
                manifest.questions,
                manifest.encoder,
                dense.described(store.folder(index_id)),
                manifest.built_at,
                f"{size:.0f} MB",
            )
            table.add_row(*map(str, row))
        console.print(table if current else "还没有索引，请运行 python -m indexer build")
        if server := door.milvus(settings):
            serving = server.serving()
            console.print(
                f"由 Milvus（{server.uri}）检索，使用索引 {serving}"
                if serving
                else f"Milvus（{server.uri}）里还没有索引，请运行 python -m indexer migrate"
            )
        elif current:
            console.print("由磁盘上的文件检索")


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="要找的话")],
    *,
    on: Annotated[str, typer.Option(help="日期，如 2026-08-15；不写就是今天")] = "",
    region: Annotated[str | None, typer.Option(help="地区，如 湖北省武汉市")] = None,
    k: Annotated[int, typer.Option("-k", help="条数")] = 10,
) -> None:
    """检索，并列出每一路的得分。"""
    settings = Settings()
    day = _day(on)
    with _told():
        index = door.open_reader(settings, Catalogue.open(settings.database), library.load()).current()
        place = settings.region if region is None else region
        hits = index.search(question, on=day, region=place, k=k)
    console.print(_hits(hits) if hits else "没有找到")


def _hits(hits: list[Hit]) -> Table:
    """Narrow terminals break lines inside the last two columns only."""
    table = Table("得分", "条文")
    table.add_column("各路", ratio=1)
    table.add_column("内容", ratio=2)
    for hit in hits:
        name = hit.passage.headings[0] if hit.passage.kind == "faq" else hit.passage.label
        shown = " ".join(f"{leg} {value:.2f}" for leg, value in hit.legs.items())
        text = hit.passage.text[:60].replace("\n", " ")
        table.add_row(f"{hit.score:.2f}", f"{name}\n{hit.passage.kind} {hit.status}", shown, text)
    return table


@app.command()
def rollback() -> None:
    """退回上一个完好的索引；设了 ENVDOCTOR_MILVUS 时，Milvus 跟着退回，做不到就都不变。"""
    settings = Settings()
    with _told():
        catalogue, server = Catalogue.open(settings.database), door.milvus(settings)
        kept = settings.kept_indexes
        now = service.rollback(settings.data_dir, catalogue, library.load(), server=server, kept=kept)
        console.print(f"现在使用 {now}")


@app.command()
def verify() -> None:
    """逐个文件核对所有索引的校验和；设了 ENVDOCTOR_MILVUS 时，再核对 Milvus 里的行数和得分。"""
    settings = Settings()
    store, server = Store(settings.index_root), door.milvus(settings)
    if not store.ids():
        errors.print("还没有索引可以核对，请运行 python -m indexer build", style="red")
        raise typer.Exit(1)
    damaged = 0
    for index_id in store.ids():
        try:
            manifest = store.verify(index_id, again=True)
            console.print(f"{index_id} 完好，{len(manifest.files)} 个文件")
        except StoreError as error:
            damaged += 1
            errors.print(str(error), style="red")
    try:
        console.print(_checked(store, server) if server else "由磁盘上的文件检索")
    except StoreError as error:
        damaged += 1
        errors.print(str(error), style="red")
    if damaged:
        raise typer.Exit(1)


def _checked(store: Store, server: Server) -> str:
    found = publishing.verify(store, server)
    return f"由 Milvus（{server.uri}）检索：{found.id} 完好，{found.rows} 行，抽查得分与文件一致"


@app.command()
def prune(kept: Annotated[int, typer.Option(min=1, help="保留几个")] = 3) -> None:
    """删除旧索引和没有完成的残留；设了 ENVDOCTOR_MILVUS 时，也删除 Milvus 里的旧索引。"""
    settings = Settings()
    with _told():
        removed = service.prune(settings.data_dir, kept, server=door.milvus(settings))
    free = shutil.disk_usage(settings.index_root).free / 1e9
    console.print(f"删除了 {len(removed)} 个，磁盘剩余 {free:.1f} GB")


@app.command()
def train(
    laws: Annotated[list[Path], typer.Argument(help="法律文本（Markdown）的文件夹，可以多个")],
    *,
    stard: Annotated[Path | None, typer.Option(help="STARD 训练集 JSONL")] = None,
    questions: Annotated[Path | None, typer.Option(help="问法 JSONL：{title, article, questions}")] = None,
    out: Annotated[Path, typer.Option(help="编码器写到哪里")] = encoders.MODEL,
    seed: Annotated[int, typer.Option(help="随机种子")] = 7,
) -> None:
    """训练自带的编码器（两核七到十四分钟）；中断后重新运行会接着训练。"""
    from indexer.training.run import train_encoder  # loads torch

    settings = Settings()
    with _told(), _bar() as (bar, task):

        def tell(stage: str, done: float, loss: float) -> None:
            bar.update(task, description=stage if loss != loss else f"{stage} {loss:.3f}", completed=done * 100)

        report = train_encoder(laws, library.load(), stard, questions, settings.data_dir / "training", out, seed, tell)
    console.print(report)


def _teller(bar: Progress, task: TaskID) -> Callable[[str, float], None]:
    def tell(stage: str, done: float) -> None:
        bar.update(task, description=service.STAGES[stage], completed=done * 100)

    return tell


@contextmanager
def _bar() -> Iterator[tuple[Progress, TaskID]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn())
    with Progress(*columns, console=errors) as bar:
        yield bar, bar.add_task("准备", total=100)


if __name__ == "__main__":
    app()
