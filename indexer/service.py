"""What the other rooms call: the reader of the newest index, and a rebuild, over a catalogue and the starter library."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

from corpus.catalogue import Catalogue
from corpus.collection import Collection, searchable
from corpus.starter import Starter
from indexer.build import Built, Progress, build
from indexer.cache import EmbeddingCache
from indexer.encoder import OWN, load
from indexer.hit import Encoder, Index
from indexer.index import LocalIndex, open_parts
from indexer.query import Words
from indexer.reader import IndexReader
from indexer.smoke import smoke
from indexer.store import KEPT, Store, told

Gate = Callable[[Index, Callable[[float], None]], None]  # the new index, share done; raises StoreError to refuse it


def reader(data_dir: Path, catalogue: Catalogue, starter: Starter, encoder: Encoder | str = OWN) -> IndexReader:
    """One for the life of a process: `reader(…).current()` is the newest index, cheap to ask for each question.

    :param data_dir: the folder with the folder `index`
    :raises EncoderError: if the encoder cannot be loaded
    """
    loaded = load(encoder) if isinstance(encoder, str) else encoder
    return IndexReader(data_dir / "index", Collection(catalogue, starter), loaded, Words(starter.glossary))


def rebuild(
    data_dir: Path,
    catalogue: Catalogue,
    starter: Starter,
    encoder: Encoder | str = OWN,
    *,
    full: bool = False,
    kept: int = KEPT,
    progress: Progress = lambda stage, done: None,
    gate: Gate = lambda index, tell: None,
) -> Built:
    """Bring the index up to date with the catalogue; readers notice it by themselves.

    A new index serves only after it has found the smoke questions of the library and passed `gate`.

    :raises EncoderError, LeaseError, StoreError: the index that served before serves on
    """
    loaded = load(encoder) if isinstance(encoder, str) else encoder
    with told(), closing(EmbeddingCache(data_dir / "embeddings.sqlite")) as cache:
        source = searchable(catalogue, starter)

        def check(folder: Path, tell: Callable[[float], None]) -> None:
            collection, words = Collection(catalogue, starter), Words(starter.glossary)
            index = LocalIndex(folder.name, open_parts(folder), collection, loaded, words)
            smoke(index, starter.smoke, date.today())
            gate(index, tell)

        return build(Store(data_dir / "index"), source, loaded, cache, full=full, kept=kept, progress=progress, check=check)
