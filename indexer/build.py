"""Making an index: passages in, an immutable folder out, and CURRENT points to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from indexer.index import Parts, open_parts
from indexer.lease import Lease
from indexer.store import KEPT, Manifest, Store, StoreError, told

Progress = Callable[[str, float], None]  # stage, share done (0..1)
Check = Callable[[str, Parts, Callable[[float], None]], None]  # name, new index, share done; raises StoreError to refuse it
WHOLE = "whole.json"
STAGES = {"read": "读取条文", "vectors": "语义向量", "words": "词项索引", "files": "写入磁盘", "check": "自检"}


@dataclass(frozen=True, slots=True)
class Whole:
    """What adding to an index has to know of it: the marks of its documents (see `corpus.collection.marks`), and how long
    the texts of each leg are on average, in terms.
    """

    marks: Mapping[str, str]
    means: Mapping[str, float]

    @classmethod
    def read(cls, path: Path) -> Whole:
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path) -> None:
        path.write_text(json.dumps({"marks": dict(self.marks), "means": dict(self.means)}), encoding="utf-8")


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
    check: Check = lambda name, parts, tell: None,
    marks: Mapping[str, str] | None = None,
) -> Built:
    """Build the index of these passages and let it serve. Without changes since the last build nothing is written.

    :param full: compute every vector again and build whatever stands there
    :param kept: how many indexes stay on disk
    :param check: looks at the new index before it serves; what it raises leaves the old one serving
    :param marks: of the documents, made before `source` is read, so that `indexer.extend` sees what has changed since
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

        def write(folder: Path) -> Manifest:
            computed, means = fill(folder, rows, encoder, cache, tell)
            counts.append(computed)
            if marks is not None:
                Whole(marks, means).write(folder / WHOLE)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            return Manifest(
                encoder.name, encoder.dimension, tokenizer.VERSION, len(rows), _questions(rows), content, now, files={}
            )

        def checked(folder: Path, manifest: Manifest) -> None:
            check(folder.name, _opened(folder, manifest), lambda done: tell("check", done))
            tell("check", 1.0)

        index_id = store.write(write, checked)
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


def fill(
    folder: Path,
    rows: Sequence[Passage],
    encoder: Encoder,
    cache: EmbeddingCache,
    tell: Progress,
    *,
    prefix: str = "",
    beside: tuple[Parts, Mapping[str, float]] | None = None,
) -> tuple[int, dict[str, float]]:
    """Write the files of these passages.

    :param prefix: of the names of the files
    :param beside: the index that these passages are added to, and the mean length of its texts
    :returns: how many texts went through the encoder, and the mean length of the texts of each leg in terms
    """
    passages.write(folder / f"{prefix}{passages.NAME}", rows)
    tell("vectors", 0.0)
    texts = tokenizer.Cut.of([text for row in rows for text in (encoded(row), *row.questions)])
    starts = np.cumsum([0] + [1 + len(row.questions) for row in rows]).astype(np.int64)
    done = max(len(texts), 1)
    vectors, computed = cache.passages(encoder, texts, progress=lambda count: tell("vectors", count / done))
    _save(folder, f"{prefix}vectors", vectors)
    _save(folder, f"{prefix}vectors.starts", starts)
    if not beside:  # an addition is too small for anything but comparing with each
        dense.write(folder, vectors)
    tell("words", 0.0)
    law = lexical.count(texts.take(starts[:-1]))
    asked = lexical.count(texts.take(np.delete(np.arange(len(texts)), starts[:-1])))
    del texts, vectors  # what follows takes the most memory of all
    legs: dict[str, Callable[[], lexical.Counts]] = {
        "law": lambda: law,
        "text": lambda: law.with_more(lexical.count([explained(row) for row in rows])),
        "asked": lambda: asked,
    }
    means: dict[str, float] = {}
    for leg, counted in legs.items():  # one after the other: each takes as much memory as all texts
        counts = counted()
        means[leg] = lexical.mean_length(counts)
        old, mean = (getattr(beside[0], leg), beside[1][leg]) if beside else (None, None)
        for name, array in lexical.build(counts, old, mean).arrays().items():
            _save(folder, f"{prefix}{leg}.{name}", array)
    parents = np.repeat(np.arange(len(rows), dtype=np.int32), [len(row.questions) for row in rows])
    _save(folder, f"{prefix}asked.parents", parents)
    tell("words", 1.0)
    tell("files", 1.0)
    return computed, means


def _opened(folder: Path, manifest: Manifest) -> Parts:
    """:returns: the new index, opened
    :raises StoreError: if it cannot be opened or does not know its own first passage; it is never pointed to then
    """
    try:
        parts = open_parts(folder)
        first = parts.passages.get([0])[0]
        found = parts.text.score(*tokenizer.weighted((term, 1.0) for term in tokenizer.terms(encoded(first))))
    except (OSError, ValueError, IndexError) as error:
        raise StoreError(f"新索引打不开，原索引继续使用 / the new index cannot be opened: {error}") from error
    if len(parts.passages) != manifest.passages or len(found) != manifest.passages:
        raise StoreError(f"新索引条数不符 / the new index has {len(found)} passages, not {manifest.passages}")
    return parts


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
