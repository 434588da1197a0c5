"""Standards (GB, HJ, DB …): what their cover says. A person asks for them by number, so the number is part of the title."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from corpus.loaders.base import Block
from corpus.loaders.mend import halfwidth

_COVER = 45  # paragraphs and cells in which the cover and the contents end
_KIND = re.compile(r"^中华人民共和国[\u4e00-\u9fff]{0,10}标准$|^[\u4e00-\u9fff]{2,10}地方标准$")
_DASH = "-－—–﹣−"
_NUMBER = re.compile(
    rf"(?P<code>(?:GB[ZJ]?|HJ|NY|CJJ?|SL|AQ|WS|LY|JT|DB\s?\d{{2,4}})(?:\s*[/／]\s*T?)?)\s*[{_DASH}]?\s*"
    rf"(?P<number>\d{{1,5}}(?:\.\d{{1,2}})*)\s*(?:[{_DASH}]\s*|\s+)(?P<year>(?:19|20)\d{{2}}|\d{{2}})(?!\d)"
)
_REPLACES = re.compile(r"^[（(]?(?:部分)?代\s*替")
_NAME = re.compile(r"^[\u4e00-\u9fffA-Z][\u4e00-\u9fffA-Za-z（）()、，：—\s]{1,39}$")
_NO_NAME = re.compile(
    r"发布|实施|批准|出版|^ICS|^[（(]|^目\s*[次录]|^前\s*言|标准化|^[A-Za-z\s]+$|^中华人民共和国|^国家标准$|部$|总局$|委员会$|[厅局]$"
)
_NAME_END = re.compile(r"(?:标准|限值|导则|规范|通则|指南|规程|方法|要求|技术条件|法)$")
_DAY = rf"((?:19|20)\d{{2}})[{_DASH}.年]?(\d{{2}})[{_DASH}.月]?(\d{{2}})日?"
_DATES = re.compile(rf"{_DAY}发布.{{0,12}}?{_DAY}实施")
_MAKER = re.compile(
    r"(?:生态环境部|环境保护部|国家环境保护总局|国家环境保护局|[\u4e00-\u9fff]{2,9}(?:生态环境|环境保护)[厅局])"
)
_STAGE = re.compile(r"征求意见稿|送审稿|草案")
_STEM = re.compile(r"（((?:[A-Z]+\d*)(?:/T?)?\d[\d.]*)-\d{2,4}）")
Fact = tuple[str, str | date, str]  # field, value, the line that says so


def facts(blocks: Sequence[Block], file: str) -> Iterator[Fact]:
    """What the cover of a standard says; nothing for any other document.

    :param file: the name of the file without its ending, which may tell the number where a layout lost it
    """
    lines = list(_cover(blocks))
    kind = next((line for line in lines if _KIND.match(_bare(line))), "")
    number, stated = _number(lines)
    if not number and kind:
        number, stated = _number([file])
    if not number or not (kind or stated in lines[:12]):
        return
    name, line = _name(lines)
    if not name:
        return
    stage = next((found[0] for text in lines if len(text) < 40 and (found := _STAGE.search(_bare(text)))), "")
    yield "title", f"{name}（{number}）" + (f"（{stage}）" if stage else ""), line
    yield "level", "标准", kind or stated
    yield "doc_no", number, stated
    for text in lines:
        found = _DATES.search(_bare(text))
        days = [_date(*found.groups()[at : at + 3]) for at in (0, 3)] if found else []
        if found and all(days):
            yield from (
                (field, day, text) for field, day in zip(("publish_date", "effective_date"), days, strict=True) if day
            )
            break
    for text in lines:
        maker = _MAKER.search(_bare(text)) if len(text) <= 60 else None
        if maker:
            yield "issuer", re.sub(r"^(?:实施|发布|由)", "", maker[0]), text
            break


def family(short_title: str) -> str:
    """:returns: `GB18484` of 危险废物焚烧污染控制标准（GB18484-2020）: its versions share it; '' for no standard"""
    found = _STEM.search(short_title)
    return found[1] if found else ""


def _cover(blocks: Sequence[Block]) -> Iterator[str]:
    lines = (
        text for block in blocks[:_COVER] for text in ([block.text] if block.text else [c for r in block.rows for c in r])
    )
    for line in lines:
        line = halfwidth(line).strip()
        if re.match(r"^前\s*言", line):
            return
        if line:
            yield line


def _number(lines: Sequence[str]) -> tuple[str, str]:
    for line in lines:
        found = None if _REPLACES.match(line) or len(line) > 60 else _NUMBER.search(line)
        if found:
            code = re.sub(r"\s", "", found["code"]).replace("／", "/")
            return f"{code}{'' if code.endswith('/') else ' '}{found['number']}-{found['year']}", line
    return "", ""


def _name(lines: Sequence[str]) -> tuple[str, str]:
    """The Chinese name stands above the English one, over one to three lines; else the first line that ends like a name."""
    for index, line in enumerate(lines):
        if (
            re.match(r"[A-Z][a-z]+", line)
            and len(re.findall(r"[A-Za-z]{2,}", line)) >= 2
            or len(re.findall("[a-z]", line)) > 20
        ):
            parts: list[str] = []
            for above in reversed(lines[max(0, index - 3) : index]):
                if not _titled(above):
                    break
                parts.insert(0, _bare(above))
            if parts:
                return "".join(parts), lines[index - 1]
    found = next((line for line in lines if _titled(line) and _NAME_END.search(_bare(line)) and len(_bare(line)) > 5), "")
    return _bare(found), found


def _titled(line: str) -> bool:
    bare = _bare(line)
    return bool(_NAME.match(line)) and not _NO_NAME.search(bare) and not _KIND.match(bare) and not _NUMBER.search(line)


def _bare(line: str) -> str:
    return re.sub(r"\s", "", line)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
