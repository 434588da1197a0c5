"""Pictures of pages, read by Debian's tesseract with Simplified Chinese where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from corpus.loaders import mend
from corpus.loaders.base import Block, Loaded, LoadError, readability

_SECONDS = 110  # for a page; a little less than the silence after which the parent ends this process
# Its threads wait for one another more than they work, and there are other people on the machine.
_ONE_THREAD = os.environ | {"OMP_THREAD_LIMIT": "1"}
HELD = 0.5  # a scan always waits for a person: recognition loses decimal points and takes 8 for 3
DOUBTFUL = "文字由扫描件识别而来，请与原件核对数字"
ADVICE = "请上传文字版（Word 或可复制文字的 PDF）；或请系统管理员给服务器装上中文识别（tesseract）后重试。"


class RecognitionError(Exception):
    """One picture could not be read, or not in time."""


def load(path: Path) -> Loaded:
    """:raises LoadError: if there is no tesseract for Chinese, or it fails"""
    try:
        return loaded([recognise(path)])
    except RecognitionError as error:
        raise LoadError("scan", "图片识别失败", "请用 300 dpi 重新扫描，或上传文字版后重试。") from error


def loaded(pages: list[list[str]], failed: list[int] | None = None) -> Loaded:
    """Recognised lines of pages as blocks; a person has to compare them with the picture.

    :param failed: the pages, counted from 1, that could not be read
    """
    blocks = tuple(
        Block(line, page=number) for number, lines in enumerate(pages, 1) for line in mend.unwrap(lines, layout=True)
    )
    quality = readability("\n".join(block.text for block in blocks))
    lost = (f"第 {'、'.join(map(str, failed))} 页没有识别出来",) if failed else ()
    return Loaded(blocks, {}, (DOUBTFUL, *lost), min(HELD, quality), len(pages))


@lru_cache(maxsize=1)
def available() -> bool:
    program = shutil.which("tesseract")
    if not program:
        return False
    said = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
    return "chi_sim" in (said.stdout + said.stderr).split()


def recognise(path: Path) -> list[str]:
    """:returns: the lines of one picture
    :raises LoadError: if tesseract or its Chinese is missing
    :raises RecognitionError: if it fails or takes too long
    """
    if not available():
        raise LoadError("scan", "这是扫描件或图片，没有可复制的文字", ADVICE)
    command = [str(shutil.which("tesseract")), str(path), "stdout", "-l", "chi_sim+eng", "--psm", "3"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True, env=_ONE_THREAD)  # noqa: S603
    except (subprocess.SubprocessError, OSError) as error:
        raise RecognitionError(path.name) from error
    # tesseract sets Chinese characters apart with spaces
    text = mend.visible(done.stdout.decode("utf-8", "replace"))[0]
    return [mend.tight(line) for line in text.splitlines() if line.strip()]
