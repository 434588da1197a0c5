"""What the turns before a turn change, and where one text asks several things."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Context, Turn
from bot.compose import retold
from bot.conversation import Whole, halves, hangs, misses, only_told, parted, split, whole
from bot.references import Laws
from bot.state import Kind
from bot.text import normalise
from bot.understanding import understand

from .conftest import HOME, TODAY


def test_no_question_leans_on_a_greeting():
    hello = [Turn("user", "你好"), Turn("assistant", "您好，请直接说事。")]
    assert not whole("那罚款呢？", hello).followup
    asked = [
        Turn("user", "没证就排污怎么办"),
        Turn("assistant", "先停下。"),
        Turn("user", "谢谢"),
        Turn("assistant", "不客气。"),
    ]
    assert whole("那罚款呢？", asked).text == "没证就排污怎么办，那罚款呢？"


def turns(*texts: str) -> tuple[Turn, ...]:
    return tuple(Turn("user" if at % 2 == 0 else "assistant", text) for at, text in enumerate(texts))


def test_ellipsis_keeps_the_matter_and_what_was_asked():
    made = whole("那要是光排噪声呢?", turns("没有排污许可证排污罚多少", "罚 20 万元。"))
    assert made.followup
    assert "排污许可证" in made.text
    assert "罚多少" in made.text


def test_a_follow_up_that_asks_its_own_takes_the_matter_alone():
    made = whole("它多久到期", turns("排污许可证罚多少", "……"))
    assert made.text == "排污许可证，它多久到期"


def test_correction_replaces_the_question():
    assert whole("不是，我是说工地扬尘罚多少", turns("餐馆油烟罚多少", "……")).text.startswith("工地扬尘罚多少")


def test_change_of_subject_stands_alone():
    made = whole("换个问题，秸秆焚烧罚多少", turns("餐馆油烟罚多少", "……"))
    assert made.text == "秸秆焚烧罚多少"
    assert not made.followup


def test_answer_to_a_question_back_is_joined():
    made = whole("餐饮店", turns("要不要做环评", "想先问一句：您做的是哪一行？"))
    assert made.text == "要不要做环评，餐饮店"


@pytest.mark.parametrize(
    ("asked", "turn", "picked"),
    [
        ("是哪里来的味道？1 餐馆油烟 2 干洗店、修车铺 3 养殖场", "2", "干洗店、修车铺"),
        ("井水作什么用？① 家庭生活 ② 灌溉 ③ 经营", "第三个", "经营"),
        ("您做的是哪一行？", "2", "2"),
    ],
)
def test_a_number_picks_from_a_list_of_ours(asked, turn, picked):
    assert whole(turn, turns("味道熏人怎么办", asked)).text == f"味道熏人怎么办，{picked}"


@pytest.mark.parametrize(
    ("turn", "made"),
    [("2", "邻居或广场舞吵，找谁管"), ("广场舞", "邻居或广场舞吵，找谁管"), ("楼上", "楼上"), ("不知道", ""), ("都有", "")],
)
def test_a_question_back_is_answered_by_the_number_of_its_choice_or_left_open(turn, made):
    asked = turns("噪声扰民怎么办", "想先问一句：声音是从哪里来的？")
    got = whole(turn, asked)
    assert got.text == made if made.endswith("找谁管") else got.text.startswith("噪声扰民")
    assert got.text.endswith(made)


@pytest.mark.parametrize(
    ("turn", "made"),
    [("不是工地，是搅拌站", "搅拌站扬尘罚多少"), ("啊 不是工地是搅拌站", "搅拌站扬尘罚多少"), ("不是厂，是个体户", "")],
)
def test_what_was_meant_stands_for_what_was_said(turn, made):
    got = whole(normalise(turn), turns("工地扬尘罚多少", "1 万元起。")).text
    assert got == made if made else "工地" in got


def test_the_first_turn_is_what_the_next_ones_are_about_however_short():
    history = (*turns("环评", "您想问哪方面？"), *turns("多少钱", "没有统一的价。"))
    assert whole("多久", history).text.startswith("环评")


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("危废能放多久 罚多少 谁来查", "危废能放多久？罚多少？谁来查"),
        ("他就是冇公示 归哪个部门查 罚几多", "他就是冇公示，归哪个部门查，罚几多"),
        ("江汉区 餐饮 油烟 投诉", "江汉区 餐饮 油烟 投诉"),
    ],
)
def test_questions_that_only_spaces_part(typed, marked):
    assert parted(typed) == marked


def test_what_was_told_and_what_was_asked():
    assert only_told(turns("我在武昌开了家火锅店", "您想问哪方面？"))
    assert not only_told(turns("开火锅店要办什么手续", "要办环评吗看面积。"))
    assert not only_told(turns("谢谢", "不客气。"))


@pytest.mark.parametrize(
    ("turn", "kind"),
    [("依据哪条", "source"), ("原文发我看看", "source"), ("真的吗", "sure"), ("你说错了吧", "sure"), ("说简单点", "short")],
)
def test_a_turn_about_our_last_answer(turn, kind):
    assert retold.wanted(turn) == kind


@pytest.mark.parametrize("turn", ["哪条河能钓鱼", "没有依据就罚怎么办", "简单点的环评怎么做", "原文件丢了怎么补", "超标"])
def test_a_turn_that_asks_something_of_its_own(turn):
    assert retold.wanted(turn) is None


@pytest.mark.parametrize(
    "turn", ["个人最多罚多少", "那要是他不改呢", "变更之后它的有效期重新算吗", "找哪个部门办", "确定吗，哪一条写的"]
)
def test_a_turn_that_leans_takes_over_the_question_before(turn):
    made = whole(turn, turns("广场舞太吵怎么办", "先劝阻。"))
    assert made.followup
    assert made.text.startswith("广场舞太吵")
    assert made.text.endswith(turn)


@pytest.mark.parametrize(
    "turn",
    [
        "没有排污许可证就排污罚多少",
        "楼上天天装修吵死人",
        "楼下饭店油烟太大",
        "明天下不下雨",
        "柴油管破了油流进雨水沟了快来人",
    ],
)
def test_a_turn_of_its_own_takes_over_nothing(turn):
    assert whole(turn, turns("广场舞太吵怎么办", "先劝阻。")) == Whole(turn, False, "广场舞太吵怎么办")


def test_a_question_back_may_be_left_unanswered():
    asked = turns("要不要做环评", "想先问一句：您做的是哪一行？")
    assert whole("开小饭馆的", asked).followup
    assert not whole("工地半夜打桩归哪个部门管？", asked).followup


def test_a_first_turn_may_hang_in_the_air():
    assert hangs("那个到底什么时候交")
    assert not hangs("环境保护税什么时候交")


def test_misses_in_a_row():
    assert misses(turns("问一", "没有找到依据。", "再问", "抱歉，没有查到。", "又问")) == 2
    assert misses(turns("问一", "没有找到依据。", "再问", "处 20 万元罚款。")) == 0
    assert misses(turns("问一", "处罚如下。", "答非所问")) == 1
    assert (
        misses(turns("谁举报的", "举报人的信息我不能透露，也查不到。", "再问", "知识库里没有找到当时的条文。", "又问")) == 0
    )


def test_split():
    assert split("没有排污许可证罚多少？怎么补办？") == ["没有排污许可证罚多少？", "没有排污许可证，怎么补办？"]
    assert split("我楼下开了家烧烤店，油烟很大，该找谁？") == ["我楼下开了家烧烤店，油烟很大，该找谁？"]
    assert len(split("1. 环评多久有效 2. 验收多久做完 3. 证多久到期 4. 台账存几年")) == 3


@given(st.text(max_size=120))
def test_split_keeps_something(text):
    assert split(text)


@pytest.mark.parametrize(
    ("question", "two"),
    [
        ("台账存几年；老板换人了，排污证多少天内改", ("台账存几年", "老板换人了，排污证多少天内改")),
        (
            "报告表多少天能批下来，建完以后验收报告又要公示多少天",
            ("报告表多少天能批下来", "建完以后验收报告又要公示多少天"),
        ),
        ("排污许可证怎么办", ()),
        ("没办排污许可证，会不会罚，罚多少", ()),  # the second leans on the first
        ("超市还在用不可降解的塑料袋，哪个部门管，企业罚多少", ()),  # and here the conduct stands in the first alone
        ("几年了冇得人管，餐馆油烟到底归哪个查", ()),
        ("老板说就几天的事，光敞门喷漆会罚多少钱", ()),
    ],
)
def test_one_sentence_that_asks_two_things(question, two):
    assert halves(question) == two


def test_the_kind_of_a_follow_up_is_that_of_its_own_words():
    (part,) = understand("报给哪个", turns("设备坏了要不要报", "要报。"), Context(TODAY, HOME), Laws([]), leaning=True)
    assert part.kind is Kind.WHO
