"""Metrics against expectations computed by hand."""

import pytest

from corpus.model import Cite
from eval.checks import OUTCOMES
from eval.gate import LimitsError, breaches, read_limits
from eval.metrics import calibration, citations, retrieval
from eval.metrics.facts import holds, quantities
from eval.metrics.harm import HARMS, at_risk, harms
from eval.report.words import FIGURES
from eval.results import Cited
from eval.statistics import difference, interval, share, wilson
from eval.summary import figures
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
        ("罚 200000 元", "二十万元", True),
        ("罚 200,000.00 元", "20 万元", True),
        ("罚二十万元", "200000元", True),
        ("罚 2.5 万元", "25000元", True),
        ("十分之三", "30%", False),
        ("20 万元以上", "20万吨", False),
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
        ({}, {"citations": (Cited("生态环境法典", "第一千一百零二条", "征求意见稿"),)}, ["repealed_as_current"]),
        ({}, {"citations": (Cited("生态环境法典", "第一千一百零二条", "现行有效", foreign=True),)}, ["wrong_region"]),
        ({}, {"uncited": ("罚款。",)}, ["uncited"]),
        ({}, {"error": "ValueError: x"}, ["failed"]),
    ],
)
def test_harms(asked, given, expected):
    assert harms(question(**asked), result(**given)) == expected


def test_a_repealed_text_that_says_so_does_no_harm():
    shown = result(citations=(Cited("生态环境法典", "第一千一百零二条", "已废止", note="已被取代"),))
    assert harms(question(), shown) == []


def test_saying_that_something_else_is_repealed_does_not_excuse_a_draft():
    draft = Cited("生态环境法典", "第一千一百零二条", "征求意见稿")
    answer = "处 20 万元以上 100 万元以下罚款。旧条例已经废止。"
    assert harms(question(), result(citations=(draft,), answer=answer)) == ["repealed_as_current"]
    assert harms(question(), result(citations=(draft,), answer=answer + "这是征求意见稿。")) == []


def test_a_foreign_rule_that_says_so_does_no_harm():
    foreign = Cited("生态环境法典", "第一千一百零二条", "现行有效", foreign=True)
    assert harms(question(), result(citations=(foreign,), answer="这是外地的规定，本地不适用。")) == []


def test_every_harm_has_questions_that_it_can_come_to():
    answered = question(key_facts=("20万元",))
    others = [question(outcome=outcome) for outcome in OUTCOMES]
    for harm in HARMS:
        assert any(at_risk(harm, q, result()) for q in (answered, *others)), harm
    assert not at_risk("emergency_missed", answered, result())
    assert not at_risk("wrong_number", answered, result(outcome="escalate"))


def test_whom_to_call_stands_first():
    urgent, calm = question(outcome="emergency"), question()
    for answer, expected in (("如果还在漏，打 119。\n罚 2 万元。", 1.0), ("罚 1190 元。\n先打 119。", 0.0)):
        given = {"q": result(answer=answer)}
        assert figures([urgent], given)["help first"] == {"q": expected}
        assert figures([calm], given)["needless caution"] == {"q": expected}
    assert "needless caution" not in figures([calm], {"q": result(outcome="emergency", answer="先打 119。")})


def test_citation_precision_and_recall():
    both = result(citations=(Cited(GOLD.title, GOLD.article, "现行有效"), Cited(OTHER.title, OTHER.article, "现行有效")))
    assert citations.precision(question(), both) == 0.5
    assert citations.recall(question(), both) == 1.0
    assert citations.precision(question(gold=()), both) is None


def shot(confidence, right, *, in_scope=True, group=""):
    return calibration.Shot(confidence, right, in_scope, group or f"{confidence}{right}{in_scope}")


def test_curve_by_hand():
    shots = [shot(0.9, True), shot(0.8, True), shot(0.8, False, in_scope=False), shot(0.1, False), shot(None, False)]
    found = calibration.curve(shots, goal=0.97)
    assert [(p.threshold, p.share, round(p.precision, 3)) for p in found.points] == [
        (0.9, 0.25, 1.0),
        (0.8, 0.5, 0.667),  # two of the four in scope; the third answer should have gone to a person
        (0.1, 0.75, 0.5),
    ]
    assert found.at_goal == 0.25
    assert all(p.low <= p.precision <= p.high and p.share_low <= p.share <= p.share_high for p in found.points)
    assert found.at_goal_low <= found.at_goal <= found.at_goal_high


def test_curve_of_no_answers():
    assert calibration.curve([shot(None, False)], 0.97) == calibration.Curve((), 0.0, 0.0, 0.0)


def test_more_questions_narrow_the_curve():
    few = [shot(0.9, at % 4 > 0, group=str(at)) for at in range(12)]
    many = [shot(0.9, at % 4 > 0, group=str(at)) for at in range(400)]
    (a,), (b,) = (calibration.curve(shots, 0.97).points for shots in (few, many))
    assert b.high - b.low < (a.high - a.low) / 3


def test_calibration_by_hand():
    error, bins = calibration.error([0.95, 0.95, 0.15], [True, False, False])
    assert error == pytest.approx((0.45 * 2 + 0.15) / 3)
    assert [(round(b.confidence, 2), b.share, b.n) for b in bins] == [(0.15, 0.0, 1), (0.95, 0.5, 2)]
    assert all(b.low <= b.share <= b.high for b in bins)


def test_wilson_by_hand():
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(1, 1) == (pytest.approx(0.2065, abs=1e-4), 1.0)
    assert wilson(5, 10) == (pytest.approx(0.2366, abs=1e-4), pytest.approx(0.7634, abs=1e-4))


def test_one_right_answer_is_no_certainty():
    assert share([1.0], ["a"]) == (1.0, *wilson(1, 1))
    assert share([0.0, 0.0], ["a", "a"]) == (0.0, *wilson(0, 1))  # two wordings of one need
    assert share([0.0, 1.0], ["a", "b"]) == interval([0.0, 1.0], ["a", "b"])


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
    assert [line.split("：")[1] for line in found] == [
        "1，要求至多 0",
        "这次运行没有这一项，要求至少 0.9。请换一个有这类题的题集。",
    ]
    assert "emergency_missed" in found[0]
    assert "key facts" in found[1]


@pytest.mark.parametrize("text", ["right: 0.9", "right: {more than: 0.9}", "right: {at least: viel}", "- right", "a: ["])
def test_limits_that_make_no_sense_are_refused(tmp_path, text):
    path = tmp_path / "limits.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(LimitsError, match="limits.yaml"):
        read_limits(path)


def test_the_limits_that_ship_are_known_figures():
    known = {*HARMS, *FIGURES}
    assert set(read_limits()) <= known
