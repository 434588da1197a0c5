"""Puts a doctor together from the settings: catalogue, index, library, chat model. Used by this room's commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.answer import Answer
from bot.doctor import Doctor
from bot.settings import Settings
from corpus import starter as library
from corpus.catalogue import Catalogue
from indexer import door
from indexer.encoder import load as load_encoder
from indexer.settings import Settings as IndexSettings


def open_doctor(
    settings: Settings, places: IndexSettings, observe: Callable[[Mapping[str, float], Answer], None] | None = None
) -> Doctor:
    """:raises StoreError: if there is no index yet, or Milvus does not answer
    :raises EncoderError: if encoder or reranker cannot be loaded
    :raises ModelError: if a local chat model is asked for and its packages are missing
    """
    starter = library.load()
    encoder = load_encoder(places.encoder)
    reader = door.open_reader(places, Catalogue.open(places.database), starter, encoder)
    reader.current()
    return Doctor(
        reader.current,
        starter,
        region=settings.region,
        writer=settings.writer(places.database),
        judges=settings.judges(encoder),
        answer_at=settings.answer_at,
        observe=observe,
    )
