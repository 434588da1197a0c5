import numpy as np
import pytest

from indexer import dense, recall
from indexer.dense import Dense


def make(folder, passages=400, seed=0):
    """Passages with 0 to 2 questions each."""
    random = np.random.default_rng(seed)
    starts = np.concatenate([[0], np.cumsum(1 + random.integers(0, 3, passages))]).astype(np.int64)
    vectors = random.standard_normal((starts[-1], 24)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    dense.write(folder, vectors)
    return Dense.open(folder, vectors, starts), vectors, starts


def brute(vectors, starts, query, allowed, wanted):
    best = np.maximum.reduceat(vectors @ query, starts[:-1])
    best[~allowed] = -9
    return [at for at in np.argsort(-best)[:wanted] if allowed[at]]


@pytest.mark.parametrize(("flat", "lists", "least"), [(10**6, 10**6, 1.0), (1, 10**6, 0.95), (1, 1, 0.9)])
def test_nearest_by_text_or_question(tmp_path, monkeypatch, flat, lists, least):
    monkeypatch.setattr(dense, "FLAT_BELOW", flat)
    monkeypatch.setattr(dense, "LISTS_FROM", lists)
    monkeypatch.setattr(dense, "_LISTS", 16)
    monkeypatch.setattr(dense, "_SEARCHED", 0.95)
    index, vectors, starts = make(tmp_path)
    assert (tmp_path / dense.NAME).exists() == (flat == 1)
    kind = {(1, 1): "IVF16,SQ8", (1, 10**6): "SQ8"}.get((flat, lists), "flat")
    assert dense.described(tmp_path).startswith(kind)
    random = np.random.default_rng(1)
    shares = []
    for _ in range(20):
        query = vectors[random.integers(len(vectors))] + 0.1 * random.standard_normal(24).astype(np.float32)
        allowed = random.random(400) < 0.5
        found = index.nearest(query.astype(np.float32), allowed, 10)
        assert allowed[found].all()
        assert len(set(found.tolist())) == len(found)
        shares.append(len(set(found.tolist()) & set(brute(vectors, starts, query, allowed, 10))) / 10)
    assert np.mean(shares) >= least


def test_what_finds_too_little_gives_way_to_what_is_more_exact(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(dense, "FLAT_BELOW", 1)
    monkeypatch.setattr(dense, "LISTS_FROM", 1)
    monkeypatch.setattr(dense, "_LISTS", 16)
    monkeypatch.setattr(dense, "_SEARCHED", 0.0)  # a single list
    make(tmp_path, passages=4000)
    assert dense.described(tmp_path).startswith("SQ8 0.9")
    assert "IVF16,SQ8 finds only" in caplog.text


def test_at_last_every_vector_is_compared(tmp_path, monkeypatch):
    monkeypatch.setattr(dense, "FLAT_BELOW", 1)
    monkeypatch.setattr(dense, "LEAST", 1.01)
    index, vectors, _ = make(tmp_path)
    assert dense.described(tmp_path) == "flat"
    assert index.nearest(vectors[0], np.ones(400, dtype=bool), 1).tolist() == [0]


def test_recall_is_that_of_a_count_by_hand():
    vectors = np.random.default_rng(0).standard_normal((500, 16)).astype(np.float32)
    whole, half = (dense.faiss.IndexFlatIP(16) for _ in range(2))
    whole.add(vectors)
    assert recall.measured(whole, vectors) == 1.0
    half.add(np.where(np.arange(500)[:, None] % 2, 0, vectors))  # every second row can never be among the nearest
    nearest = np.argsort(-(vectors[::5] @ vectors.T), axis=1)[:, :100]
    assert recall.measured(half, vectors) == pytest.approx(np.mean(nearest % 2 == 0), abs=0.02)


def test_a_full_disk_is_an_error_of_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(dense, "FLAT_BELOW", 1)
    with pytest.raises(OSError, match=r"dense\.faiss"):
        make(tmp_path / "nowhere")
    _, vectors, starts = make(tmp_path)
    whole = (tmp_path / dense.NAME).read_bytes()
    (tmp_path / dense.NAME).write_bytes(whole[:-1000])  # FAISS says nothing when the last block does not fit
    with pytest.raises(OSError, match=r"dense\.faiss"):
        Dense.open(tmp_path, vectors, starts)


def test_nothing_allowed_finds_nothing(tmp_path):
    index, vectors, _ = make(tmp_path)
    assert index.nearest(vectors[0], np.zeros(400, dtype=bool), 5).tolist() == []


def test_scores_of_text_and_of_the_nearest_question(tmp_path):
    index, vectors, starts = make(tmp_path)
    query = vectors[7]
    positions = np.array([0, 3, 5, 399])
    text, asked = index.scores(query, positions)
    cosines = vectors @ query
    for at, position in enumerate(positions):
        own, questions = cosines[starts[position]], cosines[starts[position] + 1 : starts[position + 1]]
        assert text[at] == pytest.approx(own)
        assert asked[at] == pytest.approx(max([0.0, *questions]))
    none, nothing = index.scores(query, positions[:0])
    assert len(none) == len(nothing) == 0
