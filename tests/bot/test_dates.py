"""The day that a question is about."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dates import period
from bot.understanding import CODE_FROM

from .conftest import TODAY


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("我们今年7月无证排污，罚多少", date(2026, 7, 15)),
        ("2025年的事现在才罚", date(2025, 7, 1)),
        ("2025年12月没有排污许可证排污，罚多少", date(2025, 12, 15)),
        ("8月15日以前偷排的怎么罚", date(2026, 8, 14)),
        ("去年建的厂没环评罚多少", date(2025, 7, 1)),
        ("2026年5月无证排污，9月才被处罚", date(2026, 5, 15)),
        ("法典施行前的违法行为", date(2026, 8, 14)),
        ("九月十号查出来偷排", date(2026, 9, 10)),
        ("三个月前超标排放罚多少", date(2026, 8, 23)),
        ("今年7月偷排，12月才罚", date(2026, 7, 15)),
        ("12月偷排，今年7月才罚", date(2025, 12, 15)),
        ("去年没验收被罚了，现在怎么办", date(2025, 7, 1)),
        ("去年被罚了，用新法还是老法", date(2025, 7, 1)),
    ],
)
def test_day_of_the_conduct(text, on):
    found = period(text, TODAY, CODE_FROM)
    assert found is not None
    assert found.on == on


@pytest.mark.parametrize(
    "text",
    [
        "武汉2026年空气优良率目标是多少",
        "三个月内要验收吗",
        "pH超标6-9怎么罚",
        "罚1.5万元合不合适",
        "2021年版名录",
        "没有许可证罚多少",
        "去年被罚了两次，今年要披露吗",
        "上个月被罚了 想复议还来得及吗",
        "前年罚过一次，今年又犯会不会罚得重",
        "2024年发的排污许可证，法典施行后没到期要不要换",
        "许可证是去年领的，排污口没有变要不要改",
    ],
)
def test_no_day_of_conduct(text):
    assert period(text, TODAY, CODE_FROM) is None


@given(st.text(alphabet="今去年月日号前0123456789一二三十个半天-./以之罚排放", max_size=30))
def test_dates_never_raise(text):
    found = period(text, TODAY, CODE_FROM)
    assert found is None or found.on <= TODAY
