import gc
import threading
from copy import copy
from pathlib import Path

import numpy as np
import pytest

from indexer.build import build
from indexer.query import Words
from indexer.reader import IndexReader
from indexer.store import StoreError


@pytest.fixture
def reader(store, shelf, encoder):
    return IndexReader(store.root, shelf, encoder, Words())


def test_none_yet(reader):
    with pytest.raises(StoreError, match="还没有建立索引"):
        reader.current()


def test_a_new_index_is_noticed(reader, store, passages, encoder, cache):
    first = build(store, passages[:3], encoder, cache)
    assert reader.current().id == first.id
    assert reader.current() is reader.current()
    second = build(store, passages, encoder, cache)
    assert reader.newest().id == second.id
    assert reader.current().id == second.id


def test_no_question_waits_for_the_new_index(reader, store, passages, encoder, cache, monkeypatch):
    build(store, passages[:3], encoder, cache)
    first, go, opened = reader.current(), threading.Event(), []
    really = reader._open

    def slow(index_id):
        opened.append(index_id)
        assert go.wait(30)
        return really(index_id)

    monkeypatch.setattr(reader, "_open", slow)
    second = build(store, passages, encoder, cache)
    assert [reader.current() for _ in range(5)] == [first] * 5, "while it is being opened the old one answers"
    go.set()
    assert reader.newest().id == second.id
    assert opened == [second.id], "by one thread, once"


def test_a_new_index_is_warm_before_it_answers(reader, store, passages, encoder, cache, today):
    build(store, passages, encoder, cache)
    assert reader.current()._legal is not None


def test_the_reader_follows_by_itself(reader, store, passages, encoder, cache):
    build(store, passages[:3], encoder, cache)
    reader.current()
    second = build(store, passages, encoder, cache)
    reader.current()
    for thread in threading.enumerate():
        if thread.name == "open index":
            thread.join(30)
    assert reader.current().id == second.id


def test_the_old_one_answers_until_it_is_let_go(reader, store, passages, encoder, cache, today):
    build(store, passages, encoder, cache)
    old = reader.current()
    for number in (9, 8, 7, 6):  # its folder is pruned meanwhile
        build(store, passages[:number], encoder, cache)
    assert old.id not in store.ids()
    assert reader.newest() is not old
    assert old.search("排污许可证", on=today)
    gc.collect()


def test_questions_run_while_indexes_change(reader, store, passages, encoder, cache, today):
    build(store, passages, encoder, cache)
    failures, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            try:
                assert reader.current().search("排污许可证", on=today)
            except Exception as error:  # noqa: BLE001 - any failure is one
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    ids = {reader.current().id}
    for number in (9, 8, 7, 10, 6):
        build(store, passages[:number], encoder, cache)
        ids.add(reader.newest().id)
    store.rollback()
    ids.add(reader.newest().id)
    store.prune(1)
    assert len(ids) == 6, "each was served, the last but one twice"
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.parametrize("harm", ["file", "missing", "pointer", "manifest", "encoder"])
def test_a_damaged_new_index_leaves_the_one_that_served(reader, store, passages, encoder, cache, harm, caplog):
    build(store, passages, encoder, cache)
    good = reader.current()
    maker = copy(encoder)
    if harm == "encoder":  # a build by somebody with another setting
        maker.name = "other"
    bad = build(store, passages[:5], maker, cache)
    if harm == "file":
        (store.folder(bad.id) / "text.texts.npy").write_bytes(b"")
    elif harm == "missing":
        (store.folder(bad.id) / "vectors.npy").unlink()
    elif harm == "pointer":
        (store.root / "CURRENT").write_text("nonsense", "utf-8")
    elif harm == "manifest":
        (store.folder(bad.id) / "manifest.json").write_text("{}", "utf-8")
    assert reader.newest() is good
    assert reader.current() is good
    assert len(caplog.records) == 1, "told once"
    fresh = IndexReader(store.root, reader._library, encoder, Words()).current()
    assert fresh.id == good.id if harm != "pointer" else fresh.id == bad.id


def test_vectors_are_mapped_from_disk(reader, built):
    dense = reader.current()._parts.dense
    assert isinstance(dense._vectors.base, np.memmap)
    assert not dense._vectors.flags.writeable


def test_nothing_intact_says_why(reader, store, built):
    (store.folder(built.id) / "vectors.npy").unlink()
    with pytest.raises(StoreError, match=r"vectors\.npy"):
        reader.current()


def test_another_encoder_is_refused_with_both_names(store, built, shelf, encoder):
    encoder.name = "static-other"
    with pytest.raises(StoreError, match="hash.*static-other"):
        IndexReader(store.root, shelf, encoder, Words()).current()


def test_another_tokenizer_is_refused(store, built, shelf, encoder, monkeypatch):
    monkeypatch.setattr("indexer.tokenizer.VERSION", "words-9")
    with pytest.raises(StoreError, match="words-9"):
        IndexReader(store.root, shelf, encoder, Words()).current()


def test_repaired_by_the_next_build(reader, store, passages, encoder, cache, built):
    reader.current()
    (store.root / "CURRENT").write_text("nonsense", "utf-8")
    reader.current()
    again = build(store, passages, encoder, cache)
    assert reader.newest().id == again.id


def test_files_of_an_index_let_go_are_closed(reader, store, passages, encoder, cache):
    build(store, passages, encoder, cache)
    first = reader.current().id
    build(store, passages[:5], encoder, cache)
    reader.newest()
    gc.collect()
    open_files = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.exists()]
    assert not [path for path in open_files if first in str(path)]
