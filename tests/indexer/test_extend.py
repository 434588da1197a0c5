"""A document more costs that document: the index stands in two parts and answers as one."""

import os
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from corpus.model import Document, Passage
from indexer import extend as extending
from indexer.build import build
from indexer.extend import Source, extend
from indexer.index import LocalIndex, open_parts
from indexer.milvus.folder import Folder
from indexer.query import Words
from indexer.reader import IndexReader
from indexer.store import Store, StoreError

LAKE = Document("lake", "武汉市湖泊投饵规定", level="地方性法规", region="湖北省武汉市", effective_date=date(2020, 1, 1))
BAIT = Passage("lake:1", "lake", "武汉市湖泊投饵规定", "第一条", "湖泊投饵须经批准。", questions=("湖里能撒饲料吗",))
ASKED = ("无证排污要罚多少钱", "湖泊 污水", "湖里能撒饲料吗", "排污许可证有效期", "武汉市湖泊投饵规定第一条")


def marks(passages):
    return {
        each: str([row for row in passages if row.document_id == each]) for each in {row.document_id for row in passages}
    }


def source(passages):
    return Source(marks(passages), lambda only: [row for row in passages if row.document_id in only])


@pytest.fixture(autouse=True)
def any_size(monkeypatch):
    monkeypatch.setattr(extending, "FROM", 1)
    monkeypatch.setattr(extending, "LARGEST", 0.7)


@pytest.fixture
def whole(store, passages, encoder, cache):
    return build(store, passages, encoder, cache, marks=marks(passages))


@pytest.fixture
def asking(store, shelf, encoder, today, wuhan):
    def ask(built, question):
        index = LocalIndex(built.id, open_parts(store.folder(built.id)), shelf, encoder, Words())
        return [(hit.passage.id, hit.passage.text) for hit in index.search(question, on=today, region=wuhan)]

    return ask


def reading(monkeypatch):
    """:returns: the names of the files that are read from now on"""
    read, really = [], Store.__init__.__globals__["_sha256"]
    monkeypatch.setattr("indexer.store._sha256", lambda path: read.append(path.name) or really(path))
    return read


def test_a_document_more_is_found_and_nothing_else_is_encoded(store, passages, encoder, cache, whole, shelf, asking):
    shelf.documents["lake"] = LAKE
    more = extend(store, source([*passages, BAIT]), encoder, cache)
    assert (more.computed, more.passages, more.questions) == (2, whole.passages + 1, whole.questions + 1)
    assert asking(more, "湖里能撒饲料吗")[0][0] == "lake:1"
    assert asking(more, "武汉市湖泊投饵规定第一条")[0][0] == "lake:1", "by its name"
    assert store.current() == more.id


@pytest.mark.parametrize("change", ["added", "changed", "removed", "all"])
def test_it_answers_as_an_index_built_whole(store, passages, encoder, cache, whole, shelf, asking, change):
    shelf.documents["lake"] = LAKE
    now = list(passages)
    if change in ("changed", "all"):
        now[3] = replace(now[3], text="排污许可证有效期为八年。")
    if change in ("removed", "all"):
        now = [row for row in now if row.document_id != "news"]
        del shelf.documents["news"]
    if change in ("added", "all"):
        now.append(BAIT)
    more = extend(store, source(now), encoder, cache)
    found = {question: asking(more, question) for question in ASKED}
    again = build(store, now, encoder, cache, full=True)
    for question, hits in found.items():
        assert set(hits) == set(asking(again, question)), question
        assert hits[0] == asking(again, question)[0], question
    assert again.passages == more.passages
    assert again.questions == more.questions


def test_what_was_changed_twice_stands_once(store, passages, encoder, cache, whole, asking):
    for years in ("六", "七", "八"):
        now = [*passages[:3], replace(passages[3], text=f"排污许可证有效期为{years}年。"), *passages[4:]]
        more = extend(store, source(now), encoder, cache)
    texts = [text for _, text in asking(more, "排污许可证有效期") if "有效期" in text]
    assert texts == ["排污许可证有效期为八年。"]
    back = extend(store, source(passages), encoder, cache)
    assert [text for _, text in asking(back, "排污许可证有效期") if "有效期" in text] == [passages[3].text]


def test_an_article_that_is_gone_is_not_looked_up(store, passages, encoder, cache, whole, shelf, today):
    now = [row for row in passages if row.document_id != "permit"] + [replace(passages[3], text="改了")]
    more = extend(store, source(now), encoder, cache)
    index = LocalIndex(more.id, open_parts(store.folder(more.id)), shelf, encoder, Words())
    assert index.article("排污许可管理条例", "第十四条", on=today).passage.text == "改了"
    assert index.article("排污许可管理条例", "第三十三条", on=today) is None


def test_the_large_files_are_shared_and_survive_the_older_folder(store, passages, encoder, cache, whole, asking):
    before = (store.folder(whole.id) / "vectors.npy").stat().st_ino
    more = extend(store, source([*passages, BAIT]), encoder, cache, kept=1)
    assert (store.folder(more.id) / "vectors.npy").stat().st_ino == before
    assert store.ids() == [more.id]
    store.verify(more.id, again=True)


def test_nothing_changed_nothing_written(store, passages, encoder, cache, whole):
    assert extend(store, source(passages), encoder, cache).unchanged
    more = extend(store, source([*passages, BAIT]), encoder, cache)
    again = extend(store, source([*passages, BAIT]), encoder, cache)
    assert again.unchanged
    assert again.id == more.id


