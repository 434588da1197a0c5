"""PDF files: the text between the tables, the tables, and scanned pages through recognition."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdfplumber
import pypdfium2 as pdfium

from corpus.loaders import columns, mend, raised, ruled, scan
from corpus.loaders.base import Block, Loaded, LoadError, readability
from corpus.loaders.limits import Bounds, check_pages, encrypted

_SCANNED = 15  # fewer characters than this, and the page is a picture
_MARGIN_LINES = 2
_SCANNED_TEXT = 40  # recognised characters; a stamp or an emblem has fewer, and holds no document back
_OCR_SCALE = 300 / 72
_OCR_PIXELS = 3600  # the longer side; an A4 sheet at 300 dpi has 3,508
_MOST_OCR = 60
_LOST = 0.03  # of the characters of a page that may go astray between its text and its tables
_UNREADABLE = re.compile(r"\d[\ue000-\uf8ff\ufffd]\d")
_SOLID = re.compile(r"[0-9A-Za-z\u3400-\u9fff]")
# What the digits 0 to 9 become where a common Chinese font is embedded without a map; in real text they are rare.
_SHIFTED = set("园员圆猿源缘远苑愿怨郾")
Piece = str | Block


def load(path: Path) -> Loaded:
    """:raises LoadError: broken, encrypted, too long, or scanned while recognition is not installed"""
    document = _open(path)
    try:
        check_pages(len(document))
        pages = [_page_text(document[number]) for number in range(len(document))]
        pictures = [number for number, text in enumerate(pages) if len(re.sub(r"\s", "", text)) < _SCANNED]
        if len(pictures) > len(pages) * 0.8:
            return _scanned(document)
        with pdfplumber.open(path) as plumber:
            content, concealed, powers = _content(document, plumber)
        # A short last page has few characters as well, but no picture.
        pictures = [number for number in pictures if not pages[number].strip() or _pictured(document[number])]
        recognised: list[int] = []
        if pictures and len(pictures) <= _MOST_OCR and scan.available():
            for number, lines in _recognised(document, pictures)[0].items():
                if len("".join(lines)) > len(pages[number].strip()):
                    content[number], pages[number] = [*lines], ""
                    recognised.append(number)
    finally:
        document.close()
    warnings = [
        "" if concealed else _lost(pages, content),
        _pages(powers, "有上标数字（如 10³），正文里会写成平的，请与原件核对"),
        _pages([number + 1 for number in pictures if number not in recognised], "是图片，没有读到文字"),
        _pages([number + 1 for number in recognised], f"是图片，{scan.DOUBTFUL}"),
    ]
    held = sum(len(str(line)) for number in recognised for line in content[number]) >= _SCANNED_TEXT
    return _assemble(content, scan.HELD if held else 1.0, concealed, warnings)


def _open(path: Path) -> Any:  # noqa: ANN401 - pypdfium2 has no types
    try:
        return pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise encrypted() from error
        raise LoadError("broken", "PDF 已损坏，无法打开", "请重新导出或下载 PDF 后再上传。") from error


def _pictured(page: Any) -> bool:  # noqa: ANN401
    return any(thing.type == pdfium.raw.FPDF_PAGEOBJ_IMAGE for thing in page.get_objects(max_depth=3))


def _page_text(page: Any) -> str:  # noqa: ANN401
    text = page.get_textpage().get_text_bounded()
    return mend.visible(text.replace("\r", ""))[0]


def _content(document: Any, plumber: Any) -> tuple[list[list[Piece]], int, list[int]]:  # noqa: ANN401
    """For each page its lines and tables from top to bottom; how many characters nobody can see; pages with powers of ten."""
    content: list[list[Piece]] = []
    concealed, powers = 0, []
    for number, page in enumerate(plumber.pages):
        changed, raised_at = raised.settle(page)
        tables = ruled.tables(page, number + 1)
        unseen = [char for char in page.chars if _white(char)]
        read, in_columns = columns.reader(document[number], page)
        if unseen and len(unseen) < len(page.chars) / 2:
            concealed += len(unseen)
            page = page.filter(lambda thing: thing["object_type"] != "char" or not _white(thing))
            read = _plumbed(page)
        elif page.rotation or (changed and not in_columns):
            # The other library measures along the sheet as it lies in the file, and takes characters as they are named.
            read = _plumbed(page)
        elif any(not any(top <= y <= bottom for top, bottom, *_ in tables) for y in raised_at):
            powers.append(number + 1)
        Bounds.alive()
        content.append(list(_bands(read, tables, float(page.height))))
        page.close()
    return content, concealed, powers


def _bands(read: Any, tables: list[tuple[float, float, Block, list[str]]], height: float) -> Iterator[Piece]:  # noqa: ANN401
    """The page in strips: text, table, text. `read(top, bottom)` gives the lines of a strip."""
    at = 0.0
    for top, bottom, block, notes in tables:
        yield from read(at, top)
        yield block
        yield from notes
        at = bottom
    yield from read(at, height)


def _plumbed(page: Any) -> Any:  # noqa: ANN401
    def read(top: float, bottom: float) -> list[str]:
        if bottom - top < 2:
            return []
        return _lines(page.crop((0, top, page.width, bottom), strict=False).extract_text() or "")

    return read


def _lines(text: str) -> list[str]:
    return [line for line in (mend.squeeze(line) for line in text.splitlines()) if line]


def _white(char: dict[str, Any]) -> bool:
    """White ink; on a dark ground it may be seen, so it is dropped only where it is the exception on its page."""
    colour = char.get("non_stroking_color")
    if colour is None or not isinstance(colour, tuple | list) or not char["text"].strip():
        return False
    if len(colour) == 4:
        return all(part == 0 for part in colour)
    return len(colour) in (1, 3) and all(isinstance(part, int | float) and part >= 0.99 for part in colour)


def _assemble(content: list[list[Piece]], most: float, concealed: int, warnings: list[str]) -> Loaded:
    """:param most: the highest quality, 0..1, that the pages can have"""
    furniture = _furniture(content)
    blocks: list[Block] = []
    lines: list[tuple[int, str]] = []
    for number, pieces in enumerate(content, 1):
        edge = _edge(pieces)
        for position, piece in enumerate(pieces):
            if isinstance(piece, Block):
                blocks.extend(_paragraphs(lines))
                if not (blocks and _grown(blocks, piece)):
                    blocks.append(piece)
            elif not (position in edge and (_shape(piece) in furniture or mend.page_number(piece))):
                lines.append((number, piece))
    blocks.extend(_paragraphs(lines))
    text = "\n".join(block.text or "\n".join("".join(row) for row in block.rows) for block in blocks)
    quality = min(most, readability(text))
    warnings.append(_pages(_heaped(blocks), "的表格没有行线，几行的数字挤在一格里，请与原件核对"))
    if concealed:
        warnings.append(f"去掉了 {concealed} 个白色的字")
    if _garbled(text):
        quality = min(quality, 0.3)
        warnings.append("PDF 的字体编码有误，数字和字母读错了，请换成 Word 版或扫描识别后再入库")
    if _pointless(blocks, text):
        quality = min(quality, 0.3)
        warnings.append("PDF 里的小数点没有读到（如 0.5 成了 05），请换成 Word 版或扫描识别后再入库")
    return Loaded(tuple(blocks), {}, tuple(filter(None, warnings)), quality, len(content))


def _pages(numbers: list[int], what: str) -> str:
    """第 2、5 页… ; '' where there is none."""
    more = f" 等 {len(numbers)} " if len(numbers) > 10 else " "
    return f"第 {'、'.join(map(str, numbers[:10]))}{more}页{what}" if numbers else ""


def _lost(pages: list[str], content: list[list[Piece]]) -> str:
    """A warning that names the pages of whose text a part came into neither a line nor a table."""
    astray = []
    for number, (text, pieces) in enumerate(zip(pages, content, strict=True), 1):
        kept: Counter[str] = Counter()
        for piece in pieces:
            kept.update(_SOLID.findall(piece if isinstance(piece, str) else "".join("".join(row) for row in piece.rows)))
        there = Counter(_SOLID.findall(text))
        if (there - kept).total() > max(10, _LOST * there.total()):
            astray.append(number)
    return _pages(astray, "有文字没有读到，请与原件核对")


def _heaped(blocks: list[Block]) -> list[int]:
    """Pages with a table cell that holds several running numbers: rows that no rule parts."""
    found = dict.fromkeys(
        block.page
        for block in blocks
        for row in block.rows
        for cell in row[:2]
        if len(numbers := cell.split(" ")) > 2 and all(part.isdecimal() for part in numbers) and _running(numbers)
    )
    return list(found)


def _running(numbers: list[str]) -> bool:
    return all(int(after) == int(before) + 1 for before, after in zip(numbers, numbers[1:], strict=False))


def _pointless(blocks: list[Block], text: str) -> bool:
    """The font kept the decimal points to itself: a character of its own stands inside numbers, or limits read 05 and 003."""
    if len(_UNREADABLE.findall(text)) >= 3:
        return True
    bare = sum(
        bool(re.fullmatch(r"0\d{1,3}", cell))
        for block in blocks
        for row in block.rows[1:]
        for name, cell in zip(block.rows[0], row, strict=True)
        if not re.search(r"序号|编号|代码|代号|类别", name)
    )
    return bare >= 3 and len(re.findall(r"\d\.\d", text)) < bare


def _grown(blocks: list[Block], piece: Block) -> bool:
    """A table that goes on over the page: its rows join those of the table before."""
    before = blocks[-1]
    if before.kind != "table" or before.page >= piece.page:
        return False
    rows = ruled.joined(before.rows, piece.rows)
    if rows is None:
        return False
    blocks[-1] = Block(kind="table", page=piece.page, rows=rows)
    return True


def _paragraphs(lines: list[tuple[int, str]]) -> Iterator[Block]:
    """Blocks of the lines gathered so far, each on the page where it begins; the lines are used up."""
    pages = [page for page, _ in lines]
    for at, paragraph in mend.paragraphs([mend.tidy(mend.halfwidth(line)) for _, line in lines]):
        yield Block(mend.tight(paragraph), page=pages[at])
    lines.clear()


def _edge(pieces: list[Piece]) -> set[int]:
    """Positions of the first and last lines of a page, where headers, footers and page numbers stand."""
    texts = [position for position, piece in enumerate(pieces) if isinstance(piece, str)]
    return set(texts[:_MARGIN_LINES] + texts[-_MARGIN_LINES:])


def _furniture(content: list[list[Piece]]) -> set[str]:
    """Lines at the edge that come again on two pages of five: headers and footers."""
    seen: Counter[str] = Counter()
    for pieces in content:
        seen.update({_shape(str(pieces[position])) for position in _edge(pieces)})
    least = max(3, round(len(content) * 0.4))
    return {shape for shape, count in seen.items() if count >= least and not shape.startswith("第#条")}


def _shape(line: str) -> str:
    return re.sub(r"[\d一二三四五六七八九十]+", "#", re.sub(r"\s", "", line))


def _garbled(text: str) -> bool:
    chinese = re.findall(r"[\u3400-\u9fff]", text)
    shifted = sum(char in _SHIFTED for char in chinese)
    return len(chinese) > 200 and shifted / len(chinese) > 0.02


def _scanned(document: Any) -> Loaded:  # noqa: ANN401
    if not scan.available():
        raise LoadError("scan", f"这是扫描件（{len(document)} 页），没有可复制的文字", scan.ADVICE)
    if len(document) > _MOST_OCR:
        raise LoadError("too-long", f"扫描件有 {len(document)} 页，超过识别上限 {_MOST_OCR} 页", "请拆成几份再上传。")
    pages, failed = _recognised(document, list(range(len(document))))
    if len(failed) == len(document):
        raise LoadError("scan", "扫描件识别失败", "请用 300 dpi 重新扫描，或上传文字版后重试。")
    return scan.loaded([pages.get(number, []) for number in range(len(document))], failed)


def _recognised(document: Any, numbers: list[int]) -> tuple[dict[int, list[str]], list[int]]:  # noqa: ANN401
    """:returns: the lines of these pages (counted from 0), and those that could not be read (counted from 1)"""
    pages: dict[int, list[str]] = {}
    failed: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            page, picture = document[number], Path(folder) / f"{number}.png"
            # Some producers write the pixels of the scanner as points: at 300 dpi that would be a sheet of two metres.
            scale = min(_OCR_SCALE, _OCR_PIXELS / max(page.get_size()))
            page.render(scale=scale, grayscale=True).to_pil().save(picture)
            try:
                pages[number] = scan.recognise(picture)
            except scan.RecognitionError:
                failed.append(number + 1)
            picture.unlink()
            Bounds.alive()
    return pages, failed
