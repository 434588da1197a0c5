"""Ours and the stock pipeline, one after the other on the same catalogue, each in its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

SYSTEMS = {"ours": "环保医生", "bare": "不带入门知识库", "stock": "常见做法"}


def measure(texts: Path, questions: Path, tell: Callable[[str], None]) -> dict[str, dict[str, float]]:
    """:param texts: folder that `python -m corpus add` takes
    :param questions: file of a question set
    :returns: system -> figure -> value
    :raises subprocess.CalledProcessError: if one of the systems fails; its words are in `stderr`
    """
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        tell("导入文本")
        environment = {**os.environ, "ENVDOCTOR_DATA_DIR": folder, "ENVDOCTOR_DATABASE_URL": ""}
        subprocess.run(
            [sys.executable, "-m", "corpus", "add", str(texts)], env=environment, check=False, stdout=subprocess.DEVNULL
        )
        for system, name in SYSTEMS.items():
            tell(name)
            out = data / f"{system}.json"
            worker = [sys.executable, "-W", "ignore", "-m", "eval.bench.worker", system, folder, str(questions), str(out)]
            subprocess.run(worker, check=True, capture_output=True)
            rows[name] = json.loads(out.read_text(encoding="utf-8"))
    return rows
