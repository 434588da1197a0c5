"""Copy the index on disk into a new collection, look whether it answers alike, and let the alias name it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Set
from dataclasses import dataclass
from itertools import islice

import numpy as np

from indexer.lease import Lease
from indexer.legal import Library
from indexer.milvus.collection import Collection
from indexer.milvus.folder import Folder, wanted
from indexer.milvus.reader import Serving
from indexer.milvus.rows import rows_of
from indexer.milvus.server import ASKED, DENSE, FIELDS, KEY, LAW, TEXT, MilvusError, Server, collection_name
from indexer.store import KEPT, Store, StoreError

Progress = Callable[[str, float], None]  # stage, share done (0..1)
STAGE = "milvus"
_log = logging.getLogger(__name__)
_PORTION = 500  # rows of one insert: a few megabytes
_WAIT = 1800.0  # seconds for Milvus to finish its own indexes
_EXACT = {"index_type": "FLAT", "metric_type": "IP", "params": {}}
GRAPH_FROM = 300_000  # vectors
_GRAPH = {"index_type": "HNSW", "metric_type": "IP", "params": {"M": 32, "efConstruction": 256}}
_TERMS = {"index_type": "SPARSE_INVERTED_INDEX", "metric_type": "IP", "params": {"drop_ratio_build": 0.0}}


@dataclass(frozen=True, slots=True)
class Published:
    """What was done: `rows` of passages and questions stand in Milvus."""

    id: str
    rows: int
    seconds: float
    unchanged: bool = False


def publish(
    store: Store,
    server: Server,
    library: Library,
    *,
    kept: int = KEPT,
    progress: Progress = lambda stage, done: None,
) -> Published:
    """Let Milvus serve the index that CURRENT names. One that is there already is not copied again, so this also follows a
    rollback.

    :param kept: how many indexes stay, as collections and as folders, with the one that served until now
    :raises LeaseError: if another process is building
    :raises StoreError: if there is no intact index on disk
    :raises MilvusError: if Milvus fails or answers otherwise than the index on disk; it goes on with what it served before
    """
    begun = time.perf_counter()
    with Lease(store.root) as lease:

        def tell(done: float) -> None:
            lease.renew()
            progress(STAGE, done)

        index_id, before = store.current(), server.serving()
        if index_id is None:
            raise StoreError("还没有建立索引，请运行 python -m indexer build / no index yet: run python -m indexer build")
        store.verify(index_id)
        folder = Folder.open(store.folder(index_id))
        rows = len(folder.vectors)
        unchanged = _complete(server, index_id, rows)
        if not unchanged:
            _write(server, index_id, folder, library, tell)
        if before != index_id:
            _finish(server, index_id, tell)
        _check(Collection(server, index_id), folder, rows)
        server.serve(index_id)
        prune(store, server, kept, {before} if before else frozenset())
        tell(1.0)
    return Published(index_id, rows, time.perf_counter() - begun, unchanged)


def prune(store: Store, server: Server, kept: int, spare: Set[str] = frozenset()) -> list[str]:
    """Remove folders and collections that neither serve nor count among the newest older ones. Call it with the lease.

    :param spare: indexes whose questions may still be under way
    :returns: the indexes removed
    :raises MilvusError: if Milvus does not answer
    """
    now = server.serving()
    spare = {*spare, now} if now else spare
    removed = Store(store.root, spare).prune(kept)
    older = [each for each in server.ids() if now is None or each < now]
    keep = {*spare, *(older[1 - kept :] if kept > 1 else [])}
    for index_id in server.ids():
        if index_id not in keep:
            server.drop(index_id)
            removed.append(index_id)
    return sorted(set(removed))


def verify(store: Store, server: Server) -> Published:
    """Look whether what Milvus serves has all its rows and scores as the folder does.

    :raises StoreError: says what is wrong
    """
    begun = time.perf_counter()
    index_id = Serving(store.root, server).current()
    store.verify(index_id)
    folder = Folder.open(store.folder(index_id))
    rows = len(folder.vectors)
    _check(Collection(server, index_id), folder, rows)
    return Published(index_id, rows, time.perf_counter() - begun, unchanged=True)


def _complete(server: Server, index_id: str, rows: int) -> bool:
    """Whether all rows are there; what an interrupted copy left is dropped."""
    if index_id not in server.ids():
        return False
    count = Collection(server, index_id).count()
    if count == rows:
        return True
    _log.warning("collection of %s has %d rows instead of %d: written again", index_id, count, rows)
    server.drop(index_id)
    return False


def _write(server: Server, index_id: str, folder: Folder, library: Library, tell: Callable[[float], None]) -> None:
    count = len(folder.vectors)
    schema = _schema(folder.vectors.shape[1])
    store = server.store(
        index_id,
        vector_field=list(FIELDS),
        vector_schema=[schema[field] for field in FIELDS],
        index_params=[_EXACT if count < GRAPH_FROM else _GRAPH, _TERMS, _TERMS, _TERMS],
    )
    rows, done = rows_of(folder, library), 0
    while portion := list(islice(rows, _PORTION)):
        ids, passages, vectors, scalars = map(list, zip(*portion, strict=True))
        with server.told():
            store.add_embeddings(passages, vectors, scalars, server.timeout, ids=ids)
        done += len(portion)
        tell(0.9 * done / count)


def _schema(dimension: int) -> dict[str, dict[str, object]]:
    from pymilvus import DataType

    sparse = {"dtype": DataType.SPARSE_FLOAT_VECTOR}
    return {DENSE: {"dtype": DataType.FLOAT_VECTOR, "dim": dimension}, LAW: sparse, TEXT: sparse, ASKED: sparse}


def _finish(server: Server, index_id: str, tell: Callable[[float], None]) -> None:
    """Wait until Milvus has its indexes: before that it searches new rows by an approximation of its own.

    :raises MilvusError: if that takes too long
    """
    client, name, until = server.client, collection_name(index_id), time.monotonic() + _WAIT
    pause = 0.05
    with server.told():
        client.release_collection(name)
        client.flush(name)
        while any(client.describe_index(name, index)["pending_index_rows"] for index in client.list_indexes(name)):
            if time.monotonic() > until:
                raise MilvusError(
                    f"Milvus 的索引没有按时建完 / Milvus did not finish the indexes of {name} in {_WAIT:.0f} s"
                )
            tell(0.9)
            time.sleep(pause)
            pause = min(2 * pause, 5)
        client.load_collection(name)


def _check(collection: Collection, folder: Folder, rows: int) -> None:
    """Never point to a collection that lacks rows or scores otherwise than the arrays on disk.

    :raises MilvusError: says what differs
    """
    if (count := collection.count()) != rows:
        raise MilvusError(f"Milvus 里有 {count} 行，应有 {rows} 行 / Milvus has {count} rows instead of {rows}")
    text, vectors, count = folder.parts.text, folder.vectors, len(folder.parts.passages)
    for position in {0, count // 2, count - 1}:
        row = int(folder.starts[position])
        mine = np.flatnonzero(text.texts == position)
        keys = text.terms[np.searchsorted(text.starts, mine, side="right") - 1]
        weights = np.ones(len(keys), dtype=np.float32)
        expected = {DENSE: float(vectors[row] @ vectors[row]), TEXT: float(text.score(keys, weights)[position])}
        asked = {DENSE: vectors[row].tolist(), TEXT: wanted(text, keys, weights)}
        for field, vector in asked.items():
            if not vector:
                continue
            found = collection.search(field, vector, f"{KEY} == '{row}'", 1)
            score = float(found.scores[0]) if len(found) else 0.0
            if abs(score - expected[field]) > 1e-3 * max(1.0, expected[field]):
                raise MilvusError(
                    f"Milvus 的得分与本地不符 / Milvus scores passage {position} in {field} {score:.4f}, "
                    f"the index on disk {expected[field]:.4f}"
                )
