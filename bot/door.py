"""Puts a doctor together from the settings: catalogue, index, library, chat model. Whoever needs one comes here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.answer import Answer
from bot.doctor import Doctor
from bot.settings import Settings
from corpus import starter as library
from corpus.catalogue import Catalogue
from corpus.starter import Starter
from indexer import door
from indexer.encoder import load as load_encoder
from indexer.rerank import Reader
from indexer.settings import Settings as IndexSettings


@dataclass(frozen=True, slots=True)
class Practice:
    """A doctor with what stands behind it; `reader` may have no index yet."""

    catalogue: Catalogue
    starter: Starter
    reader: Reader
    doctor: Doctor


def open_practice(
    settings: Settings, places: IndexSettings, observe: Callable[[Mapping[str, float], Answer], None] | None = None
) -> Practice:
    """:raises EncoderError: if encoder or reranker cannot be loaded
    :raises ModelError: if a local chat model is asked for and its packages are missing
    """
    starter = library.load()
    catalogue = Catalogue.open(places.database, known=starter.instruments)
    encoder = load_encoder(places.encoder)
    reader = door.open_reader(places, catalogue, starter, encoder)
    doctor = Doctor(
        reader.current,
        starter,
        region=settings.region,
        writer=settings.writer(places.database),
        judges=settings.judges(encoder),
        answer_at=settings.answer_at,
        observe=observe,
    )
    return Practice(catalogue, starter, reader, doctor)


def open_doctor(
    settings: Settings, places: IndexSettings, observe: Callable[[Mapping[str, float], Answer], None] | None = None
) -> Doctor:
    """As `open_practice`, where an answer is wanted at once.

    :raises StoreError: if there is no index yet, or Milvus does not answer
    """
    practice = open_practice(settings, places, observe)
    practice.reader.current()
    return practice.doctor
