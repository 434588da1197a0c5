"""Metrics against expectations computed by hand."""

import pytest

from corpus.model import Cite
from eval.gate import breaches
from eval.metrics import calibration, citations, retrieval
from eval.metrics.facts import holds, quantities
from eval.metrics.harm import harms
from eval.results import Cited
from eval.statistics import difference, interval
from tests.eval.support import GOLD, OTHER, question, result


def test_the_second_hit_is_right():
    row = retrieval.score([question()], {"q": ((OTHER,), (GOLD,))})["q"]
    assert row["Success@1"] == 0
    assert row["Success@5"] == row["R@5"] == 1
    assert row["RR@10"] == 0.5
    assert row["nDCG@10"] == pytest.approx(1 / 1.58496, abs=1e-4)  # 1 / log2(1 + 2)


def test_two_golds_one_found():
    row = retrieval.score([question(gold=(GOLD, OTHER))], {"q": ((GOLD,),)})["q"]
    assert row["R@5"] == 0.5
    assert row["nDCG@10"] == pytest.approx(1 / (1 + 1 / 1.58496), abs=1e-4)


def test_nothing_found_is_zero():
    assert set(retrieval.score([question()], {})["q"].values()) == {0.0}


def test_an_article_and_its_faq_score_once():
    assert retrieval.judged([(GOLD,), (OTHER, GOLD)], [GOLD]) == [str(GOLD), "rank 2"]


def test_a_plan_as_a_whole_is_met_by_any_of_its_sections():
    assert retrieval.judged([(Cite("某规划", "第3节"),)], [Cite("某规划")]) == ["《某规划》"]


@pytest.mark.parametrize(
    ("answer", "fact", "expected"),
    [
        ("处二十万元以上一百万元以下的罚款", "20万元", True),
        ("处 20 万元以上 100 万元以下罚款", "100万元", True),
        ("罚 200,000 元", "20万元", True),
        ("罚 20 元", "20万元", False),
        ("自受理之日起60日内", "60天", True),
        ("百分之三十", "30%", True),
        ("应当编制环境影响报告表", "报告表", True),
        ("应当编制报告书", "报告表", False),
        ("罚 5 万元", "50万元", False),
        ("罚 20 万元以上 100 万元以下", "二十万元以上一百万元以下", True),
        ("罚 20 万元以上 50 万元以下", "二十万元以上一百万元以下", False),
        ("晚上 10 点到早上 6 点", "晚上十点至次日早晨六点", True),
    ],
)
def test_key_facts_by_value(answer, fact, expected):
    assert holds(answer, fact) is expected


def test_quantities_of_a_range():
    assert quantities("十日以上十五日以下") == {(10.0, "日"), (15.0, "日")}


@pytest.mark.parametrize(
    ("asked", "given", "expected"),
    [
        ({}, {}, []),
        ({"outcome": "emergency"}, {}, ["emergency_missed"]),
        ({"outcome": "escalate"}, {}, ["answered_should_escalate"]),
        ({}, {"outcome": "escalate"}, ["needless_handover"]),
        ({}, {"outcome": "clarify"}, ["needless_question"]),
        ({}, {"outcome": "emergency"}, ["false_alarm"]),
        ({"key_facts": ("50万元",)}, {}, ["wrong_number"]),
        ({}, {"citations": (Cited("生态环境法典", "第二条", "现行有效"),)}, ["wrong_article"]),
        ({}, {"citations": (Cited("生态环境法典", "第一千一百零二条", "已废止"),)}, ["repealed_as_current"]),
        ({}, {"uncited": ("罚款。",)}, ["uncited"]),
        ({}, {"error": "ValueError: x"}, ["failed"]),
    ],
)
def test_harms(asked, given, expected):
    assert harms(question(**asked), result(**given)) == expected


def test_a_repealed_text_that_says_so_does_no_harm():
    shown = result(citations=(Cited("生态环境法典", "第一千一百零二条", "已废止", note="已被取代"),))
    assert harms(question(), shown) == []


def test_citation_precision_and_recall():
    both = result(citations=(Cited(GOLD.title, GOLD.article, "现行有效"), Cited(OTHER.title, OTHER.article, "现行有效")))
    assert citations.precision(question(), both) == 0.5
    assert citations.recall(question(), both) == 1.0
    assert citations.precision(question(gold=()), both) is None


def test_curve_and_calibration_by_hand():
    points = calibration.curve([0.9, 0.8, 0.8, 0.1], [True, True, False, False], of=8)
    assert [(p.threshold, p.share, round(p.precision, 3)) for p in points] == [
        (0.9, 0.125, 1.0),
        (0.8, 0.375, 0.667),
        (0.1, 0.5, 0.5),
    ]
    error, bins = calibration.error([0.95, 0.95, 0.15], [True, False, False])
    assert error == pytest.approx((0.45 * 2 + 0.15) / 3)
    assert [(round(m, 2), s, n) for m, s, n in bins] == [(0.15, 0.0, 1), (0.95, 0.5, 2)]


def test_interval_holds_the_mean_and_draws_whole_groups():
    mean, low, high = interval([0.0, 1.0, 1.0, 1.0])
    assert mean == 0.75
    assert low <= 0.75 <= high
    assert interval([1.0, 1.0, 0.0, 0.0], ["a", "a", "b", "b"])[1:] == (0.0, 1.0)


def test_a_steady_gain_is_proven():
    a = {str(i): 0.0 for i in range(20)}
    b = {str(i): 1.0 for i in range(20)}
    assert difference(a, b, {}) == (1.0, 1.0, 1.0)


def test_gate_names_what_is_broken_and_what_is_missing():
    summary = {"figures": {"right": {"mean": 0.8}}, "harms": {"emergency_missed": 1}}
    limits = {"right": {"at least": 0.8}, "emergency_missed": {"at most": 0}, "key facts": {"at least": 0.9}}
    found = breaches(summary, limits)
    assert found == [
        "emergency_missed: 1.000, at most 0 is asked",
        "key facts: the run does not hold it, at least 0.9 is asked",
    ]
