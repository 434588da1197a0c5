"""Reading files that nobody vouches for: in a child process with limits on memory, time, pages and size.

The child serves many files; one that hangs, crashes or eats memory costs that child only, and the next file gets a new one.
What comes back is JSON, never a pickle.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from corpus.loaders.base import Loaded, LoadError


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. `seconds` is the longest silence of the child, `total` all of it (a scan takes ten a page)."""

    size: int = 200 * 2**20
    memory: int = 3 * 2**30
    seconds: float = 120.0
    total: float = 1800.0
    pages: int = 2000
    unpacked: int = 400 * 2**20


class Sandbox:
    """A context that owns at most one child. Not for use by two threads at once."""

    def __init__(self, limits: Limits | None = None, command: Sequence[str] | None = None) -> None:
        self.limits = limits or Limits()
        self._command = [*(command or (sys.executable, "-m", "corpus.loaders.worker"))]
        self._child: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def load(self, path: Path) -> Loaded:
        """:raises LoadError: if the file cannot be read, or not within the limits"""
        self._check(path)
        child = self._running()
        request = json.dumps({"path": str(path.resolve())}).encode() + b"\n"
        try:
            _pipe(child.stdin).write(request)
            _pipe(child.stdin).flush()
            answer = self._answer(_pipe(child.stdout).fileno())
        except (BrokenPipeError, EOFError) as error:
            raise self._died() from error
        except TimeoutError as error:
            self.close()
            what = f"读取太久（{self.limits.seconds:g} 秒没有进展），已停止"
            raise LoadError("timeout", what, "请把文件拆小，或导出为纯文本再上传。") from error
        if "error" in answer:
            raise LoadError(**answer["error"])
        return Loaded.from_json(answer["loaded"])

    def _answer(self, descriptor: int) -> dict[str, Any]:
        """The answer to the request; signs of life on the way give it more time."""
        end = time.monotonic() + self.limits.total
        rest = b""
        while True:
            line, rest = _read_line(descriptor, rest, min(end, time.monotonic() + self.limits.seconds))
            message: dict[str, Any] = json.loads(line)
            if "alive" not in message:
                return message

    def close(self) -> None:
        """End the child and whatever it started."""
        child, self._child = self._child, None
        if child:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            for stream in (child.stdin, child.stdout):
                if stream:
                    stream.close()
        if self._errors:
            self._errors.close()
            self._errors = None

    def _check(self, path: Path) -> None:
        if not path.is_file():
            raise LoadError("missing", f"找不到文件 {path.name}", "请检查路径。")
        size = path.stat().st_size
        if size > self.limits.size:
            what = f"文件有 {size / 2**20:.0f} MB，超过 {self.limits.size / 2**20:.0f} MB 的上限"
            raise LoadError("too-big", what, "请把文件拆开，或去掉其中的图片后再上传。")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
            limits = [str(int(value)) for value in (self.limits.memory, self.limits.pages, self.limits.unpacked)]
            root = str(Path(__file__).resolve().parents[2])
            environment = os.environ | {
                "PYTHONPATH": os.pathsep.join([root, os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
            }
            self._child = subprocess.Popen(  # noqa: S603 - our own module
                [*self._command, *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,
                env=environment,
            )
        return self._child

    def _died(self) -> LoadError:
        said = b""
        if self._errors:
            self._errors.seek(0)
            said = self._errors.read()[-20_000:]
        self.close()
        if b"MemoryError" in said or b"bad_alloc" in said or not said:
            what = f"读取时内存超过 {self.limits.memory / 2**20:.0f} MB 或程序中断，已停止"
            return LoadError("memory", what, "请把文件拆小，或导出为纯文本再上传。")
        return LoadError("crashed", "读取程序意外中断，文件可能已损坏", "请用原来的软件打开并另存一份再上传。")


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("the child was started without pipes")
    return stream


def _read_line(descriptor: int, rest: bytes, deadline: float) -> tuple[bytes, bytes]:
    """A line from a pipe, however long, and what came after it. A buffered read could wait for ever.

    :raises TimeoutError: at the deadline
    :raises EOFError: if the other side is gone
    """
    pieces = [rest]
    while b"\n" not in pieces[-1]:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError
        piece = os.read(descriptor, 1 << 20)
        if not piece:
            raise EOFError
        pieces.append(piece)
    line, _, rest = b"".join(pieces).partition(b"\n")
    return line, rest
