import numpy as np
import pytest

from indexer.training.ranker import Case, fit

rng = np.random.default_rng(3)


def cases(count, telling):
    """Questions with twenty candidates and three legs; of the right one the leg `telling` says 2 more."""
    made = []
    for _ in range(count):
        legs = rng.standard_normal((20, 3)).astype(np.float32)
        right = np.arange(20) == rng.integers(20)
        legs[right, telling] += 2
        made.append(Case(legs, right))
    return made


def test_the_leg_that_tells_gets_the_weight():
    weights = fit(cases(80, 1))
    assert weights.argmax() == 1
    assert weights[1] > 3 * max(weights[0], weights[2])


def test_no_weight_is_negative():
    against = [Case(-case.legs, case.right) for case in cases(80, 2)]
    assert fit(against)[2] == 0


def test_what_counts_more_teaches_more():
    def both(first, second):
        some = [Case(case.legs, case.right, first) for case in cases(60, 0)]
        return fit([*some, *(Case(case.legs, case.right, second) for case in cases(60, 2))])

    assert both(1, 0.05).argmax() == 0
    assert both(0.05, 1).argmax() == 2


def test_by_hand():
    """One leg, two candidates: the softmax is logistic, so that the slope is 0 where 2 * ridge * w = 1 / (1 + exp(w))."""
    weight = fit([Case(np.array([[1], [0]], np.float32), np.array([True, False]))], ridge=0.1)[0]
    assert 0.2 * weight == pytest.approx(1 / (1 + np.exp(weight)), abs=1e-4)


def test_nothing_to_learn_from():
    with pytest.raises(ValueError, match="no question has a right candidate"):
        fit([Case(np.zeros((2, 1), np.float32), np.zeros(2, bool))])
