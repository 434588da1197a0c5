"""The doctor as it is served: the catalogue, the newest index and the settings of the other rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.doctor import Doctor
from bot.model import Writer
from bot.settings import Settings as BotSettings
from corpus import starter
from corpus.catalogue import Catalogue
from corpus.model import Document
from corpus.starter import Starter
from eval.ablation.variants import Served
from eval.versions import versions
from indexer import door, encoder
from indexer.hit import Encoder, Index
from indexer.settings import Settings as IndexSettings
from indexer.store import Store, StoreError


@dataclass(frozen=True, slots=True)
class System:
    """A doctor on one index: a build that ends meanwhile does not change what a run measures.

    `documents` by id; `versions` name code, library, catalogue, index, encoder and chat model.
    """

    doctor: Doctor
    index: Index
    region: str
    documents: Mapping[str, Document]
    versions: Mapping[str, str]
    catalogue: Catalogue
    starter: Starter
    writer: Writer | None = None


def open_system() -> System:
    """On files or on Milvus, as the settings say.

    :raises indexer.store.StoreError: if no index has been built yet, or Milvus does not answer
    """
    settings = IndexSettings()
    catalogue, library = Catalogue.open(settings.database), starter.load()
    own = encoder.load(settings.encoder)
    index = door.open_reader(settings, catalogue, library, own).current()
    return assemble(index, catalogue, library, own, BotSettings(), settings.database)


def assemble(index: Index, catalogue: Catalogue, library: Starter, own: Encoder, bot: BotSettings, database: str) -> System:
    """:returns: the doctor of these settings on this index"""
    writer = bot.writer(database)
    doctor = Doctor(
        lambda: index, library, region=bot.region, writer=writer, judges=bot.judges(own), answer_at=bot.answer_at
    )
    documents = {document.id: document for document in (*library.instruments.values(), *catalogue.documents())}
    named = versions() | {
        "catalogue": str(catalogue.revision()),
        "index": index.id,
        "encoder": own.name,
        "chat model": bot.model_name,
        "answer at": f"{bot.answer_at:g}",
    }
    return System(doctor, index, bot.region, documents, named, catalogue, library, writer)


def served() -> Served:
    """The parts of the index on disk, to be exchanged one by one.

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
