"""Old .doc, .wps and .rtf files, turned into .docx by LibreOffice where it is installed."""

from __future__ import annotations

import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

from corpus.loaders import word
from corpus.loaders.base import Loaded, LoadError

_SECONDS = 120


def load(path: Path) -> Loaded:
    """:raises LoadError: if LibreOffice is missing or cannot read the file"""
    if _encrypted(path):
        raise LoadError("encrypted", "文件有密码保护", "请去掉密码后再上传。")
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        advice = "请用 Word 或 WPS 打开后另存为 .docx 再上传；或请系统管理员给服务器装上 LibreOffice 后重试。"
        raise LoadError("old-format", f"旧格式 {path.suffix or '.doc'} 不能直接读取", advice)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.doc"
        shutil.copyfile(path, source)
        command = [program, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore"]
        command += ["--convert-to", "docx", "--outdir", folder, str(source)]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS, preexec_fn=_unlimited)  # noqa: S603, PLW1509
        except (subprocess.SubprocessError, OSError) as error:
            raise LoadError("broken", "旧格式文件转换失败", "请用 Word 或 WPS 打开后另存为 .docx 再上传。") from error
        result = Path(folder) / "source.docx"
        if not result.exists():
            raise LoadError("broken", "旧格式文件转换失败", "请用 Word 或 WPS 打开后另存为 .docx 再上传。")
        return word.load(result)


def _encrypted(path: Path) -> bool:
    """Password-protected .docx and .xlsx come in the container of the old format, with this stream inside."""
    return "EncryptedPackage".encode("utf-16-le") in path.read_bytes()[: 2**20]


def _unlimited() -> None:
    """LibreOffice maps more address space than a reader of ours may."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
