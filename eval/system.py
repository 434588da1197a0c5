"""The doctor as it is served: the catalogue, the newest index and the settings of the other rooms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.doctor import Doctor
from bot.settings import Settings as BotSettings
from corpus import starter
from corpus.catalogue import Catalogue
from eval.ablation.variants import Served
from indexer import encoder, service
from indexer.hit import Index
from indexer.settings import Settings as IndexSettings
from indexer.store import Store, StoreError


@dataclass(frozen=True, slots=True)
class System:
    doctor: Doctor
    index: Callable[[], Index]
    region: str


def open_system() -> System:
    """:raises indexer.store.StoreError: if no index has been built yet."""
    index, bot = IndexSettings(), BotSettings()
    library = starter.load()
    own = encoder.load(index.encoder)
    reader = service.reader(index.data_dir, Catalogue.open(index.database), library, own)
    reader.current()
    doctor = Doctor(
        reader.current,
        library,
        region=bot.region,
        writer=bot.writer(index.database),
        judges=bot.judges(own),
        answer_at=bot.answer_at,
    )
    return System(doctor, reader.current, bot.region)


def served() -> Served:
    """The parts of the index that is served, to be exchanged one by one.

    :raises indexer.store.StoreError: if no index has been built yet, or it was made with another encoder
    """
    settings = IndexSettings()
    store = Store(settings.index_root)
    name = store.current()
    if not name:
        raise StoreError("还没有建立索引，请运行 python -m indexer build / no index yet: run python -m indexer build")
    own = encoder.load(settings.encoder)
    if (made := store.verify(name).encoder) != own.name:
        raise StoreError(
            f"索引用的编码器是 {made}，现在设置的是 {own.name}，请重建 / the index was made with {made}, the encoder now is {own.name}: rebuild"
        )
    return Served(store.folder(name), Catalogue.open(settings.database), starter.load(), own)
