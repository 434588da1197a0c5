"""Characters typed for others of the same sound are read as what was meant, and nothing else is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Outcome, Turn
from bot.doctor import Doctor
from bot.slips import Slips
from corpus import starter as library
from corpus.starter import Term

from .conftest import HOME, NO_PERMIT, STARTER, FakeIndex

KNOWN = (
    *["油烟大", "管网破了", "软管漏水", "排污许可证丢了"] * 200,
    *["油咽"] * 5,
)
SLIPS = Slips([Term("油烟", ()), Term("管网", ()), Term("排污许可证", ()), Term("晚上", ())], KNOWN)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("楼下油咽呛人", "楼下油烟呛人"),  # though the library has the slip itself, five times
        ("排污许可正丢了", "排污许可证丢了"),
        ("排无许可正丢了", "排无许可正丢了"),  # two of one word are no slip
        ("排污许可症，油咽", "排污许可证，油烟"),
    ],
)
def test_a_word_of_the_glossary_is_put_in(typed, meant):
    assert SLIPS.mended(typed).text == meant


def test_what_was_typed_is_told():
    assert SLIPS.mended("油咽大，还是油咽大").words == (("油咽", "油烟"),)
    assert SLIPS.mended("油烟大").words == ()


@pytest.mark.parametrize(
    "text",
    [
        "油烟大",
        "拿软管往塘里放",  # 软管 is the word, not 管网
        "油田在哪",  # another sound
    ],
)
def test_what_was_meant_stays(text):
    assert SLIPS.mended(text).text == text


def test_a_text_full_of_slips_is_read_as_far_as_it_may_be_one():
    assert SLIPS.mended("油咽" * 50).text == "油烟" * 5 + "油咽" * 45
    assert SLIPS.mended("油咽" * 5000).text == "油咽" * 5000  # too long for one word to matter


def test_an_ordinary_word_is_not_put_in():
    """晚上 names no matter, and 碗上 may be meant."""
    slips = Slips([Term("晚上", ())], ["晚上吵"] * 100)
    assert slips.mended("碗上有油").text == "碗上有油"


@given(st.text(max_size=300))
def test_any_text_keeps_its_length_and_everything_but_chinese(text):
    mended = SLIPS.mended(text)
    assert len(mended.text) == len(text)
    assert all(a == b or "一" <= a <= "鿿" for a, b in zip(text, mended.text, strict=True))
    assert SLIPS.mended(mended.text).text == mended.text


def test_a_slip_is_answered_and_the_reading_shown(context, monkeypatch):
    doctor = Doctor(lambda: FakeIndex((NO_PERMIT,)), STARTER, region=HOME)
    monkeypatch.setattr(doctor, "_slips", SLIPS)
    meant = doctor.ask("没有排污许可证就排污，罚多少？", (), context)
    answer = doctor.ask("没有排污许可正就排污，罚多少？", (), context)
    assert answer.outcome is Outcome.ANSWERED
    assert answer.citations == meant.citations
    assert answer.blocks[0].text == "您写的“排污许可正”按“排污许可证”理解。"
    assert answer.blocks[1:] == meant.blocks
    history = Turn("user", "没有排污许可正就排污，罚多少？"), Turn("assistant", answer.text)
    assert doctor.ask("依据哪条", history, context).citations


def test_an_emergency_with_a_slip_begins_with_the_call(context):
    doctor = Doctor(lambda: FakeIndex(()), library.load(), region=HOME)
    meant = doctor.ask("放射源不见了", (), context)
    answer = doctor.ask("放设源不见了", (), context)
    assert answer.outcome is Outcome.EMERGENCY
    assert answer.blocks == meant.blocks  # and nothing above them
    assert doctor.emergency("放设源不见了", context.on).blocks == meant.blocks
