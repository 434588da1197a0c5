"""`python -m corpus`: take documents in, look at them, end them. Every command is thin; the work is done in the modules."""

from __future__ import annotations

import getpass
import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from corpus import intake, report, starter, starter_check
from corpus.catalogue import Catalogue, CatalogueError, Record, State
from corpus.impact import touched
from corpus.loaders.sandbox import Sandbox
from corpus.metadata import Overrides
from corpus.model import LEVELS, Status, short_title
from corpus.settings import Settings

app = typer.Typer(help="知识库：导入、查看、发布和废止文档。", no_args_is_help=True, add_completion=False)
errors = Console(stderr=True)
Actor = Annotated[str, typer.Option(help="操作人，记入日志")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，每行一条")]


def _catalogue() -> Catalogue:
    return Catalogue.open(Settings().database)


def _fail(message: str) -> typer.Exit:
    errors.print(message, style="red", highlight=False)
    return typer.Exit(1)


def _day(value: str) -> date:
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError as error:
        raise typer.BadParameter(f"{value} 不是 2026-08-15 这样的日期") from error


def _level(value: str) -> str:
    if value and value not in LEVELS:
        raise typer.BadParameter(f"没有“{value}”这一级，可选：{'、'.join(LEVELS)}")
    return value


def _actor(value: str) -> str:
    return value or getpass.getuser()


def _find(catalogue: Catalogue, key: str) -> Record:
    """The document with this id, else the one with this title; of several versions the newest."""
    record = catalogue.record(key)
    if record:
        return record
    named = [row for row in catalogue.records() if row.document.short_title == short_title(key)]
    if not named:
        part = [row for row in catalogue.records() if short_title(key) in row.document.short_title]
        if len({row.document.short_title for row in part}) > 1:
            raise _fail(
                "有多份文档与此标题相符：\n" + "\n".join(f"  {row.document.id}  {row.document.title}" for row in part[:20])
            )
        named = part
    if not named:
        raise _fail(f"目录中没有“{key}”。用 python -m corpus list 查看已有文档。")
    return max(named, key=lambda row: row.document.starts_on or date.min)


@app.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="文件或文件夹")],
    *,
    draft: Annotated[bool, typer.Option("--draft", help="存为草稿，核对后再发布")] = False,
    actor: Actor = "",
    title: Annotated[str, typer.Option(help="标题（只用于单个文件）")] = "",
    level: Annotated[str, typer.Option(help="效力级别", callback=_level)] = "",
    region: Annotated[str, typer.Option(help="适用地区，如 湖北省武汉市")] = "",
    issuer: Annotated[str, typer.Option(help="发布机关")] = "",
    doc_no: Annotated[str, typer.Option(help="文号")] = "",
    publish_date: Annotated[date | None, typer.Option(parser=_day, metavar="DATE", help="公布日期")] = None,
    effective_date: Annotated[date | None, typer.Option(parser=_day, metavar="DATE", help="施行日期")] = None,
) -> None:
    """导入文件或文件夹。没有变化的文件不会重复读取；个别文件失败不影响其余。"""
    found = intake.files(paths)
    if title and len(found) != 1:
        raise typer.BadParameter("--title 只用于单个文件")
    overrides = Overrides(title, level, region, issuer, doc_no, publish_date, effective_date)
    state = State.DRAFT if draft else State.PUBLISHED
    catalogue = _catalogue()
    with Sandbox() as sandbox, report.progress(errors, len(found)) as advance:
        results = []
        taken = intake.take_in(catalogue, found, sandbox.load, actor=_actor(actor), state=state, overrides=overrides)
        for result in taken:
            results.append(result)
            advance(result)
    report.summary(errors, results)
    if any(result.error for result in results) or not found:
        raise typer.Exit(1)


@app.command("list")
def list_(
    *,
    status: Annotated[Status | None, typer.Option(help="法律状态")] = None,
    level: Annotated[str, typer.Option(help="效力级别", callback=_level)] = "",
    region: Annotated[str | None, typer.Option(help="只列在此地适用的")] = None,
    title: Annotated[str, typer.Option(help="标题中的文字")] = "",
    on: Annotated[date | None, typer.Option(parser=_day, metavar="DATE", help="状态以哪一天为准（默认今天）")] = None,
    as_json: AsJson = False,
) -> None:
    """列出已发布的文档。"""
    day = on or date.today()
    found = _catalogue().documents(status=status, level=level, region=region, title=title, on=day)
    if as_json:
        for document in found:
            typer.echo(json.dumps(report.as_row(document, day), ensure_ascii=False))
    else:
        report.documents(Console(), found, day)


