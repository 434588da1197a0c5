"""Making an index: passages in, an immutable folder out, and CURRENT points to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from corpus.model import Passage
from corpus.starter import unmarked
from indexer import dense, lexical, passages, tokenizer
from indexer.cache import EmbeddingCache
from indexer.hit import Encoder
from indexer.index import open_parts
from indexer.lease import Lease
from indexer.store import KEPT, Manifest, Store, StoreError, told

Progress = Callable[[str, float], None]  # stage, share done (0..1)
Check = Callable[[Path, Callable[[float], None]], None]  # the new folder, share done; raises StoreError to refuse it
STAGES = {"read": "读取条文", "words": "词项索引", "vectors": "语义向量", "files": "写入磁盘", "check": "自检"}


@dataclass(frozen=True, slots=True)
class Built:
    """What a build did. `computed` texts went through the encoder; the other vectors were known."""

    id: str
    passages: int
    questions: int
    computed: int
    seconds: float
    unchanged: bool = False


def build(
    store: Store,
    source: Iterable[Passage],
    encoder: Encoder,
    cache: EmbeddingCache,
    *,
    full: bool = False,
    kept: int = KEPT,
    progress: Progress = lambda stage, done: None,
    check: Check = lambda folder, tell: None,
) -> Built:
    """Build the index of these passages and let it serve. Without changes since the last build nothing is written.

    :param full: compute every vector again and build whatever stands there
    :param kept: how many indexes stay on disk
    :param check: looks at the new index before it serves; what it raises leaves the old one serving
    :raises LeaseError: if another process is building
    :raises StoreError: if there is nothing to index, the disk is full, or the new index does not answer; the old one serves on
    """
    begun = perf_counter()
    with told(), Lease(store.root) as lease:

        def tell(stage: str, done: float) -> None:
            lease.renew()
            progress(stage, done)

        tell("read", 0.0)
        rows = list(source)
        if not rows:
            raise StoreError("没有可以索引的内容 / there is nothing to index")
        tell("read", 1.0)
        content = fingerprint(rows, encoder)
        if not full and (known := _unchanged(store, content)):
            return Built(known, len(rows), _questions(rows), 0, perf_counter() - begun, unchanged=True)
        if full:
            cache.clear()
        counts: list[int] = []

        def fill(folder: Path) -> Manifest:
            counts.append(_fill(folder, rows, encoder, cache, tell))
            now = datetime.now(UTC).isoformat(timespec="seconds")
            return Manifest(
                encoder.name, encoder.dimension, tokenizer.VERSION, len(rows), _questions(rows), content, now, files={}
            )

        def checked(folder: Path, manifest: Manifest) -> None:
            _check(folder, manifest)
            check(folder, lambda done: tell("check", done))
            tell("check", 1.0)

        index_id = store.write(fill, checked)
        store.prune(kept)
    return Built(index_id, len(rows), _questions(rows), counts[0], perf_counter() - begun)


def fingerprint(rows: Iterable[Passage], encoder: Encoder) -> str:
    """:returns: a hash of all that an index depends on"""
    digest = hashlib.blake2b(f"{tokenizer.VERSION}\n{encoder.name}\n{encoder.dimension}\n".encode(), digest_size=16)
    for row in rows:
        cites = "\x1e".join(map(str, row.stands_for))
        fields = (
            row.id,
            row.document_id,
            row.title,
            row.article,
            row.kind,
            row.text,
            row.plain,
            cites,
            *row.headings,
            *row.questions,
        )
        digest.update("\x1f".join(fields).encode() + b"\n")
    return digest.hexdigest()


def explained(passage: Passage) -> str:
    """What people wrote about a passage: its digest and its questions."""
    return "\n".join([passage.plain, *passage.questions])


def encoded(passage: Passage) -> str:
    """What a passage itself says: title, headings and text."""
    return "\n".join([passage.title, *passage.headings, unmarked(passage.text)])


def _fill(folder: Path, rows: Sequence[Passage], encoder: Encoder, cache: EmbeddingCache, tell: Progress) -> int:
    passages.write(folder, rows)
    tell("words", 0.0)
    law = lexical.count([encoded(row) for row in rows])
    _save_postings(folder, "law", lexical.build(law))
    _save_postings(folder, "text", lexical.build(law.with_more(lexical.count([explained(row) for row in rows]))))
    asked = [(at, question) for at, row in enumerate(rows) for question in row.questions]
    _save_postings(folder, "asked", lexical.build(lexical.count([question for _, question in asked])))
    _save(folder, "asked.parents", np.array([at for at, _ in asked], dtype=np.int32))
    tell("words", 1.0)
    texts = [text for row in rows for text in (encoded(row), *row.questions)]
    starts = np.cumsum([0] + [1 + len(row.questions) for row in rows]).astype(np.int64)
    vectors, computed = cache.passages(encoder, texts, progress=lambda done: tell("vectors", done / len(texts)))
    _save(folder, "vectors", vectors)
    _save(folder, "vectors.starts", starts)
    dense.write(folder, vectors)
    tell("files", 1.0)
    return computed


def _check(folder: Path, manifest: Manifest) -> None:
    """An index that cannot be opened or does not know its own first passage is never pointed to."""
    try:
        parts = open_parts(folder)
        first = parts.passages.get([0])[0]
        found = parts.text.score(*tokenizer.weighted((term, 1.0) for term in tokenizer.terms(encoded(first))))
    except (OSError, ValueError, IndexError) as error:
        raise StoreError(f"新索引打不开，原索引继续使用 / the new index cannot be opened: {error}") from error
    if len(parts.passages) != manifest.passages or len(found) != manifest.passages:
        raise StoreError(f"新索引条数不符 / the new index has {len(found)} passages, not {manifest.passages}")


def _unchanged(store: Store, content: str) -> str | None:
    """:returns: the current index if it is intact and of the same content"""
    try:
        current = store.current()
        if current and store.verify(current).content == content:
            return current
    except StoreError:
        pass
    return None


def _questions(rows: Iterable[Passage]) -> int:
    return sum(len(row.questions) for row in rows)


def _save(folder: Path, name: str, array: NDArray[np.generic]) -> None:
    np.save(folder / f"{name}.npy", array, allow_pickle=False)


def _save_postings(folder: Path, leg: str, postings: lexical.Postings) -> None:
    for name, array in postings.arrays().items():
        _save(folder, f"{leg}.{name}", array)
