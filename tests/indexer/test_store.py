import pytest

from indexer.build import build
from indexer.store import StoreError


def again(store, passages, encoder, cache, number):
    return build(store, passages[:number], encoder, cache)


def test_an_empty_store(store):
    assert store.current() is None
    assert store.ids() == []
    assert store.prune() == []
    with pytest.raises(StoreError, match="no older intact index"):
        store.rollback()


def test_the_last_three_are_kept(store, passages, encoder, cache):
    ids = [again(store, passages, encoder, cache, number).id for number in (3, 4, 5, 6, 7)]
    assert store.ids() == ids[2:]
    assert store.current() == ids[-1]


def test_rollback_skips_damaged_ones(store, passages, encoder, cache):
    ids = [again(store, passages, encoder, cache, number).id for number in (3, 4, 5)]
    (store.folder(ids[1]) / "vectors.npy").write_bytes(b"x")
    assert store.rollback() == ids[0]
    assert store.current() == ids[0]
    with pytest.raises(StoreError, match="没有可以退回"):
        store.rollback()


def test_after_a_rollback_the_next_build_serves_and_pruning_keeps_it(store, passages, encoder, cache):
    ids = [again(store, passages, encoder, cache, number).id for number in (3, 4)]
    store.rollback()
    newest = again(store, passages, encoder, cache, 5).id
    assert store.current() == newest
    assert newest in store.ids()
    assert ids[0] in store.ids()


@pytest.mark.parametrize("name", ["vectors.npy", "text.scores.npy", "passages.sqlite", "asked.parents.npy"])
@pytest.mark.parametrize("harm", ["gone", "cut", "flipped"])
def test_damage_is_found_and_named(store, built, name, harm):
    path = store.folder(built.id) / name
    data = path.read_bytes()
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(data[:-1] if harm == "cut" else bytes([data[0] ^ 1]) + data[1:])
    with pytest.raises(StoreError, match=name):
        store.verify(built.id)


def test_the_manifest_vouches_for_itself(store, built):
    path = store.folder(built.id) / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"hash"', '"other"'), "utf-8")
    with pytest.raises(StoreError, match="altered"):
        store.verify(built.id)
    path.unlink()
    with pytest.raises(StoreError, match="no manifest"):
        store.manifest(built.id)


def test_unchanged_files_are_not_read_again(store, built, monkeypatch):
    store.verify(built.id)
    monkeypatch.setattr("indexer.store._sha256", lambda path: pytest.fail(f"{path} was read again"))
    store.verify(built.id)


@pytest.mark.parametrize("text", ["", "nothing", "../x", ".building-1", "a/b"])
def test_a_pointer_to_nothing_is_refused(store, built, text):
    (store.root / "CURRENT").write_text(text, "utf-8")
    with pytest.raises(StoreError, match="CURRENT"):
        store.current()


def test_nothing_is_a_pickle(store, built):
    for path in store.folder(built.id).iterdir():
        assert path.suffix in {".npy", ".sqlite", ".json", ".faiss"}
        if path.suffix == ".npy":
            assert b"'|O'" not in path.read_bytes()[:128]
