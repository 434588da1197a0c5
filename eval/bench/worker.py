"""One system measured in a process of its own, so that memory and start-up are its own: `python -m eval.bench.worker`."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from corpus import starter
from corpus.catalogue import Catalogue
from corpus.model import Cite, Passage
from eval.metrics import retrieval
from eval.questions import Question, load
from indexer import service
from indexer.encoder import OWN
from indexer.encoder import load as load_encoder

ROUNDS = 3
Search = Callable[[Question], Sequence[tuple[Cite, ...]]]
BARE = starter.Starter({}, {}, {})


def main(system: str, data: Path, questions: Sequence[Question]) -> dict[str, float]:
    """:param data: holds a catalogue with the texts; an index is built there.

    :returns: figure -> value; seconds, milliseconds and MiB as their names say.
    """
    catalogue = Catalogue.open(f"sqlite:///{data / 'env-doctor.db'}")
    began = time.perf_counter()
    search = {"ours": _ours, "bare": _bare, "stock": _stock}[system](data, catalogue)
    built = time.perf_counter() - began
    asked = [q for q in questions if q.gold]
    search(asked[0])
    times, hits = [], {}
    for _ in range(ROUNDS):
        for question in asked:
            start = time.perf_counter()
            hits[question.id] = search(question)
            times.append((time.perf_counter() - start) * 1000)
    scores = retrieval.score(asked, hits)
    figures = {
        "build, s": built,
        "query p50, ms": float(np.percentile(times, 50)),
        "query p95, ms": float(np.percentile(times, 95)),
        "query p99, ms": float(np.percentile(times, 99)),
        "peak memory, MiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    for name in ("Success@5", "Success@10", "RR@10"):
        figures[name] = sum(row[name] for row in scores.values()) / len(scores)
    return figures


def _ours(data: Path, catalogue: Catalogue, library: starter.Starter | None = None) -> Search:
    from eval.run import stands_for

    library = library or starter.load()
    service.rebuild(data, catalogue, library, full=True)
    reader = service.reader(data, catalogue, library)

    def search(q: Question) -> list[tuple[Cite, ...]]:
        return [
            stands_for(hit) for hit in reader.current().search(q.question, on=date.today(), region=q.region or "", k=10)
        ]

    return search


def _bare(data: Path, catalogue: Catalogue) -> Search:
    """Ours without the starter library: what the engine is worth without our own words."""
    return _ours(data, catalogue, BARE)


def _stock(data: Path, catalogue: Catalogue) -> Search:
    from eval.bench.stock import Stock
    from indexer.langchain import EnvEmbeddings

    passages: list[Passage] = list(catalogue.all_passages())
    stock = Stock(passages, EnvEmbeddings(load_encoder(OWN)))
    return lambda q: stock.search(q.question)


if __name__ == "__main__":
    system, data, name, out = sys.argv[1:]
    Path(out).write_text(json.dumps(main(system, Path(data), load(Path(name)))), encoding="utf-8")
