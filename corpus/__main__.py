"""`python -m corpus`: take documents in, look at them, end them. Every command is thin; the work is done in the modules."""

from __future__ import annotations

import getpass
import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from corpus import census, intake, report, report_batch, report_library, starter, starter_check, upkeep
from corpus import impact as impact_
from corpus.catalogue import Catalogue, CatalogueError, Record, State
from corpus.collection import Collection
from corpus.database import StoreError
from corpus.legal import as_known
from corpus.links import plain_title
from corpus.loaders import LoadError
from corpus.loaders.sandbox import Sandbox
from corpus.metadata import Overrides
from corpus.model import LEVELS, Status, short_title
from corpus.settings import Settings
from corpus.starter import LibraryError

INTERRUPTED = 130  # as shells say of Ctrl-C


class _Commands(TyperGroup):
    """Says what could not be done in one line, whichever command met it."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - the framework keeps its types to itself
        try:
            return super().invoke(ctx)
        except (CatalogueError, StoreError, LoadError, LibraryError) as error:
            raise _fail(str(error)) from error


app = typer.Typer(cls=_Commands, help="知识库：导入、查看、发布和废止文档。", no_args_is_help=True, add_completion=False)
errors = Console(stderr=True)
Actor = Annotated[str, typer.Option(help="操作人，记入日志")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，每行一条")]
_REPORT = "把要核对的清单写入 CSV 文件"


def _catalogue() -> Catalogue:
    return Catalogue.open(Settings().database, known=starter.load_instruments())


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


def _cases(value: Path) -> Path:
    if value != impact_.CASES and not value.is_dir():
        raise typer.BadParameter(f"没有文件夹 {value}")
    return value


Cases = Annotated[Path, typer.Option(help="评测题所在的文件夹（JSON lines）", metavar="FOLDER", callback=_cases)]
Answers = Annotated[
    Path | None,
    typer.Option(help="已作出的回答，由 python -m api answers FILE 导出", metavar="FILE", exists=True, dir_okay=False),
]


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
    report_to: Annotated[Path | None, typer.Option("--report", help=_REPORT)] = None,
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
    _take_in(found, [], actor, State.DRAFT if draft else State.PUBLISHED, overrides, report_to)


@app.command("import-collection")
def import_collection(
    folder: Annotated[Path, typer.Argument(help="文件夹：带 catalog.csv，或按类别分文件夹", exists=True, file_okay=False)],
    *,
    actor: Actor = "",
    report_to: Annotated[Path | None, typer.Option("--report", help=_REPORT)] = None,
) -> None:
    """导入整套法规。可以随时中断，再运行同一命令即从断处继续；最后列出需要核对的文件。"""
    _take_in(intake.files([folder]), [*intake.absent(folder)], actor, State.PUBLISHED, Overrides(), report_to)


def _take_in(
    files: list[Path], missing: list[intake.Result], actor: str, state: State, overrides: Overrides, report_to: Path | None
) -> None:
    if report_to and not report_to.parent.is_dir():
        raise typer.BadParameter(f"没有文件夹 {report_to.parent}，清单写不进去")
    settings, catalogue, results, stopped = Settings(), _catalogue(), list[intake.Result](), ""
    with Sandbox() as sandbox, report_batch.progress(errors, len(files)) as advance:
        try:
            for result in intake.take_in(
                catalogue,
                files,
                sandbox.load,
                actor=_actor(actor),
                state=state,
                overrides=overrides,
                review_below=settings.review_below,
            ):
                results.append(result)
                advance(result)
        except KeyboardInterrupt:
            stopped = "已中断。已存入的都是完整的，再运行同一命令即从断处继续。"
        except StoreError as error:
            stopped = f"已停止：{error}"
    left = len(files) - len(results)
    results += missing
    if report_to:
        report_batch.write(report_to, results)
    report_batch.summary(errors, results, left, report_to)
    if stopped:
        errors.print(stopped, style="red", highlight=False)
        raise typer.Exit(INTERRUPTED if stopped.startswith("已中断") else 1)
    if any(result.error for result in results) or not files:
        raise typer.Exit(1)


@app.command()
def preview(file: Annotated[Path, typer.Argument(help="文件")]) -> None:
    """读一个文件，显示读懂了什么：结构、各项信息及其出处、提示、文字质量。不存入任何内容。"""
    with Sandbox() as sandbox:
        prepared = intake.prepare(file, sandbox.load)
    report_library.preview(Console(), prepared, Settings().review_below)


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
    record = replace(record, document=as_known(record.document, catalogue.known))
    passages = catalogue.passages(record.document.id)
    if not article:
        report.document(Console(), record, passages, catalogue.links(record.document.id))
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
    cases: Cases = impact_.CASES,
    answers: Answers = None,
    actor: Actor = "",
) -> None:
    """废止一份文档，立即生效，并列出受影响的问答、要点、下位文件、评测题和已作出的回答。"""
    catalogue = _catalogue()
    record = _find(catalogue, key)
    try:
        found = _impact(catalogue, record.document.title, "", on, cases, answers)
        document = catalogue.repeal(record.document.id, on=on, by=by, actor=_actor(actor))
    except ValueError as error:
        raise _fail(str(error)) from error
    typer.echo(f"《{document.title}》自 {on} 起失效")
    report_library.impact(Console(), found)


@app.command()
def publish(key: Annotated[str, typer.Argument(metavar="ID|TITLE")], *, actor: Actor = "") -> None:
    """发布一份草稿。"""
    document = _catalogue().publish(key, actor=_actor(actor))
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
    try:
        count = report.export(_catalogue(), file)
    except OSError as error:
        raise _fail(f"写不了 {file}：{error.strerror or error}。没有导出，请换一个位置") from error
    typer.echo(f"已导出 {count} 段到 {file}")


@app.command()
def library(
    *,
    as_json: AsJson = False,
    check: Annotated[bool, typer.Option("--check", help="按规则检查")] = False,
    work: Annotated[bool, typer.Option("--work", help="列出因条文失效或缺失而不再显示的条目")] = False,
    on: Annotated[date | None, typer.Option(parser=_day, metavar="DATE", help="以哪一天为准（默认今天）")] = None,
) -> None:
    """随程序附带的要点和常见问答。"""
    loaded = starter.load()
    if work:
        collection = Collection(_catalogue(), loaded)
        collection.refresh()
        found = list(upkeep.tasks(collection, loaded, on or date.today()))
        if as_json:
            for task in found:
                typer.echo(json.dumps(task.to_json(), ensure_ascii=False))
        else:
            report_library.work(Console(), found)
    elif as_json:
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
def impact(
    key: Annotated[str, typer.Argument(metavar="ID|TITLE")],
    article: Annotated[str, typer.Argument()] = "",
    *,
    on: Annotated[date | None, typer.Option(parser=_day, metavar="DATE", help="以哪一天为准（默认今天）")] = None,
    cases: Cases = impact_.CASES,
    answers: Answers = None,
) -> None:
    """列出一份文档（或其中一条）修改、废止时要核对的问答、要点、下位文件、评测题和已作出的回答。"""
    catalogue = _catalogue()
    record = catalogue.record(key)
    title = record.document.title if record else key
    label = report.normal_label(article) if article else ""
    try:
        found = _impact(catalogue, title, label, on or date.today(), cases, answers)
    except ValueError as error:
        raise _fail(str(error)) from error
    if not found and not _known(catalogue, title):
        raise _fail(
            f"没有“{key}”这份文件：目录和随附资料库里都没有，也没有内容引用它。"
            "请核对名称，用 python -m corpus list 查看已有文档。"
        )
    report_library.impact(Console(), found)


def _known(catalogue: Catalogue, title: str) -> bool:
    """Whether catalogue or library have an instrument by this name, in any form and edition."""
    names = {plain_title(document.title) for document in catalogue.documents(state=None)}
    return plain_title(title) in names | {plain_title(name) for name in catalogue.known}


def _impact(catalogue: Catalogue, title: str, article: str, day: date, cases: Path, answers: Path | None) -> impact_.Impact:
    leaning = catalogue.leaning_on(title, article, day)
    past = impact_.answers_in(answers) if answers else ()
    return impact_.touched(starter.load(), title, article, leaning=leaning, cases=impact_.cases_in(cases), answers=past)


@app.command()
def stats(
    *, on: Annotated[date | None, typer.Option(parser=_day, metavar="DATE", help="以哪一天为准（默认今天）")] = None
) -> None:
    """知识库里有什么：各级别、各状态的文件，条文，要点和问答，各主题的覆盖。"""
    report_library.census(Console(), census.take(_catalogue(), starter.load(), on or date.today()))


if __name__ == "__main__":
    app()
