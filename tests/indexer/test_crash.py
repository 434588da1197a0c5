"""Builders killed in the middle, full disks, two at once: what served before serves on."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus.legal import ALWAYS, NEVER, Window
from corpus.model import Document, Trust
from indexer.build import build
from indexer.cache import EmbeddingCache
from indexer.lease import Lease, LeaseError
from indexer.query import Words
from indexer.reader import IndexReader
from indexer.store import Store, StoreError

BUILDER = Path(__file__).with_name("builder.py")


class Everything:
    def refresh(self):
        return 1

    def windows(self, passages):
        return [Window(ALWAYS, NEVER, "", Trust.OFFICIAL) for _ in passages]

    def document_for(self, passage):
        return Document("d", "办法")


@pytest.fixture
def builder():
    """The module of the child process."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("builder", BUILDER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def start(folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.Popen(
        [sys.executable, str(BUILDER), str(folder), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


def check(folder, encoder, today):
    index = IndexReader(folder / "index", Everything(), encoder, Words()).current()
    store = Store(folder / "index")
    assert store.current() == index.id
    store.verify(index.id, again=True)
    assert len(index.search("排污单位监测", on=today, k=5)) == 5
    return index.id


def test_killed_at_a_hundred_random_points(tmp_path, builder, today):
    waits, ids, cut = random.Random(1), set(), 0
    with EmptyCache(tmp_path) as cache:  # an index stands before the first kill
        build(Store(tmp_path / "index"), builder.passages(0), builder.Lengths(), cache)
    with start(tmp_path, "fork") as nursery:
        for _ in range(100):
            nursery.stdin.write(b"\n")
            nursery.stdin.flush()
            child = int(nursery.stdout.readline())
            time.sleep(waits.uniform(0, 0.4))  # a build takes about 0.2 s
            os.kill(child, signal.SIGKILL)
            assert nursery.stdout.readline() == b"gone\n"
            cut += bool(unfinished(tmp_path))
            ids.add(check(tmp_path, builder.Lengths(), today))
        nursery.stdin.close()
    assert len(ids) > 10, "builders came to their end between the kills"
    assert cut > 10, "and were cut off in the middle of writing"
    with EmptyCache(tmp_path) as cache:
        build(Store(tmp_path / "index"), builder.passages(0), builder.Lengths(), cache)
    assert not unfinished(tmp_path), "the next build removes what killed ones left"
    assert len(Store(tmp_path / "index").ids()) <= 3


def unfinished(folder):
    return [path.name for path in (folder / "index").iterdir() if path.name.startswith(".building")]


class EmptyCache:
    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.cache = EmbeddingCache(self.folder / "embeddings.sqlite")
        return self.cache

    def __exit__(self, *_):
        self.cache.close()


@pytest.mark.parametrize("limit", [4_000, 30_000, 60_000])
def test_a_full_disk_leaves_what_served(tmp_path, builder, today, limit):
    with EmptyCache(tmp_path) as cache:
        first = build(Store(tmp_path / "index"), builder.passages(0), builder.Lengths(), cache)
        build(Store(tmp_path / "other"), builder.passages(1), builder.Lengths(), cache)  # the cache holds its vectors now
    child = start(tmp_path, str(limit))
    _, told = child.communicate(timeout=60)
    assert child.returncode != 0
    assert b"cannot" in told or b"disk full" in told or b"File too large" in told or b"disk I/O" in told, told
    assert check(tmp_path, builder.Lengths(), today) == first.id
    assert not [path for path in (tmp_path / "index").iterdir() if path.name.startswith(".building")]


def test_full_disk_is_told_in_both_languages(store, passages, encoder, cache, built, monkeypatch):
    import errno

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("numpy.save", full)
    with pytest.raises(StoreError, match="磁盘空间不足.*disk full"):
        build(store, passages[:3], encoder, cache)
    assert store.current() == built.id
    assert not [path for path in store.root.iterdir() if path.name.startswith(".building")]


def test_two_builders(store, passages, encoder, cache, built):
    with Lease(store.root), pytest.raises(LeaseError, match="正在建索引.*another builder"):
        build(store, passages, encoder, cache)
    assert store.current() == built.id


def test_two_processes_take_turns(tmp_path):
    children = [start(tmp_path) for _ in range(3)]
    until = time.monotonic() + 60
    while len(winners := [child for child in children if child.poll() is None]) > 1 and time.monotonic() < until:
        time.sleep(0.1)
    assert len(winners) == 1, "one builds, the others were told and went"
    told = [child.communicate()[1] for child in children if child not in winners]
    assert all(b"LeaseError" in text for text in told)
    winners[0].kill()
    winners[0].communicate()
