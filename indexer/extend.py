"""Adding to an index instead of building it again: what changed since it was built whole goes beside it (`indexer.addition`)."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from corpus.collection import LIBRARY
from corpus.model import Passage
from indexer import tokenizer
from indexer.addition import GONE, MORE
from indexer.build import WHOLE, Built, Check, Progress, Whole, encoded, fill
from indexer.cache import EmbeddingCache
from indexer.hit import Encoder
from indexer.index import open_parts, open_whole
from indexer.lease import Lease
from indexer.passages import Passages
from indexer.store import KEPT, Manifest, Store, StoreError, told

FROM = 20_000  # passages; a smaller index is built whole within seconds, and then its scores are exact
LARGEST = 0.05  # share of the passages that may be new, changed or gone before the index is built whole again


@dataclass(frozen=True, slots=True)
class Source:
    """What there is to index, document by document (see `corpus.collection.marks` and `.searchable`)."""

    marks: Mapping[str, str]
    read: Callable[[Set[str]], Iterable[Passage]]


def extend(
    store: Store,
    source: Source,
    encoder: Encoder,
    cache: EmbeddingCache,
    *,
    kept: int = KEPT,
    progress: Progress = lambda stage, done: None,
    check: Check = lambda name, parts, tell: None,
) -> Built | None:
    """As `indexer.build.build`, at the cost of what has changed.

    :returns: None where the index has to be built whole: there is none, it is damaged, small, of another encoder or
        tokenizer, or too much has changed since
    :raises LeaseError, StoreError: the index that served before serves on
    """
    begun = perf_counter()
    with told(), Lease(store.root) as lease:

        def tell(stage: str, done: float) -> None:
            lease.renew()
            progress(stage, done)

        tell("read", 0.0)
        if (found := _whole(store, encoder)) is None:
            return None
        current, manifest, whole = found
        if source.marks == _latest(store.folder(current), whole):
            if not _intact(store, current):
                return None
            return Built(current, manifest.passages, manifest.questions, 0, perf_counter() - begun, unchanged=True)
        lost = {each for each, mark in whole.marks.items() if source.marks.get(each) != mark}
        fresh = {each for each, mark in source.marks.items() if whole.marks.get(each) != mark}
        rows = list(source.read(fresh))
        old = open_whole(store.folder(current))
        gone = _positions(old.passages, lost)
        if len(gone) + len(rows) > LARGEST * len(old.passages):
            return None
        tell("read", 1.0)
        computed: list[int] = []

        def write(folder: Path) -> Manifest:
            known = _linked(store.folder(current), folder, manifest)
            computed.append(fill(folder, rows, encoder, cache, tell, prefix=MORE, beside=(old, whole.means))[0])
            np.save(folder / f"{GONE}.npy", gone, allow_pickle=False)
            Whole(source.marks, whole.means).write(folder / f"{MORE}{WHOLE}")
            starts = np.load(folder / "vectors.starts.npy", mmap_mode="r", allow_pickle=False)
            questions = int(starts[-1]) - len(old.passages) - int((starts[gone + 1] - starts[gone] - 1).sum())
            return Manifest(
                encoder.name,
                encoder.dimension,
                tokenizer.VERSION,
                len(old.passages) - len(gone) + len(rows),
                questions + sum(len(row.questions) for row in rows),
                hashlib.blake2b(json.dumps([source.marks, encoder.name]).encode(), digest_size=16).hexdigest(),
                datetime.now(UTC).isoformat(timespec="seconds"),
                known,
            )

        def checked(folder: Path, _: Manifest) -> None:
            asked = tokenizer.weighted((term, 1.0) for row in rows[:1] for term in tokenizer.terms(encoded(row)))
            try:
                parts = open_parts(folder, old)
                found = parts.text.score(*asked)[len(old.passages) :]
            except (OSError, ValueError, IndexError) as error:
                raise StoreError(f"新索引打不开，原索引继续使用 / the new index cannot be opened: {error}") from error
            if len(found) != len(rows) or (rows and not found[0] > 0):
                raise StoreError(f"新索引找不到刚加的内容，原索引继续使用 / {rows[0].label} is not found in the new index")
            check(folder.name, parts, lambda done: tell("check", done))
            tell("check", 1.0)

        index_id = store.write(write, checked)
        store.prune(kept)
        made = store.manifest(index_id)
    return Built(index_id, made.passages, made.questions, computed[0], perf_counter() - begun)


def _whole(store: Store, encoder: Encoder) -> tuple[str, Manifest, Whole] | None:
    """:returns: the current index, intact, with what is known of the whole build in it; None where it cannot be added to"""
    try:
        current = store.current()
        if current is None or not (store.folder(current) / WHOLE).is_file():
            return None
        manifest = store.verify(current, by_others=True)
    except StoreError:
        return None
    made_by = (manifest.encoder, manifest.dimension, manifest.tokenizer)
    if made_by != (encoder.name, encoder.dimension, tokenizer.VERSION) or manifest.passages < FROM:
        return None
    return current, manifest, Whole.read(store.folder(current) / WHOLE)


def _intact(store: Store, index_id: str) -> bool:
    """Read to the last byte: who builds although nothing has changed may want a damaged index mended."""
    try:
        store.verify(index_id)
    except StoreError:
        return False
    return True


def _latest(folder: Path, whole: Whole) -> Mapping[str, str]:
    """:returns: the marks of everything in this folder"""
    path = folder / f"{MORE}{WHOLE}"
    return Whole.read(path).marks if path.exists() else whole.marks


def _positions(old: Passages, documents: Set[str]) -> NDArray[np.int32]:
    """:param documents: with LIBRARY for all entries of the library
    :returns: where their passages stand
    """
    if not documents:
        return np.zeros(0, dtype=np.int32)
    library = LIBRARY in documents
    holders = [
        holder
        for holder, row in enumerate(old.representatives())
        if row.document_id in documents or (library and row.document_id.startswith(LIBRARY))
    ]
    return np.flatnonzero(np.isin(old.holders, holders)).astype(np.int32)


def _linked(source: Path, target: Path, manifest: Manifest) -> dict[str, str]:
    """Let the files of the whole index stand in the new folder too; they are never written again.

    :returns: names and hashes of those that are the same file; a copy still has to be read
    """
    known = {}
    for name, digest in manifest.files.items():
        if name.startswith(MORE):
            continue
        try:
            os.link(source / name, target / name)
            known[name] = digest
        except OSError:  # a file system without hard links
            shutil.copy2(source / name, target / name)
    return known
