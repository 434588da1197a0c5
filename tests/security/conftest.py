"""Two libraries on real indexes: the starter alone, and the starter with every poisoned document taken in beside it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import pytest

from bot.doctor import Doctor
from bot.model import ChatWriter, openai_compatible
from corpus import intake
from corpus.catalogue import Catalogue
from corpus.loaders.reader import read
from tests.bot.conftest import script  # noqa: F401 - the scripted chat server on loopback
from tests.security.documents import write
from tests.security.support import CANARY, house, rows


@dataclass
class House:
    """A library on its index; `results` holds by row what intake said of each file."""

    index: object
    doctor: Doctor
    catalogue: Catalogue
    results: dict[str, intake.Result]

    def passages(self, id: str) -> list:
        document = self.results[id].document
        return self.catalogue.passages(document.id) if document else []


@pytest.fixture(scope="session")
def starter_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("starter")
    house(folder)
    return folder


@pytest.fixture(scope="session")
def home(starter_folder) -> House:
    catalogue, index = house(starter_folder)
    return House(index, Doctor(index), catalogue, {})


@pytest.fixture(scope="session")
def lodge(starter_folder, tmp_path_factory):
    """Take documents in as a clerk does who confirms nothing. :returns: a maker of houses that hold them"""

    def made(documents: list[dict]) -> House:
        folder = tmp_path_factory.mktemp("poisoned")
        shutil.copy(starter_folder / "embeddings.sqlite", folder)  # nothing of the starter is embedded twice
        catalogue = Catalogue.open(f"sqlite:///{folder / 'env-doctor.db'}")
        files = [write(row, folder / "in") for row in documents]
        results = {result.path.parent.name: result for result in intake.take_in(catalogue, files, read, actor="test")}
        catalogue.close()
        catalogue, index = house(folder)
        # Every answer is given, however unsure: what must not be shown may not hang on a threshold.
        return House(index, Doctor(index, answer_at=0.0), catalogue, results)

    return made


@pytest.fixture(scope="session")
def poisoned(lodge) -> House:
    """All but the impostors of real laws, which would end each other's versions and so are taken in one by one."""
    return lodge([row for row in rows("poisoned") if not row["id"].startswith("look")])


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name in ("ENVDOCTOR_MODEL_KEY", "ENVDOCTOR_SECRET", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, CANARY)


@pytest.fixture
def written(script):  # noqa: F811 - pytest hands the fixture in under its name
    """:returns: the script of the server, and a maker of doctors whose answers its model writes"""
    plan, url = script

    def made(index) -> Doctor:
        model = openai_compatible(url, "scripted", CANARY, timeout=5.0, max_tokens=600)
        return Doctor(index, writer=ChatWriter(model, timeout=5.0, retries=0), answer_at=0.0)

    return plan, made
