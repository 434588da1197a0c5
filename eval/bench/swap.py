"""Questions while the index is rebuilt and swapped: how many fail, and how long the slowest waits."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np

from corpus.catalogue import Catalogue
from corpus.collection import Collection
from corpus.model import Document, Passage
from eval.bench.grown import BARE, THREADS, Figures
from eval.bench.sizes import sample
from indexer.build import build
from indexer.cache import EmbeddingCache
from indexer.encoder import OWN
from indexer.encoder import load as load_encoder
from indexer.query import Words
from indexer.reader import IndexReader
from indexer.store import Store

NICE = 5  # as the site's builder
BETWEEN = 0.05  # seconds that a thread waits after an answer: what is measured is pauses, not a queue of our own making


class Load:
    """Asks from several threads until the block ends: `with Load(search, questions) as load: …`."""

    def __init__(self, search: Callable[[str], object], questions: Sequence[str]) -> None:
        self._search, self._questions = search, questions
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(at,)) for at in range(THREADS)]
        self.times: list[float] = []  # milliseconds; list.append is atomic
        self.work: list[float] = []  # milliseconds of CPU that the same questions took
        self.failures: list[str] = []

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, at: int) -> None:
        while not self._stop.is_set():
            start, worked = time.perf_counter(), time.thread_time()
            try:
                self._search(self._questions[at % len(self._questions)])
            except Exception as error:  # whatever a visitor would have met
                self.failures.append(f"{type(error).__name__}: {error}")
            self.times.append((time.perf_counter() - start) * 1000)
            self.work.append((time.thread_time() - worked) * 1000)
            at += 1
            self._stop.wait(BETWEEN)


def under_load(
    search: Callable[[str], object],
    version: Callable[[], str],
    swap: Callable[[], object],
    questions: Sequence[str],
    swaps: int,
    *,
    quiet: float = 2.0,
) -> tuple[Figures, list[str]]:
    """:param version: the index that answers now
    :param swap: makes another index serve, and waits until it answers
    :param quiet: seconds of questions before the first swap, to compare with
    :returns: figures of quiet and of swapping times, and what failed
    :raises RuntimeError: if the readers never saw one of the new indexes
    """
    for question in questions[:20]:  # the first ones of a process read its files
        search(question)
    with Load(search, questions) as before:
        time.sleep(quiet)
    seen = {version()}
    with Load(search, questions) as busy:
        for _ in range(swaps):
            swap()
            seen.add(version())
    if len(seen) != swaps + 1:
        raise RuntimeError(f"{swaps} swaps, but readers saw {len(seen) - 1} new indexes")
    figures = {
        "swaps": float(swaps),
        "questions meanwhile": float(len(busy.times)),
        "failed": float(len(busy.failures)),
        "p99, ms": float(np.percentile(busy.times, 99)),
        "longest, ms": max(busy.times),
        "most CPU of a question, ms": max(busy.work),
        "p99 without a rebuild, ms": float(np.percentile(before.times, 99)),
        "longest without a rebuild, ms": max(before.times),
    }
    return figures, busy.failures


def measure(data: Path, size: int, questions: Sequence[str], swaps: int = 3) -> tuple[Figures, list[str]]:
    """Rebuilds run in a process of their own, as the command line and the console's job run them; a document is stored
    before each, so that readers have to read the law anew as well.

    :param data: a folder made for measuring: the documents stay in its catalogue
    """
    folder = data / "swap"
    rebuild(data, size)
    catalogue = Catalogue.open(f"sqlite:///{data / 'env-doctor.db'}")
    reader = IndexReader(folder / "index", Collection(catalogue, BARE), load_encoder(OWN), Words())
    store = Store(folder / "index")
    sizes = iter(size - 1 - at for at in range(swaps))

    def swap() -> None:
        number = next(sizes)
        text = Passage(f"swap-{number}:1", f"swap-{number}", f"试验办法{number}", "第一条", "试验。")
        catalogue.add(Document(text.document_id, text.title, effective_date=date(2020, 1, 1)), [text], actor="bench")
        child = [sys.executable, "-W", "ignore", "-m", "eval.bench.swap", str(data), str(number)]
        subprocess.run(child, check=True, stdout=subprocess.DEVNULL)
        while reader.current().id != store.current():  # as a site does: whoever asks sets the change going
            time.sleep(0.01)

    return under_load(
        lambda question: reader.current().search(question, on=date.today(), k=10),
        lambda: reader.current().id,
        swap,
        questions,
        swaps,
    )


def rebuild(data: Path, size: int) -> None:
    catalogue = Catalogue.open(f"sqlite:///{data / 'env-doctor.db'}")
    rows = sample(list(catalogue.all_passages()), size)
    with closing(EmbeddingCache(data / "swap" / "embeddings.sqlite")) as cache:
        build(Store(data / "swap" / "index"), rows, load_encoder(OWN), cache, full=True)


if __name__ == "__main__":
    data, size = sys.argv[1:]
    os.nice(NICE)
    rebuild(Path(data), int(size))
