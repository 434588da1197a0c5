"""Puts the index together from the settings. The doors of all rooms come here, so that one setting acts in all of them."""

from __future__ import annotations

from corpus.catalogue import Catalogue
from corpus.starter import Starter
from indexer import rerank, service
from indexer.build import Built, Progress
from indexer.hit import Encoder
from indexer.milvus.server import Server
from indexer.rerank import Reader
from indexer.service import Gate
from indexer.settings import Settings


def open_reader(settings: Settings, catalogue: Catalogue, starter: Starter, encoder: Encoder | None = None) -> Reader:
    """:param encoder: the one of the settings, where the caller has loaded it already
    :raises EncoderError: if encoder or reranker cannot be loaded
    """
    return service.reader(
        settings.data_dir,
        catalogue,
        starter,
        encoder or settings.encoder,
        server=milvus(settings),
        reranker=rerank.load(settings.reranker),
    )


def rebuild(
    settings: Settings,
    catalogue: Catalogue,
    starter: Starter,
    *,
    full: bool = False,
    progress: Progress = lambda stage, done: None,
    gate: Gate = lambda index, tell: None,
) -> Built:
    """As `indexer.service.rebuild`.

    :raises EncoderError, LeaseError, StoreError: the index that served before serves on
    """
    return service.rebuild(
        settings.data_dir,
        catalogue,
        starter,
        settings.encoder,
        server=milvus(settings),
        full=full,
        kept=settings.kept_indexes,
        progress=progress,
        gate=gate,
    )


def milvus(settings: Settings) -> Server | None:
    """:returns: the Milvus of these settings, None where the files serve"""
    return Server(settings.milvus, settings.milvus_token.get_secret_value()) if settings.milvus else None
