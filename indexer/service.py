"""What the other rooms call: the reader of the newest index, and its life, over a catalogue and the starter library.

Without a Milvus server the files find; with one it finds, and every change on disk is followed by the same change there.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

from corpus.catalogue import Catalogue
from corpus.collection import Collection, marks, searchable
from corpus.starter import Starter
from indexer import build as building
from indexer.build import Built, Progress, build
from indexer.cache import EmbeddingCache
from indexer.encoder import OWN, load
from indexer.extend import Source, extend
from indexer.hit import Encoder, Index
from indexer.index import LocalIndex, Parts
from indexer.lease import Lease
from indexer.milvus import publish as publishing
from indexer.milvus.publish import Published, publish
from indexer.milvus.reader import MilvusReader
from indexer.milvus.server import MilvusError, Server
from indexer.query import Words
from indexer.reader import IndexReader
from indexer.rerank import Reader, RerankedReader, Reranker
from indexer.smoke import smoke
from indexer.store import KEPT, Store, StoreError, told

STAGES = {**building.STAGES, publishing.STAGE: "复制到 Milvus"}

Gate = Callable[[Index, Callable[[float], None]], None]  # the new index, share done; raises StoreError to refuse it


def reader(
    data_dir: Path,
    catalogue: Catalogue,
    starter: Starter,
    encoder: Encoder | str = OWN,
    *,
    server: Server | None = None,
    reranker: Reranker | None = None,
) -> Reader:
    """One for the life of a process: `reader(…).current()` is the index that answers, cheap to ask for each question.

    :param data_dir: the folder with the folder `index`
    :param server: the Milvus that finds instead of the files
    :param reranker: reads the best hits once more
    :raises EncoderError: if the encoder cannot be loaded
    """
    loaded = load(encoder) if isinstance(encoder, str) else encoder
    root, library, words = data_dir / "index", Collection(catalogue, starter), Words(starter.glossary)
    made: Reader = (
        MilvusReader(root, library, loaded, words, server) if server else IndexReader(root, library, loaded, words)
    )
    return RerankedReader(made, reranker) if reranker else made


def rebuild(
    data_dir: Path,
    catalogue: Catalogue,
    starter: Starter,
    encoder: Encoder | str = OWN,
    *,
    server: Server | None = None,
    full: bool = False,
    kept: int = KEPT,
    progress: Progress = lambda stage, done: None,
    gate: Gate = lambda index, tell: None,
) -> Built:
    """Bring the index up to date with the catalogue, and Milvus with the index; readers notice it by themselves.

    A new index serves only after it has found the smoke questions of the library and passed `gate`.

    :raises EncoderError, LeaseError, StoreError: the index that served before serves on
    """
    serving = server.serving() if server else None  # before any work: whether Milvus is there at all
    loaded = load(encoder) if isinstance(encoder, str) else encoder
    with told(), closing(EmbeddingCache(data_dir / "embeddings.sqlite")) as cache:
        store = Store(data_dir / "index", {serving} if serving else frozenset())

        def check(name: str, parts: Parts, tell: Callable[[float], None]) -> None:
            index = LocalIndex(name, parts, Collection(catalogue, starter), loaded, Words(starter.glossary))
            smoke(index, starter.smoke, date.today())
            gate(index, tell)

        seen = marks(catalogue, starter)  # before anything is read: what changes meanwhile is indexed again next time
        built = None
        if not full and not server:  # Milvus is filled from whole indexes
            source = Source(seen, lambda only: searchable(catalogue, starter, only))
            built = extend(store, source, loaded, cache, kept=kept, progress=progress, check=check)
        if built is None:
            rows = searchable(catalogue, starter)
            built = build(store, rows, loaded, cache, full=full, kept=kept, progress=progress, check=check, marks=seen)
    if not server:
        return built
    try:
        published = migrate(data_dir, catalogue, starter, server, kept=kept, progress=progress)
    except MilvusError as error:
        raise MilvusError(
            f"{error}\n新索引 {built.id} 已写入磁盘，Milvus 仍用原来的；恢复后请运行 python -m indexer migrate / "
            f"the new index {built.id} is on disk, Milvus goes on with the old one: run python -m indexer migrate later"
        ) from error
    return replace(built, seconds=built.seconds + published.seconds)


def migrate(
    data_dir: Path,
    catalogue: Catalogue,
    starter: Starter,
    server: Server,
    *,
    kept: int = KEPT,
    progress: Progress = lambda stage, done: None,
) -> Published:
    """Let Milvus serve the index on disk.

    :raises LeaseError, StoreError: Milvus goes on with what it served before
    """
    with told():
        return publish(Store(data_dir / "index"), server, Collection(catalogue, starter), kept=kept, progress=progress)


def rollback(
    data_dir: Path, catalogue: Catalogue, starter: Starter, *, server: Server | None = None, kept: int = KEPT
) -> str:
    """Go back to the newest intact index older than the current one; Milvus follows, or nothing changes.

    :returns: the index that serves now
    :raises LeaseError, StoreError: what served before serves on
    """
    store = Store(data_dir / "index")
    with Lease(store.root):
        before = None if server is None else store.current()
        index_id = store.rollback()
    if not server:
        return index_id
    try:
        return migrate(data_dir, catalogue, starter, server, kept=kept).id
    except StoreError as error:
        with Lease(store.root):
            if before and store.current() == index_id:
                store.point(before)
        raise MilvusError(f"{error}\n没有退回，仍使用 {before} / nothing was rolled back, {before} still serves") from error


def prune(data_dir: Path, kept: int, *, server: Server | None = None) -> list[str]:
    """Remove old indexes, on disk and in Milvus, and what broken builds left.

    :returns: the names removed
    :raises LeaseError, StoreError: if another process is building, or Milvus does not answer
    """
    store = Store(data_dir / "index")
    with Lease(store.root):
        return publishing.prune(store, server, kept) if server else store.prune(kept)
