"""Two libraries on real indexes: the starter alone, and the starter with every poisoned document taken in beside it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from bot.answer import Answer
from bot.doctor import Doctor
from bot.model import Breaker, ChatWriter, openai_compatible
from corpus import intake
from corpus.catalogue import Catalogue
from corpus.loaders.reader import read
from tests.bot.conftest import script
from tests.security.documents import write
from tests.security.support import CANARY, ask, house, rows


@dataclass
class House:
    """A library on its index; `results` holds by row what intake said of each file."""

    index: object
    doctor: Doctor
    catalogue: Catalogue
    results: dict[str, intake.Result]
    asked: dict[str, Answer] = field(default_factory=dict)

    def ask(self, row: dict) -> Answer:
        """The doctor's answer to a row; asked once, as several tests look at it."""
        if row["id"] not in self.asked:
            self.asked[row["id"]] = ask(self.doctor, row)
        return self.asked[row["id"]]

    def passages(self, id: str) -> list:
        document = self.results[id].document
        ids = (document.id, f"{document.id}.draft") if document else ()
        return [passage for id in ids for passage in self.catalogue.passages(id)]


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
    """Take documents in as a clerk does who confirms nothing, or as one who releases all that waits.

    :returns: a maker of houses that hold them
    """

    def made(documents: list[dict], *, careless: bool = False) -> House:
        folder = tmp_path_factory.mktemp("poisoned")
        shutil.copy(starter_folder / "embeddings.sqlite", folder)  # nothing of the starter is embedded twice
        catalogue = Catalogue.open(f"sqlite:///{folder / 'env-doctor.db'}")
        files = [write(row, folder / "in") for row in documents]
        results = {result.path.parent.name: result for result in intake.take_in(catalogue, files, read, actor="test")}
        for result in results.values():
            if careless and result.held and result.document:
                catalogue.publish(result.document.id, actor="test")
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


@pytest.fixture(scope="session")
def server() -> Iterator[tuple]:
    """The scripted chat server of the bot's tests, one for all. :returns: its script and its base URL"""
    with contextmanager(script.__wrapped__)() as found:
        yield found


@pytest.fixture(scope="session")
def doctors(server) -> Callable:
    """:returns: a maker of doctors whose answers the server's model writes; one an index"""
    made: dict[int, Doctor] = {}

    def of(index) -> Doctor:
        if id(index.__self__) not in made:
            model = openai_compatible(server[1], "scripted", CANARY, timeout=5.0, max_tokens=600)
            writer = ChatWriter(model, timeout=5.0, retries=0, breaker=Breaker(limit=10**6))
            made[id(index.__self__)] = Doctor(index, writer=writer, answer_at=0.0)
        return made[id(index.__self__)]

    return of


@pytest.fixture
def written(server, doctors):
    """:returns: the emptied script of the server, and the maker of its doctors"""
    plan, _ = server
    plan.seen.clear()
    plan.replies = []
    return plan, doctors
