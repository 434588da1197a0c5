"""The one place where the site meets the other rooms: catalogue, index and doctor."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from api.errors import NotSearched
from api.jobs.worker import JobError, Progress
from api.settings import Settings
from bot.answer import Answer, Context, Event, Turn
from corpus import intake
from corpus.catalogue import Catalogue
from corpus.intake import Prepared
from corpus.loaders.sandbox import Limits, Sandbox
from corpus.starter import Starter
from indexer.hit import Hit

FOUND = 10
log = logging.getLogger(__name__)


class Doctor(Protocol):
    """What the site needs of the doctor; a test passes a fake."""

    def stream(self, question: str, history: Sequence[Turn], context: Context) -> Iterator[Event]: ...

    def emergency(self, question: str, on: date) -> Answer | None: ...


@dataclass(frozen=True, slots=True)
class Rooms:
    """The other rooms as functions, so that a test can bring its own.

    `doctor` answers from the newest index; `index_id` is '' where there is none. `search` raises NotSearched where there
    is none either, or Milvus does not answer. `prepare` reads a file without storing it. `build` makes a new index beside
    the live one, tells (done, total, what it does) and returns its id.
    """

    region: str
    catalogue: Catalogue
    starter: Starter
    doctor: Callable[[], Doctor]
    index_id: Callable[[], str]
    search: Callable[[str, date, str], list[Hit]]
    prepare: Callable[[Path, str], Prepared]
    build: Callable[[Progress], str]


def open_rooms(settings: Settings) -> Rooms:
    """Open catalogue, index and doctor as their own settings say.

    :raises EncoderError, ModelError: where an encoder or a chat model is asked for that cannot be had
    """
    # Heavy: search and chat libraries. Only who really serves pays for them.
    from bot.door import open_practice
    from bot.settings import Settings as DoctorSettings
    from indexer.settings import Settings as IndexSettings
    from indexer.store import StoreError

    doctoring = DoctorSettings()
    practice = open_practice(doctoring, IndexSettings(data_dir=settings.data_dir, database_url=settings.database))
    reader = practice.reader

    def index_id() -> str:
        try:
            return reader.current().id
        except StoreError:
            return ""

    def search(query: str, on: date, region: str) -> list[Hit]:
        try:
            return reader.current().search(query, on=on, region=region, k=FOUND) if query else []
        except StoreError as error:
            log.error("nothing could be searched: %s", error)
            raise NotSearched from error

    def prepare(path: Path, name: str) -> Prepared:
        with Sandbox(Limits(size=settings.upload_mb * 2**20)) as sandbox:
            return intake.prepare(path, sandbox.load, name=name)

    def build(progress: Progress) -> str:
        built = build_in_child(settings, progress)
        try:
            reader.newest()  # so that a job that is done can be searched here
        except StoreError as error:
            raise JobError(str(error)) from error
        return built

    return Rooms(
        region=doctoring.region,
        catalogue=practice.catalogue,
        starter=practice.starter,
        doctor=lambda: practice.doctor,
        index_id=index_id,
        search=search,
        prepare=prepare,
        build=build,
    )


def build_in_child(settings: Settings, progress: Progress) -> str:
    """Build the index in a process of its own: it needs a core and much memory, and answers must not wait for it.

    :raises JobError: with what the builder said; the index that served before serves on
    """
    room = {"ENVDOCTOR_DATA_DIR": str(settings.data_dir.resolve()), "ENVDOCTOR_DATABASE_URL": settings.database}
    command = [sys.executable, "-m", "api.building"]
    built, error = "", ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=os.environ | room) as child:
        try:
            for line in child.stdout or ():
                said = json.loads(line)
                built, error = said.get("built", ""), said.get("error", "")
                if "stage" in said:
                    progress(round(said["done"] * 100), 100, said["stage"])
        finally:
            if child.poll() is None and not built:
                child.terminate()
    if not built:
        raise JobError(error or "建立索引的程序中途停了。")
    return built
