"""Indexes on disk: immutable folders, each vouched for by its own name, and a pointer that moves in one step.

    index/20261121T074501.123456-9f2c41d07ab3/   the name ends with the sha256 of manifest.json
        manifest.json                            sha256 of every other file, encoder, tokenizer, counts
        …
    index/CURRENT                                the name of the folder that serves
    index/read.json                              which files were read and found whole, for the next builder
    index/lease.json                             who is building, until when

A folder is written under a hidden name, synced, renamed and only then pointed to, so that whatever happens in between
leaves the index that served before.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = 1
KEPT = 3
MANIFEST = "manifest.json"
_CURRENT = "CURRENT"
_READ = "read.json"
_BUILDING = ".building-"
_Stamp = tuple[int, int, int]  # size, time of the last write in nanoseconds, inode


class StoreError(RuntimeError):
    """An index cannot be read or written; says why in Chinese and English. What served before still does."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made of and which files it has."""

    encoder: str
    dimension: int
    tokenizer: str
    passages: int
    questions: int
    content: str  # fingerprint of passages, encoder and tokenizer: the same content needs no new index
    built_at: str
    files: dict[str, str]  # name -> sha256
    format: int = FORMAT

    def dump(self) -> bytes:
        return (json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


class Store:
    """The folder of all indexes. Writing needs the lease (see `indexer.lease`), reading needs nothing."""

    def __init__(self, root: Path, spare: Set[str] = frozenset()) -> None:
        """:param spare: indexes that no pruning takes, such as the one that Milvus serves"""
        self.root = root
        self._spare = spare
        self._verified: dict[_Stamp, str] = {}  # sha256 of files read before; several indexes may share one

    def ids(self) -> list[str]:
        """:returns: the finished indexes, oldest first."""
        if not self.root.is_dir():
            return []
        return sorted(
            path.name for path in self.root.iterdir() if not path.name.startswith(".") and (path / MANIFEST).is_file()
        )

    def current(self) -> str | None:
        """:returns: the id that CURRENT names, None where nothing was built yet
        :raises StoreError: if CURRENT cannot be read or names no folder of this store
        """
        try:
            name = (self.root / _CURRENT).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"读不了 CURRENT 文件 / cannot read CURRENT: {error}") from error
        if not name or name != Path(name).name or name.startswith(".") or not (self.root / name).is_dir():
            raise StoreError(f"CURRENT 指向不存在的索引 / CURRENT names no index: {name!r}")
        return name

    def folder(self, index_id: str) -> Path:
        return self.root / index_id

    def manifest(self, index_id: str) -> Manifest:
        """:raises StoreError: if it is missing, altered or of another format"""
        path = self.root / index_id / MANIFEST
        try:
            data = path.read_bytes()
        except OSError as error:
            raise StoreError(f"索引 {index_id} 缺少清单 / index {index_id} has no manifest: {error}") from error
        if not index_id.endswith("-" + _short(data)):
            raise StoreError(f"索引 {index_id} 的清单被改动过 / the manifest of index {index_id} was altered")
        fields: dict[str, Any] = json.loads(data)
        if fields.get("format") != FORMAT:
            raise StoreError(
                f"索引 {index_id} 的格式是 {fields.get('format')}，本版本只读 {FORMAT}，请重建 / "
                f"index {index_id} has format {fields.get('format')}, this version reads {FORMAT}: rebuild"
            )
        return Manifest(**fields)

    def verify(self, index_id: str, *, again: bool = False, by_others: bool = False) -> Manifest:
        """Check every file against its hash. Within this process a file is read again only if it changed.

        :param again: read all of them whatever was checked before
        :param by_others: pass over a file also if another process read it and found it whole, and nobody has written to
            it since. For builders only, who link such files into a new index under the hash that they had: whoever opens
            that index reads every file that he has not read himself, and damage that anybody finds makes the next
            builder read all of them again
        :raises StoreError: names the first file that is missing or damaged
        """
        manifest = self.manifest(index_id)
        known = self._remembered() | self._verified if by_others else self._verified
        whole: dict[_Stamp, str] = {}
        fresh = False
        for name, expected in manifest.files.items():
            path = self.root / index_id / name
            try:
                stamp = _stamp(path)
                if again or known.get(stamp) != expected:
                    fresh = True
                    if _sha256(path) != expected:
                        self._verified.pop(stamp, None)
                        self._forget()
                        raise StoreError(f"索引文件损坏 / damaged file in index {index_id}: {name}")
                    self._verified[stamp] = expected
                whole[stamp] = expected
            except OSError as error:
                raise StoreError(f"索引文件缺失 / missing file in index {index_id}: {name} ({error.strerror})") from error
        if fresh:
            self._remember(whole, self._verified)
        return manifest

    def write(self, fill: Callable[[Path], Manifest], check: Callable[[Path, Manifest], None]) -> str:
        """Make a new index and point to it.

        :param fill: writes the files into the folder and describes them; `files` names those whose hash is known already
        :param check: raises where the new files do not answer; nothing is pointed to then
        :returns: the id of the new index
        :raises StoreError: if the disk is full or cannot be written; CURRENT is what it was
        """
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        building = self.root / f"{_BUILDING}{moment}-{os.getpid()}"
        with told():
            self.root.mkdir(parents=True, exist_ok=True)
            building.mkdir()
            try:
                filled = fill(building)
                manifest = _sealed(filled, building)
                stamps = {name: _stamp(building / name) for name in manifest.files}
                check(building, manifest)
                data = manifest.dump()
                (building / MANIFEST).write_bytes(data)
                for path in building.iterdir():
                    _sync(path)
                _sync(building)
                index_id = f"{moment}-{_short(data)}"
                os.rename(building, self.root / index_id)
                _sync(self.root)
                written = {stamps[name]: digest for name, digest in manifest.files.items() if name not in filled.files}
                linked = {stamps[name]: digest for name, digest in filled.files.items()}
                self._remember(linked | written, self._verified | written)
                self.point(index_id)
            except BaseException:
                shutil.rmtree(building, ignore_errors=True)
                raise
        return index_id

    def point(self, index_id: str) -> None:
        """Let CURRENT name this index, in one step that survives a power cut."""
        with told():
            beside = self.root / f".{_CURRENT}-{os.getpid()}"
            try:
                beside.write_text(index_id + "\n", encoding="utf-8")
                _sync(beside)
                os.replace(beside, self.root / _CURRENT)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
            _sync(self.root)

    def _remember(self, files: Mapping[_Stamp, str], read: Mapping[_Stamp, str]) -> None:
        """Leave for other processes what is known to be whole; without it they read for themselves.

        :param files: as they were when they were looked at: what was written to since is not among them
        :param read: what this process has read; of the others only those count that nobody has found damaged meanwhile
        """
        beside = self.root / f".{_READ}-{os.getpid()}"
        known = {**self._remembered(), **read}
        with suppress(OSError):
            rows = [[*stamp, digest] for stamp, digest in files.items() if known.get(stamp) == digest]
            try:
                beside.write_text(json.dumps(rows), encoding="utf-8")
                os.replace(beside, self.root / _READ)
            finally:
                beside.unlink(missing_ok=True)

    def _remembered(self) -> dict[_Stamp, str]:
        try:
            rows = json.loads((self.root / _READ).read_text(encoding="utf-8"))
            return {(size, written, inode): digest for size, written, inode, digest in rows}
        except (OSError, ValueError, TypeError):
            return {}

    def _forget(self) -> None:
        with suppress(OSError):
            (self.root / _READ).unlink(missing_ok=True)

    def rollback(self) -> str:
        """Point to the newest intact index older than the current one.

        :raises StoreError: if there is none
        """
        try:
            now = self.current()
        except StoreError:
            now = None
        for index_id in reversed([each for each in self.ids() if now is None or each < now]):
            try:
                self.verify(index_id, again=True)
            except StoreError:
                continue
            self.point(index_id)
            return index_id
        raise StoreError("没有可以退回的索引 / there is no older intact index to go back to")

    def prune(self, kept: int = KEPT) -> list[str]:
        """Remove what no longer serves: all but the current and the newest older ones, and what broken builds left.

        Call it with the lease. A reader keeps the files it has open.

        :returns: the names removed
        """
        now = self.current()
        if now is None:
            return []
        older = [each for each in self.ids() if each < now]
        keep = {now, *older[max(0, len(older) - kept + 1) :]} if kept > 1 else {now}
        doomed = [each for each in self.ids() if each not in keep and each not in self._spare]
        doomed += [path.name for path in self.root.iterdir() if path.name.startswith(_BUILDING)]
        for name in doomed:
            shutil.rmtree(self.root / name, ignore_errors=True)
        return doomed


@contextmanager
def told() -> Iterator[None]:
    """Failures of the disk as StoreError, in words."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        if _full(error):
            raise StoreError(
                f"磁盘空间不足，索引没有更新，原索引继续使用 / disk full, the old index still serves: {error}"
            ) from error
        raise StoreError(
            f"写不了索引，原索引继续使用 / cannot write the index, the old one still serves: {error}"
        ) from error


def _full(error: OSError | sqlite3.Error) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL  # not set on errors of the module itself


def _sealed(manifest: Manifest, folder: Path) -> Manifest:
    files = {path.name: manifest.files.get(path.name) or _sha256(path) for path in sorted(folder.iterdir())}
    return Manifest(**{**asdict(manifest), "files": files})


def _stamp(path: Path) -> _Stamp:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ino


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
