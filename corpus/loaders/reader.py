"""Picks the loader for a file: by its first bytes where they tell, else by its ending."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from corpus.loaders import mend
from corpus.loaders.base import Loaded, LoadError
from corpus.loaders.limits import Bounds

# Imported when needed: a PDF library costs half a second that a text file need not pay.
_LOADERS = {
    "text": "corpus.loaders.text",
    "markdown": "corpus.loaders.markdown",
    "html": "corpus.loaders.html",
    "docx": "corpus.loaders.word",
    "doc": "corpus.loaders.legacy",
    "xlsx": "corpus.loaders.sheet",
    "pptx": "corpus.loaders.slides",
    "pdf": "corpus.loaders.pdf",
    "image": "corpus.loaders.scan",
}
_ENDINGS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".doc": "doc",
    ".wps": "doc",
    ".rtf": "doc",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".pptx": "pptx",
    ".pdf": "pdf",
    ".png": "image",
    ".jpg": "image",
    ".jpeg": "image",
    ".tif": "image",
    ".tiff": "image",
    ".bmp": "image",
}
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "doc"),
    (b"{\\rtf", "doc"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
)
ENDINGS = tuple(sorted(_ENDINGS))
KINDS = "Word、PDF、网页、表格、幻灯片、文本或图片"  # the same for a person


def read(path: Path) -> Loaded:
    """Read a file in this process; `corpus.loaders.sandbox` does it in a limited one.

    :raises LoadError: if the format is unknown or the file cannot be read
    """
    kind = detect(path)
    loaded = _visible(import_module(_LOADERS[kind]).load(path))
    characters = sum(len(block.text) + sum(len(cell) for row in block.rows for cell in row) for block in loaded.blocks)
    if characters > Bounds.characters:
        what = f"正文有 {characters // 10_000} 万字，超过 {Bounds.characters // 10_000} 万字的上限"
        raise LoadError("too-long", what, "请拆成几份再上传。")
    if not characters:
        raise LoadError(
            "no-text",
            "文件里没有文字",
            "请确认不是空白页；如果是扫描件，请换成文字版，或请系统管理员给服务器装上中文识别。",
        )
    return loaded


def _visible(loaded: Loaded) -> Loaded:
    """Whatever the format: no character that nobody sees goes further, be it in a cell, a title or behind an HTML entity."""
    dropped = 0

    def clean(text: str) -> str:
        nonlocal dropped
        kept, gone = mend.visible(text)
        dropped += gone
        return kept

    blocks = tuple(
        replace(block, text=clean(block.text), rows=tuple(tuple(map(clean, row)) for row in block.rows))
        for block in loaded.blocks
    )
    front = {name: clean(value) for name, value in loaded.front.items()}
    warnings = (*loaded.warnings, f"去掉了 {dropped} 个看不见的字符") if dropped > 3 else loaded.warnings
    return replace(loaded, blocks=blocks, front=front, warnings=warnings)


def detect(path: Path) -> str:
    """:returns: the family of formats
    :raises LoadError: for an empty file or an unknown format
    """
    with path.open("rb") as stream:
        start = stream.read(16)
    if not start:
        raise LoadError("empty", "文件是空的", "请检查文件是否上传完整，换一份有内容的文件再试。")
    ending = _ENDINGS.get(path.suffix.lower(), "")
    for mark, kind in _MAGIC:
        if start.startswith(mark):
            return kind
    if start.startswith(b"PK\x03\x04"):
        return _office(path)
    if ending in ("", "pdf", "doc", "docx", "xlsx", "pptx", "image"):
        if not ending:
            raise LoadError(
                "unknown-format",
                f"不认识的文件格式 {path.suffix or '（无扩展名）'}",
                f"请换成 {KINDS}再上传。",
            )
        # A page saved as .doc by an office system is often HTML.
        if start.lstrip().lower().startswith((b"<html", b"<!doctype", b"<?xml", b"\xef\xbb\xbf<")):
            return "html"
        raise LoadError(
            "broken", f"文件内容与扩展名 {path.suffix} 不符，可能已损坏", "请用原来的软件打开并另存一份再上传。"
        )
    return ending


def _office(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise LoadError("broken", "文件已损坏，无法打开", "请用原来的软件打开并另存一份再上传。") from error
    for part, kind in (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"), ("ppt/presentation.xml", "pptx")):
        if part in names:
            return kind
    raise LoadError("unknown-format", "压缩包里没有可识别的文档", "请先解压，再上传里面的文件。")
