import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import lexical
from indexer.addition import Words
from indexer.tokenizer import keys, terms, weighted

TEXTS = ["未依法取得排污许可证排放污染物", "排污许可证有效期为5年", "", "禁止填占湖泊 湖泊 湖泊", "污染物"]


def ask(postings, text):
    return postings.score(*weighted((term, 1.0) for term in terms(text)))


@pytest.mark.parametrize("portion", [2, 100])
def test_scores_are_those_of_bm25s(monkeypatch, portion):
    monkeypatch.setattr(lexical, "_PORTION", portion)
    postings = lexical.build(lexical.count(TEXTS))
    found, owners = keys(TEXTS)
    vocabulary, ids = np.unique(found, return_inverse=True)
    reference = bm25s.BM25(k1=lexical.K1, b=lexical.B, method="lucene")
    documents = [ids[owners == at].tolist() for at in range(len(TEXTS))]
    reference.index((documents, {at: at for at in range(len(vocabulary))}), show_progress=False)
    wanted, _ = weighted((term, 1.0) for term in terms("排污许可证湖泊"))
    known = np.flatnonzero(np.isin(vocabulary, wanted))
    expected = reference.get_scores_from_ids(known.tolist())
    np.testing.assert_allclose(ask(postings, "排污许可证湖泊"), expected, rtol=1e-5)


def test_unknown_terms_and_weights():
    postings = lexical.build(lexical.count(TEXTS))
    assert not ask(postings, "核电").any()
    wanted, weights = weighted([("湖泊", 0.5)])
    np.testing.assert_allclose(
        postings.score(wanted, weights) * 2, ask(postings, "湖泊") - ask(postings, "湖") - ask(postings, "泊")
    )
    assert postings.frequency(weighted([("污染", 1.0), ("核", 1.0)])[0]).tolist() in ([2, 0], [0, 2])


@pytest.mark.parametrize("texts", [[], [""], ["", "!"]])
def test_nothing_to_find(texts):
    postings = lexical.build(lexical.count(texts))
    assert ask(postings, "水").tolist() == [0.0] * len(texts)


@given(
    st.lists(st.text(alphabet="水污气证 a", max_size=12), min_size=1, max_size=8), st.text(alphabet="水污气证a", max_size=4)
)
def test_a_text_scores_exactly_when_it_shares_a_term(texts, question):
    scores = ask(lexical.build(lexical.count(texts)), question)
    for text, score in zip(texts, scores, strict=True):
        assert (score > 0) == bool(set(terms(text)) & set(terms(question)))


def test_more_words_of_the_same_texts():
    together = lexical.count([f"{text}\n湖泊水" for text in TEXTS])
    apart = lexical.count(TEXTS).with_more(lexical.count(["湖泊水"] * len(TEXTS)))
    assert together.pairs.tolist() == apart.pairs.tolist()
    assert together.times.tolist() == apart.times.tolist()


def test_too_many_texts_are_refused(monkeypatch):
    monkeypatch.setattr(lexical, "_MOST", 1)
    with pytest.raises(ValueError, match="at most 1 texts"):
        lexical.count(["a", "b"])


def test_how_much_of_a_question_is_held():
    texts = ["夜间施工", "夜间", "打井"]
    postings = lexical.build(lexical.count(texts))
    keys, weights = weighted([("夜", 1.0), ("井", 1.0), ("龙", 1.0)])
    worth = {term: np.log(1 + (3 - df + 0.5) / (df + 0.5)) for term, df in (("夜", 2), ("井", 1), ("龙", 0))}
    held = postings.covered(keys, weights, np.array([0, 2]))
    assert held.tolist() == pytest.approx([worth["夜"] / sum(worth.values()), worth["井"] / sum(worth.values())])
    added = Words.of(lexical.build(lexical.count(texts[:1])), lexical.build(lexical.count(texts[1:])))
    assert added.covered(keys, weights, np.array([0, 2])).tolist() == pytest.approx(held.tolist())
