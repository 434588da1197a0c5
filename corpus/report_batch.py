"""What a batch shows: a bar while it runs, then one summary with everything that needs a look, also as a CSV file."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from corpus.catalogue import Outcome
from corpus.intake import Result

_WORDS = {Outcome.ADDED: "新增", Outcome.REPLACED: "更新", Outcome.THERE: "未变", Outcome.DUPLICATE: "重复"}
_FAILED, _HELD = "失败", "待核对"
_SHOWN = 40
_COLUMNS = ("文件", "结果", "标题", "级别", "地区", "公布", "施行", "提示")


@contextmanager
def progress(console: Console, total: int) -> Iterator[Callable[[Result], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    failed = 0
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("导入", total=total)

        def advance(result: Result) -> None:
            nonlocal failed
            failed += bool(result.error)
            name = result.path.name[:24] + (f"（失败 {failed}）" if failed else "")
            bar.update(task, advance=1, description=name)

        yield advance


def summary(console: Console, results: Sequence[Result], left: int = 0, report: Path | None = None) -> None:
    """:param left: how many files an interrupted batch has not come to
    :param report: where the whole list has been written
    """
    counts = Counter(word(result) for result in results)
    table = Table("结果", "文件", title="导入结果")
    for name in (*_WORDS.values(), _HELD, _FAILED):
        if counts[name]:
            table.add_row(name, str(counts[name]))
    if left:
        table.add_row("未处理", str(left))
    table.add_row("条文", str(sum(result.articles for result in results)))
    table.add_row("段落", str(sum(result.passages for result in results)))
    console.print(table)
    if counts[_HELD]:
        console.print(
            f"{counts[_HELD]} 份需要先核对（原因见下），已存为草稿，没有发布。用 python -m corpus review 查看，publish 发布。"
        )
    look = needs_look(results)
    if look:
        console.print(f"请核对 {len(look)} 份：")
    for result in look[:_SHOWN]:
        console.print(
            f"  {word(result)}  {result.path.name}：{_note(result)}", highlight=False, markup=False, soft_wrap=True
        )
    if len(look) > _SHOWN:
        console.print(f"  ……另有 {len(look) - _SHOWN} 份" + ("" if report else "，加 --report 文件.csv 写出全部"))
    if report:
        console.print(f"清单已写入 {report}", highlight=False, markup=False)


def needs_look(results: Sequence[Result]) -> list[Result]:
    """Failures first, then drafts, then what was stored with a doubt."""
    found = [result for result in results if result.error or result.look]
    return sorted(found, key=lambda result: (not result.error, not result.held))


def write(file: Path, results: Sequence[Result]) -> None:
    """The list of what needs a look, for a spreadsheet."""
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(_COLUMNS)
        for result in needs_look(results):
            document = result.document
            known = (document.title, document.level, document.region) if document else ("", "", "")
            days = (document.publish_date, document.effective_date) if document else ("", "")
            rows.writerow([_cell(value) for value in (result.path, word(result), *known, *days, _note(result))])


def word(result: Result) -> str:
    if result.held:
        return _HELD
    return _WORDS[result.outcome] if result.outcome else _FAILED


def _note(result: Result) -> str:
    return result.error or "；".join(result.look)


def _cell(value: object) -> str:
    """A spreadsheet runs what begins like a formula; titles come from files that nobody vouches for."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
