"""One system at one size, in a process of its own: `python -m eval.bench.grown SYSTEM DATA SIZE QUESTIONS OUT`."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from corpus.catalogue import Catalogue
from corpus.collection import Collection
from corpus.model import Passage
from corpus.starter import Starter
from eval.bench.sizes import sample, synthetic
from eval.questions import load
from indexer import tokenizer
from indexer.build import build, encoded
from indexer.cache import EmbeddingCache
from indexer.encoder import OWN
from indexer.encoder import load as load_encoder
from indexer.extend import Source, extend
from indexer.query import Words
from indexer.reader import IndexReader
from indexer.store import Store

BARE = Starter({}, {}, {})
THREADS = 4
LONGEST = 20.0  # seconds that the questions of one measurement may take
Search = Callable[[str], object]
Figures = dict[str, float]


def main(system: str, data: Path, size: int, questions: Sequence[str]) -> Figures:
    """:param data: holds a catalogue; indexes of ours go to a folder for this size beside it
    :returns: figure -> value; seconds, milliseconds and MiB as the names say
    """
    catalogue = Catalogue.open(f"sqlite:///{data / 'env-doctor.db'}")
    if system == "serving":  # the index that "ours" built, opened as a server opens it
        began = time.perf_counter()
        search = _open(data / str(size), catalogue)
        search(questions[0])
        return {"open, s": time.perf_counter() - began} | asked(search, questions) | _memory()
    texts = list(catalogue.all_passages())
    rows = sample(texts, size) if size <= len(texts) else list(synthetic(texts, size))
    began = time.perf_counter()
    if system == "ours":
        return _ours(data / str(size), rows) | _memory()
    search = {"bm25s": _bm25s, "FAISS": _faiss, "stock": _stock}[system](rows)
    built = {"build, s": time.perf_counter() - began}
    return built | asked(search, questions) | _memory()


def asked(search: Search, questions: Sequence[str]) -> Figures:
    """:returns: times of single questions, and how many a second THREADS threads get answered"""
    search(questions[0])
    times, began = [], time.perf_counter()
    for question in questions:
        start = time.perf_counter()
        search(question)
        times.append((time.perf_counter() - start) * 1000)
        if time.perf_counter() - began > LONGEST:
            break
    some = list(questions[: len(times)])
    with ThreadPoolExecutor(THREADS) as pool:
        began = time.perf_counter()
        list(pool.map(search, some))
        together = time.perf_counter() - began
    return {
        "query p50, ms": float(np.percentile(times, 50)),
        "query p95, ms": float(np.percentile(times, 95)),
        f"queries a second, {THREADS} threads": len(some) / together,
    }


def _ours(folder: Path, rows: Sequence[Passage]) -> Figures:
    """Cold build without the last document, then one with it."""
    store, encoder = Store(folder / "index"), load_encoder(OWN)
    last = rows[-1].document_id
    before = [row for row in rows if row.document_id != last] or rows[:-1]
    marks = dict.fromkeys((row.document_id for row in before), "") | {last: "new"}
    source = Source(marks, lambda only: [row for row in rows if row.document_id in only])
    with closing(EmbeddingCache(folder / "embeddings.sqlite")) as cache:
        cold = build(store, before, encoder, cache, full=True, marks=dict.fromkeys((row.document_id for row in before), ""))
        more = extend(store, source, encoder, cache) or build(store, rows, encoder, cache)
    size = sum(path.stat().st_size for path in store.folder(more.id).iterdir())
    return {"build, s": cold.seconds, "one document more, s": more.seconds, "disk, MiB": size / 2**20}


def _open(folder: Path, catalogue: Catalogue) -> Search:
    reader = IndexReader(folder / "index", Collection(catalogue, BARE), load_encoder(OWN), Words())
    return lambda question: reader.current().search(question, on=date.today(), k=10)


def _bm25s(rows: Sequence[Passage]) -> Search:
    """The floor of the words: the same terms, nothing but the ranking."""
    import bm25s

    index = bm25s.BM25()
    index.index([tokenizer.terms(encoded(row)) for row in rows], show_progress=False)
    return lambda question: index.retrieve([tokenizer.terms(question)], k=min(10, len(rows)), show_progress=False)


def _faiss(rows: Sequence[Passage]) -> Search:
    """The floor of the vectors: the same encoder, an exact search without any filter."""
    import faiss

    faiss.omp_set_num_threads(1)
    encoder = load_encoder(OWN)
    index: Any = faiss.IndexFlatIP(encoder.dimension)
    index.add(encoder.passages([encoded(row) for row in rows]))
    return lambda question: index.search(encoder.query(question)[None, :], 10)


def _stock(rows: Sequence[Passage]) -> Search:
    from eval.bench.stock import Stock
    from indexer.langchain import EnvEmbeddings

    return Stock(rows, EnvEmbeddings(load_encoder(OWN))).search


def _memory() -> Figures:
    return {"peak memory, MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


if __name__ == "__main__":
    system, data, size, name, out = sys.argv[1:]
    questions = [q.question for q in load(Path(name))]
    Path(out).write_text(json.dumps(main(system, Path(data), int(size), questions)), encoding="utf-8")
