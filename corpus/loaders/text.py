"""Plain text, in whichever encoding an office machine saved it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from corpus.loaders import mend
from corpus.loaders.base import Block, Loaded, LoadError, readability

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def load(path: Path) -> Loaded:
    """:raises LoadError: empty, or not text in any encoding that we know."""
    text, dropped = mend.visible(decode(path.read_bytes()))
    warnings = [f"去掉了 {dropped} 个不可见字符"] if dropped > 3 else []
    return from_lines(text.splitlines(), warnings)


def from_lines(lines: list[str], warnings: list[str]) -> Loaded:
    blocks = tuple(Block(line) for line in mend.unwrap(lines))
    quality = readability("\n".join(block.text for block in blocks))
    return Loaded(blocks, warnings=tuple(warnings), quality=quality)


def decode(data: bytes) -> str:
    """:returns: the text; UTF-8, UTF-16 and GB18030 are told apart by their bytes.

    :raises LoadError: for an empty file and for bytes that are no text.
    """
    if not data.strip():
        raise LoadError("empty", "文件是空的", "请检查文件是否上传完整，换一份有内容的文件再试。")
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _strict(data, name)
    if data[:4096].count(0) > len(data[:4096]) // 5:
        # ASCII in UTF-16 has a zero in every other byte; which half is empty tells the order.
        return _strict(data, "utf-16-le" if data[1:4096:2].count(0) >= data[:4096:2].count(0) else "utf-16-be")
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _strict(data, "gb18030")


def _strict(data: bytes, encoding: str) -> str:
    try:
        return _checked(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise _binary() from error


def _checked(text: str) -> str:
    control = len(re.findall(r"[\x00-\x08\x0e-\x1f\ufffd\ue000-\uf8ff]", text))
    if control > max(2, len(text) // 200):
        raise _binary()
    return text


def _binary() -> LoadError:
    return LoadError(
        "binary", "这不是文本文件，或者编码无法识别", "请用 UTF-8 编码另存为文本，或上传原来的 Word、PDF 文件。"
    )
