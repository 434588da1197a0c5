import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from indexer.build import STAGES, build
from indexer.cache import EmbeddingCache
from indexer.store import StoreError


def test_nothing_changed_nothing_built(store, passages, encoder, cache, built):
    again = build(store, passages, encoder, cache)
    assert again.unchanged
    assert again.id == built.id
    forced = build(store, passages, encoder, cache, full=True)
    assert not forced.unchanged
    assert forced.computed == built.computed


def test_only_new_texts_are_encoded(store, passages, encoder, cache, built):
    assert built.computed == len(passages) + 2  # two lay questions
    changed = [*passages[:-1], replace(passages[-1], text="全新的一条")]
    assert build(store, changed, encoder, cache).computed == 1


@pytest.mark.parametrize(
    "change",
    [{"questions": ("新的问法",)}, {"plain": "新的要点"}, {"title": "别的法"}, {"stands_for": ()}, {"headings": ("章",)}],
)
def test_every_field_that_is_searched_or_shown_counts_as_a_change(store, passages, encoder, cache, built, change):
    assert not build(store, [replace(passages[0], **change), *passages[1:]], encoder, cache).unchanged


def test_progress_names_known_stages_and_ends(store, passages, encoder, cache):
    told = []
    build(store, passages, encoder, cache, progress=lambda stage, done: told.append((stage, done)))
    assert {stage for stage, _ in told} == set(STAGES)
    assert all(0 <= done <= 1 for _, done in told)


def test_nothing_to_index(store, encoder, cache):
    with pytest.raises(StoreError, match="nothing to index"):
        build(store, [], encoder, cache)


def test_a_source_that_fails_leaves_what_served(store, passages, encoder, cache, built):
    def broken():
        yield passages[0]
        raise RuntimeError("database gone")

    with pytest.raises(RuntimeError, match="database gone"):
        build(store, broken(), encoder, cache)
    assert store.current() == built.id
    assert build(store, passages, encoder, cache).unchanged, "the lease was given back"


def test_an_encoder_that_lies_about_its_dimension(store, passages, encoder, cache, built):
    encoder.name, encoder.dimension = "liar", 7
    encoder._vector = lambda text: np.ones(3, np.float32)
    with pytest.raises(ValueError, match="liar"):
        build(store, passages, encoder, cache)
    assert store.current() == built.id


def test_a_damaged_current_index_is_built_anew(store, passages, encoder, cache, built):
    (store.folder(built.id) / "vectors.npy").unlink()
    assert not build(store, passages, encoder, cache).unchanged


def test_the_cache_survives_damage(tmp_path, encoder):
    path = tmp_path / "vectors.sqlite"
    path.write_bytes(b"this is no database, " * 100)
    cache = EmbeddingCache(path)
    vectors, computed = cache.passages(encoder, ["水", "气", "水"])
    assert computed == 2
    np.testing.assert_array_equal(vectors[0], vectors[2])
    _, computed = cache.passages(encoder, ["水"])
    assert computed == 0
    assert cache.passages(encoder, [])[0].shape == (0, encoder.dimension)
    cache.close()


def test_another_encoder_shares_nothing(cache, encoder):
    cache.passages(encoder, ["水"])
    encoder.name = "other"
    assert cache.passages(encoder, ["水"])[1] == 1


def test_a_page_that_rots_costs_vectors_only(tmp_path, encoder):
    path = tmp_path / "vectors.sqlite"
    cache = EmbeddingCache(path)
    texts = [f"第{at}条" for at in range(2000)]
    cache.passages(encoder, texts)
    cache.close()
    data = bytearray(path.read_bytes())
    data[4096 * 2 : 4096 * 20] = b"\xff" * (4096 * 18)
    path.write_bytes(bytes(data))
    cache = EmbeddingCache(path)
    vectors, _ = cache.passages(encoder, texts)
    np.testing.assert_allclose(vectors[1999], encoder.query(texts[1999]), atol=1e-6)
    cache.close()


def test_a_locked_cache_is_not_thrown_away(tmp_path, encoder, monkeypatch):
    def locked(path):
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise error

    path = tmp_path / "vectors.sqlite"
    EmbeddingCache(path).close()
    monkeypatch.setattr("indexer.cache._open", locked)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        EmbeddingCache(path)
    assert path.exists()
    assert not path.with_suffix(".damaged").exists()