@pytest.mark.parametrize("reason", ["none", "small", "much", "damaged", "encoder", "unmarked"])
def test_when_it_has_to_be_built_whole(store, passages, encoder, cache, monkeypatch, reason):
    if reason != "none":
        built = build(store, passages, encoder, cache, marks=None if reason == "unmarked" else marks(passages))
    if reason == "small":
        monkeypatch.setattr(extending, "FROM", 100)
    if reason == "much":
        monkeypatch.setattr(extending, "LARGEST", 0.05)
    if reason == "damaged":
        path = store.folder(built.id) / "vectors.npy"
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    if reason == "encoder":
        encoder.name = "other"
    assert extend(store, source([*passages, BAIT]), encoder, cache) is None


def test_a_refused_addition_leaves_what_served(store, passages, encoder, cache, whole):
    def refuse(name, parts, tell):
        raise StoreError("no")

    with pytest.raises(StoreError, match="no"):
        extend(store, source([*passages, BAIT]), encoder, cache, check=refuse)
    assert store.current() == whole.id


def test_a_reader_reads_only_what_is_new(store, passages, encoder, cache, whole, shelf, monkeypatch):
    reader = IndexReader(store.root, shelf, encoder, Words())
    reader.current()
    read = reading(monkeypatch)
    more = extend(store, source([*passages, BAIT]), encoder, cache)
    read.clear()
    assert reader.newest().id == more.id
    assert read
    assert all(name.startswith("more.") for name in read)


def test_a_builder_trusts_what_another_process_read_and_who_serves_does_not(
    store, passages, encoder, cache, whole, monkeypatch
):
    read = reading(monkeypatch)
    more = extend(Store(store.root), source([*passages, BAIT]), encoder, cache)
    assert read
    assert all(name.startswith("more.") for name in read)
    read.clear()
    Store(store.root).verify(more.id)
    assert "vectors.npy" in read


@pytest.mark.parametrize("known", [True, False])
def test_a_builder_reads_what_was_written_to_and_what_nobody_has_read(
    store, passages, encoder, cache, whole, monkeypatch, known
):
    path = store.folder(whole.id) / "vectors.npy"
    if known:
        path.touch()
    else:
        (store.root / "read.json").write_text('[["cut off', encoding="utf-8")
    read = reading(monkeypatch)
    assert extend(Store(store.root), source([*passages, BAIT]), encoder, cache)
    assert ("law.terms.npy" in read) is not known
    assert "vectors.npy" in read


def rotten(path):
    """Other bytes under the old time of writing, as a bad disk has them."""
    stat, data = path.stat(), path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_damage_that_a_reader_finds_makes_the_builder_look(store, passages, encoder, cache, whole):
    rotten(store.folder(whole.id) / "vectors.npy")
    with pytest.raises(StoreError, match="vectors"):
        Store(store.root).verify(whole.id)
    assert extend(Store(store.root), source([*passages, BAIT]), encoder, cache) is None


def test_damage_that_is_found_during_a_build_is_not_called_whole_by_its_end(store, passages, encoder, cache, whole):
    def found(name, parts, tell):
        rotten(store.folder(whole.id) / "vectors.npy")
        with pytest.raises(StoreError, match="vectors"):
            Store(store.root).verify(whole.id)

    assert extend(Store(store.root), source([*passages, BAIT]), encoder, cache, check=found)
    assert extend(Store(store.root), source(passages), encoder, cache) is None


def test_what_was_written_to_after_it_was_read_is_read_again(store, passages, encoder, cache, whole, monkeypatch):
    really = Store.__init__.__globals__["_sha256"]

    def written(path):
        digest = really(path)
        os.utime(path)
        return digest

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("indexer.store._sha256", written)
        Store(store.root).verify(whole.id)
    read = reading(monkeypatch)
    assert extend(Store(store.root), source([*passages, BAIT]), encoder, cache)
    assert "vectors.npy" in read


def test_who_builds_without_a_change_gets_a_damaged_index_mended(store, passages, encoder, cache, whole):
    assert extend(Store(store.root), source(passages), encoder, cache).unchanged
    rotten(store.folder(whole.id) / "vectors.npy")
    assert extend(Store(store.root), source(passages), encoder, cache) is None


def test_copies_are_read(store, passages, encoder, cache, whole, monkeypatch):
    def refuse(source, target):
        raise OSError("no hard links here")

    monkeypatch.setattr("indexer.extend.os.link", refuse)
    read = reading(monkeypatch)
    more = extend(Store(store.root), source([*passages, BAIT]), encoder, cache)
    assert "vectors.npy" in read
    store.verify(more.id, again=True)


def test_milvus_asks_for_a_whole_one(store, passages, encoder, cache, whole):
    more = extend(store, source([*passages, BAIT]), encoder, cache)
    with pytest.raises(StoreError, match="build --full"):
        Folder.open(store.folder(more.id))


def test_rarity_counts_both_parts(store, passages, encoder, cache, whole):
    more = extend(store, source([*passages, BAIT]), encoder, cache)
    parts = open_parts(store.folder(more.id))
    again = build(store, [*passages, BAIT], encoder, cache, full=True)
    exact = open_parts(store.folder(again.id))
    for term in ("湖", "湖泊", "饵"):
        key = np.array([extending.tokenizer.key(term)], dtype=np.uint64)
        assert parts.law.frequency(key) == exact.law.frequency(key)
