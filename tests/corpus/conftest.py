"""Small real files and catalogues for the tests of this room."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.__main__ import app
from corpus.catalogue import Catalogue
from corpus.model import Document, Passage

SHARED = Path(__file__).resolve().parents[2] / "../shared"


@pytest.fixture
def shared() -> Path:
    """The real collection beside the project; tests that use it are marked `shared`."""
    if not SHARED.is_dir():
        pytest.skip("the collection ../shared does not lie beside the project")
    return SHARED


@pytest.fixture
def catalogue(tmp_path) -> Iterator[Catalogue]:
    opened = Catalogue.open(f"sqlite:///{tmp_path / 'catalogue.db'}")
    yield opened
    opened.close()


@pytest.fixture
def make():
    """make("排污条例", published=2020, articles=3) -> (document, passages)"""

    def build(title, *, published=2020, articles=2, id="", level="行政法规", sha256="", **fields):
        day = date(published, 1, 1) if isinstance(published, int) else published
        id = id or f"d{abs(hash((title, day))):x}"[:13]
        document = Document(id, title, level=level, publish_date=day, sha256=sha256 or id, **fields)
        passages = [
            Passage(
                f"{id}:a{n}", id, document.short_title, f"第{'零一二三四五六七八九'[n]}条", f"{title}的第{n}条。", ordinal=n
            )
            for n in range(1, articles + 1)
        ]
        return document, passages

    return build


@pytest.fixture
def run(tmp_path, monkeypatch):
    """run("list", "--json"): a command of this room on a catalogue of its own."""
    monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("ENVDOCTOR_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments):
        result = CliRunner().invoke(app, [str(part) for part in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.output
        return result

    return call
