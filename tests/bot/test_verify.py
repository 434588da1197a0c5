"""What a sentence must satisfy to be shown."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import lexicon as lexicons
from bot.answer import Answer, Block, Citation, Outcome, Speaker
from bot.compose.basis import Draft, Evidence
from bot.values import Value, sums, unsupported, values
from bot.verify import check, fault
from corpus.model import Status
from corpus.numerals import chinese

from .conftest import CODE, STARTER, WATER

LEXICON = lexicons.of(STARTER)
PROOF = Evidence(
    "《生态环境法典》第一千一百零二条\n没有取得排污许可证就排放污染物的，处二十万元以上一百万元以下罚款。在三十日内改正。\n禁止夜间施工。",
    CODE, Status.IN_FORCE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("20万元", "二十万元"), ("20 万元", "200,000元"), ("第1102条", "第一千一百零二条"), ("82. 8%".replace(" ", ""), "百分之八十二点八"),
        ("三十日", "30 天"), ("2026年8月15日", "二〇二六年八月十五日"), ("六个月", "6个月"), ("晚上十点", "22点".replace("22", "10")),
        ("二十五度以上的坡地", "25 度以上的坡地"), ("五十株", "50 株"), ("每三年", "每 3 年"),
    ],
)  # fmt: skip
def test_one_value_many_spellings(left, right):
    assert values(left) == values(right) != set()


def test_scale_of_a_range_holds_for_both_ends():
    assert values("20—100 万元") == {Value(200_000.0, ""), Value(1_000_000.0, "元")}
    assert not unsupported("20—100 万元", values("二十万元以上一百万元以下"))
    assert sums("罚 2 倍以上 5 倍以下") == {Value(2.0, "倍"), Value(5.0, "倍")}


@given(st.integers(1, 9999))
def test_article_numbers_read_back(number):
    assert values(f"第{chinese(number)}条") == values(f"第{number}条")


@pytest.mark.parametrize(
    "sentence",
    [
        "没有排污许可证就排放污染物的，罚 20 万元以上 100 万元以下。",
        "依照第一千一百零二条，没有许可证排放污染物处 20—100 万元罚款。",
        "要在 30 日内改正。",
    ],
)
def test_supported(sentence):
    assert fault(sentence, [PROOF], LEXICON) == ""


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("没有排污许可证就排放污染物的，罚 30 万元。", "number"),
        ("没有排污许可证就排放污染物的，依照第九百九十九条处罚。", "article"),
        ("可以夜间施工。", "negation"),
        ("企业每年要给员工体检并交纳保险费用。", "support"),
        ("没有排污许可证就排放污染物的，罚款，详询 https://example.com。", "contact"),
        ("在 60 日内改正。", "number"),
    ],
)
def test_unsupported(sentence, reason):
    assert reason in fault(sentence, [PROOF], LEXICON)


def test_no_citation_no_sentence():
    assert fault("没有许可证会被罚。", [], LEXICON) == "no citation"


def test_official_numbers_go_before_curated_ones():
    curated = "没有许可证的罚 50 万元。"
    official = Evidence("没有许可证的处二十万元罚款。", CODE, Status.IN_FORCE, curated=curated)
    assert "number" in fault(curated, [official], LEXICON)
    alone = Evidence("", CODE, Status.IN_FORCE, curated=curated, official=False)
    assert fault(curated, [alone], LEXICON) == ""


def test_dates_of_the_document_support_a_sentence():
    assert fault("没有取得排污许可证排放污染物的规定自 2026 年 8 月 15 日起施行。", [PROOF], LEXICON) == ""


def citation(status: Status = Status.IN_FORCE, until: date | None = None) -> Citation:
    return Citation("p", "d", "水污染防治法", "第八十三条", "", status, date(2018, 1, 1), until, "")


def draft(*blocks: Block, citations: tuple[Citation, ...] = (citation(),)) -> Draft:
    answer = Answer(Outcome.ANSWERED, Speaker.EXTRACT, blocks, citations)
    return Draft(answer, (PROOF,) * len(citations))


def test_unsupported_sentences_go_and_the_rest_stays():
    text = "没有排污许可证就排放污染物的，罚 20 万元以上 100 万元以下。没有排污许可证的要罚 900 万元。"
    checked = check(draft(Block(text, "lead", (1,))), LEXICON)
    assert checked.answer.text == "没有排污许可证就排放污染物的，罚 20 万元以上 100 万元以下。"
    assert len(checked.dropped) == 1
    assert checked.holds


def test_what_joined_on_to_a_dropped_sentence_no_longer_does():
    text = "没有排污许可证的要罚 900 万元。但没有排污许可证就排放污染物的，罚 20 万元以上 100 万元以下。"
    checked = check(draft(Block(text, "lead", (1,))), LEXICON)
    assert checked.answer.text.startswith("没有排污许可证就排放污染物的")


def test_a_little_is_no_hour():
    assert not values("零星得一点水产")
    assert values("晚上一点施工")


def test_the_beginning_of_a_word_is_no_unit():
    assert not values("更换三元催化和零部件，统一时间检查，每一日")
    assert values("罚三元，八时开始") == {Value(3.0, "元"), Value(8.0, "时")}


def test_what_an_answer_counts_of_its_own_is_no_number_of_the_law():
    assert not values("要满足三条，记住两点，看这一款")
    assert values("第三条，下午两点，三条船") == values("第3条，下午2点，3条船") != set()


def test_nothing_left():
    checked = check(draft(Block("没有排污许可证的要罚 900 万元。", "lead", (1,))), LEXICON)
    assert not checked.holds
    assert checked.answer.citations == ()


def test_rows_of_a_table_are_checked_each():
    rows = (
        ("情形", "处罚", "依据"),
        ("没有取得排污许可证就排放污染物的", "处二十万元以上一百万元以下罚款", "x[1]"),
        ("排放污染物的", "罚 7 万元", "x[1]"),
    )
    checked = check(draft(Block(kind="table", cites=(1,), rows=rows)), LEXICON)
    assert checked.answer.blocks[0].rows == rows[:2]


def test_unused_citations_go_and_numbers_move():
    blocks = (
        Block("没有许可证罚 900 万元。", "lead", (1,)),
        Block("没有取得排污许可证就排放污染物的，处罚款。", "detail", (2,)),
    )
    checked = check(draft(*blocks, citations=(citation(), citation())), LEXICON)
    assert checked.answer.blocks[0].cites == (1,)
    assert len(checked.answer.citations) == 1


def test_a_text_not_in_force_carries_its_note():
    blocks = (Block("没有取得排污许可证就排放污染物的，处罚款。", "lead", (1,)),)
    checked = check(draft(*blocks, citations=(citation(Status.REPEALED, date(2026, 8, 15)),)), LEXICON)
    assert "2026-08-15" in checked.answer.citations[0].note


def test_an_announcement_goes_with_what_it_announced():
    blocks = (Block("现在对应的是：", "notice"), Block("没有许可证罚 900 万元。", "lead", (1,)))
    assert check(draft(*blocks), LEXICON).answer.blocks == ()


def test_repealed_law_has_an_end():
    assert WATER.status_on(date(2026, 8, 15)) is Status.REPEALED
