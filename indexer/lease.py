"""One builder at a time: a file that says who holds the right to write, and until when."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import psutil

SECONDS = 300.0
_NAME = "lease.json"


class LeaseError(RuntimeError):
    """Somebody else is building, or this builder lost its lease."""


class Lease:
    """Held as a context manager; `renew` while working. A holder that died or fell silent is replaced.

    The file tells people and other hosts who builds; a lock of the kernel on a second file keeps two from taking it over
    in the same moment.
    """

    def __init__(self, root: Path, seconds: float = SECONDS) -> None:
        """:param seconds: after this long without `renew` others may take over"""
        self._path = root / _NAME
        self._seconds = seconds
        self._token = uuid4().hex

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._guarded():
            holder = self._read()
            if holder and not _stale(holder):
                raise LeaseError(
                    f"另一个进程正在建索引（{holder['host']}，进程 {holder['pid']}），请等它结束 / "
                    f"another builder is at work on {holder['host']}, process {holder['pid']}"
                )
            self._write()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with self._guarded():
            if (self._read() or {}).get("token") == self._token:
                self._path.unlink(missing_ok=True)

    def renew(self) -> None:
        """:raises LeaseError: if another builder has taken over meanwhile"""
        with self._guarded():
            if (self._read() or {}).get("token") != self._token:
                raise LeaseError("建索引的权利已被别的进程接管 / another builder has taken over")
            self._write()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        with self._path.with_suffix(".lock").open("a") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, object] | None:
        try:
            holder = json.loads(self._path.read_text(encoding="utf-8"))
            return holder if isinstance(holder, dict) and {"host", "pid", "until", "started"} <= holder.keys() else None
        except (OSError, ValueError):
            return None  # none, or cut off in the middle by a crash: nobody's

    def _write(self) -> None:
        pid = os.getpid()
        beside = self._path.with_suffix(".new")
        holder = {
            "token": self._token,
            "pid": pid,
            "host": socket.gethostname(),
            "started": psutil.Process(pid).create_time(),
            "until": time.time() + self._seconds,
        }
        beside.write_text(json.dumps(holder), encoding="utf-8")
        os.replace(beside, self._path)


def _stale(holder: dict[str, object]) -> bool:
    if not isinstance(holder["until"], float) or holder["until"] < time.time():
        return True
    if holder["host"] != socket.gethostname():
        return False
    try:  # the number of a dead process may have been given to another one
        return bool(psutil.Process(int(str(holder["pid"]))).create_time() != holder["started"])
    except (psutil.NoSuchProcess, ValueError):
        return True
    except psutil.AccessDenied:
        return False
