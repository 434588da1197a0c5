"""The child of `corpus.loaders.sandbox`: a line of JSON in for each file, a line of JSON out.

Arguments: memory in bytes, pages, unpacked bytes.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from corpus.loaders.base import LoadError
from corpus.loaders.limits import Bounds
from corpus.loaders.reader import read


def answer(path: Path) -> dict[str, Any]:
    """What happened to one file, as JSON; only running out of memory ends the child."""
    try:
        return {"loaded": read(path).to_json()}
    except LoadError as error:
        return {"error": {"code": error.code, "what": error.what, "advice": error.advice, "kept": error.kept}}
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a parser of foreign files may raise anything
        what = f"文件无法读取（{type(error).__name__}）"
        return {"error": {"code": "broken", "what": what, "advice": "文件可能已损坏，请用原来的软件打开并另存一份再上传。"}}


def serve() -> None:
    memory, Bounds.pages, Bounds.unpacked = (int(value) for value in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The answers go out on a private descriptor: what a library prints must not mix with them.
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)

        def say(message: dict[str, Any]) -> None:
            out.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
            out.flush()

        Bounds.alive = staticmethod(lambda: say({"alive": True}))
        with contextlib.suppress(BrokenPipeError):
            try:
                for line in sys.stdin.buffer:
                    say(answer(Path(json.loads(line)["path"])))
            except MemoryError:
                os.write(2, b"MemoryError\n")  # a traceback needs memory itself
                os._exit(1)


if __name__ == "__main__":
    serve()