@app.command()
def show(key: Annotated[str, typer.Argument(metavar="ID|TITLE")], article: Annotated[str, typer.Argument()] = "") -> None:
    """显示一份文档的来历和目录，或其中一条的原文。"""
    catalogue = _catalogue()
    record = _find(catalogue, key)
    passages = catalogue.passages(record.document.id)
    if not article:
        report.document(Console(), record, passages)
        return
    label = report.normal_label(article)
    passage = next((row for row in passages if row.article == label), None)
    if not passage:
        raise _fail(f"《{record.document.title}》没有{label}")
    report.passage(Console(), record.document, passage)


@app.command()
def remove(key: Annotated[str, typer.Argument(metavar="ID|TITLE")], *, actor: Actor = "") -> None:
    """从目录中删除一份文档（日志保留）。"""
    catalogue = _catalogue()
    record = _find(catalogue, key)
    catalogue.remove(record.document.id, actor=_actor(actor))
    typer.echo(f"已删除《{record.document.title}》")


@app.command()
def repeal(
    key: Annotated[str, typer.Argument(metavar="ID|TITLE")],
    *,
    on: Annotated[date, typer.Option(parser=_day, metavar="DATE", help="自哪一天起失效")],
    by: Annotated[str, typer.Option(help="被哪一件取代")] = "",
    actor: Actor = "",
) -> None:
    """废止一份文档，立即生效，并列出受影响的常见问答和要点。"""
    catalogue = _catalogue()
    record = _find(catalogue, key)
    try:
        document = catalogue.repeal(record.document.id, on=on, by=by, actor=_actor(actor))
    except (CatalogueError, ValueError) as error:
        raise _fail(str(error)) from error
    typer.echo(f"《{document.title}》自 {on} 起失效")
    report.touched(Console(), touched(starter.load(), document.short_title))


@app.command()
def publish(key: Annotated[str, typer.Argument(metavar="ID|TITLE")], *, actor: Actor = "") -> None:
    """发布一份草稿。"""
    try:
        document = _catalogue().publish(key, actor=_actor(actor))
    except CatalogueError as error:
        raise _fail(str(error)) from error
    typer.echo(f"已发布《{document.title}》（{document.id}）")


@app.command()
def review(*, as_json: AsJson = False) -> None:
    """列出等待核对的草稿。"""
    records = _catalogue().records(State.DRAFT)
    if as_json:
        for record in records:
            typer.echo(json.dumps(report.as_row(record.document, date.today()), ensure_ascii=False))
    else:
        report.drafts(Console(), records)


@app.command()
def history(
    key: Annotated[str, typer.Argument(metavar="[ID]")] = "", *, limit: Annotated[int, typer.Option(min=1)] = 50
) -> None:
    """谁在什么时候做了什么。"""
    report.events(Console(), _catalogue().log(key, limit))


@app.command()
def export(file: Annotated[Path, typer.Argument(help="输出文件，JSON lines")]) -> None:
    """把已发布的文档导出，每段一行。"""
    count = report.export(_catalogue(), file)
    typer.echo(f"已导出 {count} 段到 {file}")


@app.command()
def library(*, as_json: AsJson = False, check: Annotated[bool, typer.Option("--check", help="按规则检查")] = False) -> None:
    """随程序附带的要点和常见问答。"""
    loaded = starter.load()
    if as_json:
        for row in starter.export(loaded):
            typer.echo(json.dumps(row, ensure_ascii=False))
    elif check:
        faults = starter_check.check(loaded)
        for fault in faults:
            typer.echo(fault)
        if faults:
            raise _fail(f"{len(faults)} 处不符合规则")
        typer.echo("全部符合规则")
    else:
        typer.echo(f"文件 {len(loaded.instruments)} 件，要点 {len(loaded.digests)} 条，常见问答 {len(loaded.faqs)} 条")


@app.command()
def impact(key: Annotated[str, typer.Argument(metavar="ID|TITLE")], article: Annotated[str, typer.Argument()] = "") -> None:
    """列出引用一份文档（或其中一条）的常见问答和要点。"""
    record = _catalogue().record(key)
    title = record.document.short_title if record else short_title(key)
    report.touched(Console(), touched(starter.load(), title, report.normal_label(article) if article else ""))


if __name__ == "__main__":
    app()
