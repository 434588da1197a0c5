"""A question alone and after another one: a doctor that lets the one before decide is found out."""

from datetime import date
from random import Random

import pytest
from pypinyin import lazy_pinyin
from typer.testing import CliRunner

from bot.answer import Answer, Block, Outcome, Speaker
from corpus import starter as library
from eval.__main__ import app
from eval.mistyping import Mistyping
from eval.run import Setting
from eval.steady import steady
from tests.eval.support import question

SETTING = Setting(date(2026, 11, 29), "湖北省武汉市")
SET = [
    *(question(id=f"q{n}", group=f"q{n}", question=f"第{n}问") for n in range(4)),
    question(id="c", group="c", question="罚多少", outcome="clarify"),
    question(id="h", group="h", question="那个呢", history=(("user", "油烟"), ("assistant", "城管"))),
]


class Scripted:
    """Answers, but hands over once something was said before if it `leans`."""

    def __init__(self, leans):
        self.leans, self.asked = leans, []

    def ask(self, text, history, context):
        self.asked.append((text, tuple(turn.content for turn in history)))
        outcome = Outcome.ESCALATE if history and self.leans(text) else Outcome.ANSWERED
        return Answer(outcome, Speaker.RULE, (Block("答"),))


def test_the_share_that_stays_and_what_becomes_of_the_others():
    doctor = Scripted(lambda text: text == "第2问")
    found = steady(SET, doctor, SETTING, lambda stage: None)
    assert found.asked == 4
    assert found.same[0] == 0.75
    assert dict(found.changed) == {("answered", "escalate"): 1}


def test_each_is_asked_alone_and_after_another():
    doctor = Scripted(lambda text: False)
    steady(SET, doctor, SETTING, lambda stage: None)
    assert [text for text, history in doctor.asked if not history] == ["第0问", "第1问", "第2问", "第3问"]
    after = [(text, history) for text, history in doctor.asked if history]
    assert [text for text, _ in after] == ["第0问", "第1问", "第2问", "第3问"]
    assert all(history[0] != text and history[1] == "答" for text, history in after)


def test_each_is_asked_with_one_slip_where_it_has_a_word_for_it():
    """证 and 正 sound alike; the second question has no word of the field."""
    doctor = Scripted(lambda text: False)
    rows = [
        question(id=f"s{n}", group=f"s{n}", question=text) for n, text in enumerate(["排污证丢了", "怎么走", "排污证呢"])
    ]
    found = steady(rows, doctor, SETTING, lambda stage: None, Slipped())
    assert found.asked == 2
    assert [text for text, _ in doctor.asked] == ["排污证丢了", "排污证呢", "排污正丢了", "排污正呢"]
    assert not any(history for _, history in doctor.asked)


class Slipped:
    def once(self, text, chance):
        return text.replace("证", "正")


def test_a_slip_sounds_alike_and_stands_in_a_word_of_the_field():
    starter = library.load()
    mistyping, chance = Mistyping(starter), Random(3)  # noqa: S311 - no secret
    seen = {mistyping.once("我想问油烟的事", chance) for _ in range(40)}
    assert all(len(text) == 7 and text.startswith("我想问") and text.endswith("的事") for text in seen)
    assert len(seen) > 2
    assert all(lazy_pinyin(text[3])[0] == "you" and lazy_pinyin(text[4])[0] == "yan" for text in seen)
    assert mistyping.once("哈哈哈", chance) == "哈哈哈"


def test_one_question_has_no_other_before_it():
    with pytest.raises(ValueError, match="两道能这样问"):
        steady(SET[:1], Scripted(lambda text: False), SETTING, lambda stage: None)


def test_from_the_command_line(house):
    shown = CliRunner().invoke(app, ["steady", "desk_dev", "--on", "2026-11-29"])
    assert shown.exit_code == 0, shown.output
    assert "不变的：0." in shown.output
    assert CliRunner().invoke(app, ["steady", "no-such-set"]).exit_code == 2
