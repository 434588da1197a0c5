"""The limits that the child process sets for itself, and those that loaders must mind."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from corpus.loaders.base import LoadError

_RATIO = 200  # text in an office file shrinks 5 to 20 times; a bomb 1,000 times


class Bounds:
    """Set once, when the child starts; the defaults hold for reading in one's own process."""

    pages: int = 2000
    unpacked: int = 400 * 2**20
    characters: int = 10_000_000  # what comes back is cut by the parent, which has no limits; the 法典 has 200,000
    # Called after each page that takes long; the child tells its parent that it is alive.
    alive: Callable[[], None] = staticmethod(lambda: None)


def check_archive(path: Path) -> None:
    """:raises LoadError: if an office file would unpack to more than it may, or is broken"""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise LoadError("broken", "文件已损坏，无法打开", "请用原来的软件打开并另存一份再上传。") from error
    total = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts) or 1
    if total > Bounds.unpacked or (total > 50 * 2**20 and total / packed > _RATIO):
        what = f"文件解压后有 {total / 2**20:.0f} MB，不像正常文档"
        raise LoadError("bomb", what, "请确认来源；如确需入库，请另存为文本后再上传。")
    if any(part.flag_bits & 1 for part in parts):
        raise encrypted()


def check_pages(pages: int) -> None:
    """:raises LoadError: if there are more than allowed"""
    if pages > Bounds.pages:
        raise LoadError("too-long", f"文件有 {pages} 页，超过 {Bounds.pages} 页的上限", "请拆成几份再上传。")


def encrypted() -> LoadError:
    return LoadError("encrypted", "文件有密码保护", "请去掉密码后再上传。")
