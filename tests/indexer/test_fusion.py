import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from indexer.fusion import Weights, best, drawn, standardised

scores = arrays.arrays(np.float32, st.integers(0, 30), elements=st.floats(0, 100, width=32))


@given(scores)
def test_standardised_keeps_the_order(values):
    out = standardised(values)
    assert np.isfinite(out).all()
    if len(values) and values.std() > 1e-3:
        assert abs(out.mean()) < 1e-2
        order = np.argsort(values, kind="stable")
        assert (np.diff(out[order]) >= 0).all()


@given(scores, st.integers(1, 40))
def test_best_are_the_highest_above_zero(values, wanted):
    found = best(values, wanted)
    assert (values[found] > 0).all()
    assert sorted(values[found], reverse=True) == sorted(values[values > 0], reverse=True)[:wanted]


@given(arrays.arrays(np.float32, st.integers(0, 30), elements=st.sampled_from([0, 1, 2, 3])), st.integers(1, 20))
def test_of_equal_scores_the_first_are_taken(values, wanted):
    order = np.lexsort((np.arange(len(values)), -values))[:wanted]
    assert sorted(best(values, wanted).tolist()) == sorted(order[values[order] > 0].tolist())


def test_a_lay_question_does_not_bury_a_better_match_on_the_text():
    legs = {
        "law": np.array([30, 10, 5, 5], np.float32),
        "text": np.array([30, 20, 5, 5], np.float32),
        "asked": np.array([0, 8, 0, 0], np.float32),
        "near": np.array([0.7, 0.5, 0.2, 0.1], np.float32),
        "near_asked": np.array([0, 0.5, 0, 0], np.float32),
        "covered": np.array([0.8, 0.5, 0.2, 0.2], np.float32),
        "titled": np.zeros(4, np.float32),
        "prior": np.zeros(4, np.float32),
    }
    legs |= drawn(legs, np.arange(4, dtype=np.int32))
    assert Weights().score(legs).argmax() == 0


def test_the_nearer_of_text_and_question_counts_for_an_article_and_for_its_document():
    legs = {"near": np.array([0.2, 0.5, 0.1], np.float32), "near_asked": np.array([0.6, 0.0, 0.3], np.float32)}
    told = drawn(legs, np.array([7, 7, 4], np.int32))
    assert told["best"].tolist() == pytest.approx([0.6, 0.5, 0.3])
    assert told["kin"].tolist() == pytest.approx([0.6, 0.6, 0.3])


def test_no_candidates():
    assert len(Weights().score({name: np.zeros(0, np.float32) for name in (*Weights().standard, *Weights().added)})) == 0
