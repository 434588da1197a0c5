"""Files on their way in: written to disk as they arrive, under a name of our own."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import unicodedata
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from api.database import new_id
from api.errors import Invalid, TooLarge
from corpus.loaders.reader import ENDINGS, KINDS

UNKNOWN = f"不认识的文件格式 {{}}，没有收下。请换成 {KINDS}再上传。"
_ODD = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")


@dataclass(frozen=True, slots=True)
class Stored:
    id: str
    filename: str
    path: Path
    size: int
    sha256: str


def plain_name(name: str) -> str:
    """The last part of whatever a browser sends, without characters that mean something to a file system."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = _ODD.sub("_", last).strip(" .")
    if len(plain) > 120:  # the ending says what the file is: keep it
        stem, dot, ending = plain.rpartition(".")
        plain = stem[: 119 - len(ending)] + dot + ending
    return plain or "未命名"


async def store(chunks: AsyncIterator[bytes], folder: Path, name: str, limit: int) -> Stored:
    """Write a body to disk piece by piece, so that memory does not grow with the file.

    :raises TooLarge: as soon as it is over `limit` bytes; nothing of it stays
    """
    id = new_id()
    place = folder / id
    path = place / plain_name(name)
    place.mkdir(parents=True)
    size, digest = 0, hashlib.sha256()
    try:
        with path.open("wb") as out:
            async for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise TooLarge(_over(limit))
                digest.update(chunk)
                await asyncio.to_thread(out.write, chunk)
        if not size:
            raise Invalid("文件是空的，没有收下。请检查后重新上传。")
    except BaseException:
        discard(path)
        raise
    return Stored(id, path.name, path, size, digest.hexdigest())


def refuse_over(length: str | None, limit: int) -> None:
    """Say no before a byte is read, where the browser says how long the file is."""
    if length and length.isdecimal() and int(length) > limit:
        raise TooLarge(_over(limit))


def refuse_kind(name: str) -> None:
    """Say no at the door to what nobody here can read. A name without an ending is let in: the first bytes may tell.

    What follows a full stop is an ending only where it has a Latin letter and nothing but those and digits: `通知.2024年` has none.
    """
    ending = re.search(r"\.[a-z\d]*[a-z][a-z\d]*$", plain_name(name).lower(), re.A)
    if ending and ending[0] not in ENDINGS:
        raise Invalid(UNKNOWN.format(ending[0]))


def discard(path: Path) -> None:
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()


def _over(limit: int) -> str:
    return f"文件超过 {limit // 2**20} MB，没有收下。请拆成几份，或换成文字版再上传。"
