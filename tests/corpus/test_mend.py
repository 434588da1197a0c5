import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.loaders import mend
from corpus.loaders.base import readability


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("优良率达到 82. 8%,重点建", "优良率达到82.8%,重点建"),
        ("2023 年 5 月 8 日", "2023年5月8日"),
        ("1. 两廊。 打造廊道。 2. 四城。", "1. 两廊。打造廊道。2. 四城。"),
        ("第十条 2023 年起执行", "第十条 2023年起执行"),
        ("一 般 工 业 固 废", "一般工业固废"),
        ("占 GDP 的 95 %", "占 GDP 的95%"),
    ],
)
def test_stray_spaces_leave_numbers_and_list_marks_stay(broken, mended):
    assert mend.tidy(broken) == mended


@pytest.mark.parametrize(
    ("cell", "mended"),
    [
        ("0. 05", "0.05"),
        ("1. 2元至12元", "1.2元至12元"),
        ("3. 3吨污水", "3.3吨污水"),
        ("1. 0－1，13－14 2. 1－2，12－13", "1. 0－1，13－14 2. 1－2，12－13"),
        ("53. 2，4－二硝基氯苯", "53. 2，4－二硝基氯苯"),
        ("1. pH值", "1. pH值"),
    ],
)
def test_the_figure_of_a_cell_is_one_number_and_a_list_stays_a_list(cell, mended):
    assert mend.figure(cell) == mended


@given(st.text(max_size=80))
def test_tidying_loses_nothing_but_white_space(text):
    def solid(value):
        return "".join(value.split())

    assert solid(mend.tidy(text)) == solid(text)


@given(st.text("环境保护，。 12.%", max_size=60))
def test_tidying_twice_changes_nothing_more(text):
    once = mend.tidy(mend.tidy(text))
    assert mend.tidy(once) == once


def test_lines_of_a_narrow_column_become_paragraphs():
    lines = [
        "江河竞秀，湖山相映。长江、汉江交",
        "",
        "汇，河流纵横交织、湖泊如繁星点缀",
        "",
        "知重负重、知责担责，走在前列。",
        "",
        "城市更美了",
        "",
    ]
    lines += [
        "在市委市政府坚强领导下，全市生态环",
        "",
        "境系统锚定目标、实干攻坚，以建设美",
        "",
        "丽中国先行区为目标，以改善生态环境",
        "",
        "质量为核心。",
    ]
    assert mend.unwrap(lines, layout=True) == [
        "江河竞秀，湖山相映。长江、汉江交汇，河流纵横交织、湖泊如繁星点缀知重负重、知责担责，走在前列。",
        "城市更美了",
        "在市委市政府坚强领导下，全市生态环境系统锚定目标、实干攻坚，以建设美丽中国先行区为目标，以改善生态环境质量为核心。",
    ]


def test_paragraphs_of_a_clean_text_are_left_alone():
    lines = ["第一条 为了保护环境，制定本条例，适用于本市行政区域内的活动。"] * 12
    assert mend.unwrap(lines) == lines


@pytest.mark.parametrize("line", ["12", "— 3 —", "第 4 页", "5 / 20", "- 7 -"])
def test_page_numbers_are_known(line):
    assert mend.page_number(line)


@pytest.mark.parametrize("line", ["12 个行政街道", "第四条", "——", "2024年"])
def test_other_lines_are_no_page_numbers(line):
    assert not mend.page_number(line)


def test_readability_tells_language_from_noise():
    law = "国家实行排污许可管理制度，排污单位应当依照法律规定取得排污许可证，未取得的不得排放污染物。"
    assert readability(law) > 0.9
    assert readability("陨悦杂郾园猿园郾员园在苑员" * 6) < 0.6
    assert readability("\ue010\ue011\ufffd\x01abc") == 0
    assert readability("  \n") == 0
