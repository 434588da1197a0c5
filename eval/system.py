"""The doctor as it is served: the catalogue, the newest index and the settings of the other rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.doctor import Doctor
from bot.settings import Settings as BotSettings
from corpus import starter
from corpus.catalogue import Catalogue
from indexer import service
from indexer.hit import Index
from indexer.settings import Settings as IndexSettings


@dataclass(frozen=True, slots=True)
class System:
    doctor: Doctor
    index: Callable[[], Index]
    region: str


def open_system() -> System:
    """:raises indexer.store.StoreError: if no index has been built yet."""
    index, bot = IndexSettings(), BotSettings()
    library = starter.load()
    reader = service.reader(index.data_dir, Catalogue.open(index.database), library, index.encoder)
    reader.current()
    doctor = Doctor(reader.current, library, region=bot.region, writer=bot.writer(), answer_at=bot.answer_at)
    return System(doctor, reader.current, bot.region)
