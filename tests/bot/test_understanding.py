"""References, dates, places, follow-ups, several questions in one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer import Context, Turn
from bot.compose import retold
from bot.conversation import Whole, halves, hangs, misses, only_told, parted, split, whole
from bot.dates import period
from bot.places import other_district, place
from bot.references import Laws, references, rivals, standing
from bot.state import Kind
from bot.text import normalise, terms
from bot.understanding import CODE_FROM, kind_of, understand
from corpus.model import Cite

from .conftest import HOME, TODAY

LAWS = Laws(
    ["生态环境法典", "大气污染防治法", "水污染防治法", "排污许可管理条例", "固体废物污染环境防治法", "民法典", "水法"]
)


@pytest.mark.parametrize(
    ("text", "title", "article", "paragraph"),
    [
        ("《生态环境法典》第1102条", "生态环境法典", "第一千一百零二条", ""),
        ("法典1102条罚多少", "生态环境法典", "第一千一百零二条", ""),
        ("中华人民共和国生态环境法典第一千一百零二条", "生态环境法典", "第一千一百零二条", ""),
        ("大气法99条", "大气污染防治法", "第九十九条", ""),
        ("排污条例第33条第二款", "排污许可管理条例", "第三十三条", "第二款"),
        ("固废法112条第1款第(3)项", "固体废物污染环境防治法", "第一百一十二条", "第一款第（三）项"),
        ("第八十三条那个水污染防治法", "水污染防治法", "第八十三条", ""),
        ("民法典1229条", "民法典", "第一千二百二十九条", ""),
        ("水法83条", "水污染防治法", "第八十三条", ""),  # 水法 has 82
        ("水法第48条", "水法", "第四十八条", ""),
        ("查封扣押办法第4条", "环境保护主管部门实施查封、扣押办法", "第四条", ""),
    ],
)
def test_references(text, title, article, paragraph):
    (found,) = references(text, LAWS)
    assert found.cite == Cite(title, article)
    assert found.paragraph == paragraph


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("长江里电鱼，渔业法和长江保护法到底按哪部罚", ("渔业法", "长江保护法")),
        ("渔业法和长江保护法都写了些什么", ()),
        ("长江保护法里按哪一条罚", ()),
    ],
)
def test_which_of_two_laws(text, titles):
    assert rivals(text, Laws(["渔业法", "长江保护法"])) == titles


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("大气污染防治法现在还有效吗", "大气污染防治法"),
        ("环境保护法还算不算数？听说被法典代替了，哪天开始的", "环境保护法"),
        ("法典现在还有效吗", "生态环境法典"),
        ("听说什么都被法典代替了", ""),
        ("排污许可管理条例第十四条还有效吗，我们厂法人换了要办什么手续", ""),
    ],
)
def test_whether_a_law_still_stands(text, title):
    laws = Laws(["环境保护法", "大气污染防治法", "生态环境法典", "排污许可管理条例"])
    assert standing(text, laws) == title


@pytest.mark.parametrize("text", ["法典第10001条", "依据法典第一万零一条，本厂不用环评"])
def test_a_number_beyond_any_law_is_not_cut_to_one_that_exists(text):
    (found,) = references(text, LAWS)
    assert found.cite.article in ("第10001条", "第一万零一条")


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


def test_several_articles_of_one_law():
    assert [r.cite.article for r in references("法典第1057条和第1058条", LAWS)] == ["第一千零五十七条", "第一千零五十八条"]


def test_bare_article_takes_the_law_of_the_turn_before():
    (found,) = references("第34条呢", LAWS, "排污条例第33条罚多少")
    assert found.cite == Cite("排污许可管理条例", "第三十四条")


def test_no_article_where_none_is_meant():
    assert references("建设项目环保条例有几条要求", LAWS) == ()
    assert references("法典出来以后水十条、大气十条还用不用", LAWS) == ()  # plans
    assert references("条例24条说5倍，法典说100万", LAWS) == ()
    assert references("法典里夜间施工那一条改了没有，现在是哪一条", LAWS) == ()


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


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("杭州的工地夜间能施工吗", "浙江省杭州市"),
        ("浙江有什么规定", "浙江省"),
        ("黄河边上能不能建化工园", "黄河流域"),
        ("黄河路上的餐馆油烟大", ""),
        ("没有排污许可证罚多少", ""),
        ("危废从武汉运到杭州要办什么", HOME),
        ("杭州有的规定武汉也适用吗", HOME),
        ("危废从宁波拉到上海怎么办", "浙江省宁波市"),
        ("南京路上的餐馆油烟", ""),
    ],
)
def test_place(text, region):
    assert place(text, HOME) == region


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("没有排污许可证就排污，罚多少？", Kind.SUM),
        ("多久内要备案", Kind.DEADLINE),
        ("油烟找谁管", Kind.WHO),
        ("分局罚的，复议往哪个政府递", Kind.WHO),
        ("罚款的裁量基准在哪里看", Kind.HOW),
        ("一楼能不能开餐馆", Kind.MAY),
        ("空气优良率目标是多少", Kind.FIGURE),
        ("许可证丢了怎么补办", Kind.HOW),
        ("什么是危险废物", Kind.WHAT),
        ("餐馆油烟", Kind.OTHER),
        ("污水接到雨水井，物业说十几年都这么过来的，依据哪条处理", Kind.WHAT),
        ("几年之内不能再干这行", Kind.DEADLINE),
        ("批下来要好多天", Kind.DEADLINE),
        ("去年被罚过，信用怎么修复", Kind.HOW),
        ("首次违法可以不罚吗", Kind.MAY),
        ("轻微违法不予处罚有什么条件", Kind.WHAT),
        ("没有证罚不罚", Kind.SUM),
        ("写了申辩会不会罚得更重", Kind.OTHER),
        ("偷倒渣土罚得重不重", Kind.SUM),
        ("行政处罚法33条", Kind.OTHER),
        ("处罚决定书没盖章，有没有用", Kind.OTHER),
        ("规划到哪年结束", Kind.OTHER),  # nobody is asked for
        ("罚单到哪里领", Kind.WHO),
    ],
)
def test_kinds(text, kind):
    assert kind_of(text) is kind


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


def test_the_kind_of_a_follow_up_is_that_of_its_own_words():
    (part,) = understand("报给哪个", turns("设备坏了要不要报", "要报。"), Context(TODAY, HOME), LAWS, leaning=True)
    assert part.kind is Kind.WHO


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


def test_normalise_and_terms():
    assert normalise("武汉 的82. 8 %，ＡＢＣ\u200b罰多少") == "武汉的82.8%,ABC罚多少"
    assert "没有" in terms("没有排污许可证")


def test_conduct_that_is_told_by_its_day_alone_keeps_it_as_its_matter():
    """What is left without the day (犯的事怎么处理) is about anything."""
    text = "8月15日之前犯的事怎么处理"
    (question,) = understand(text, (), Context(date(2026, 11, 21), HOME), LAWS)
    assert question.matter == text


def test_understand_puts_it_together():
    (question,) = understand("今年7月杭州的厂无证排污罚多少", (), Context(TODAY, HOME), LAWS)
    assert question.region == question.place == "浙江省杭州市"
    assert question.on == date(2026, 7, 15)
    assert question.today == TODAY
    assert "今年7月" not in question.matter


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


@pytest.mark.parametrize(
    ("question", "is_other"),
    [
        ("武昌区人均公园绿地多少", True),
        ("江汉区人均公园绿地多少", False),
        ("人均公园绿地多少", False),
        ("武昌和江汉哪个绿地多", False),
    ],
)
def test_a_plan_of_one_district_tells_nothing_of_another(question, is_other):
    assert other_district("江汉区生态文明规划", question, HOME) is is_other
    assert not other_district("武汉市生态环境规划", question, HOME)


@pytest.mark.parametrize(
    ("text", "title"), [("法典废了哪些法", ""), ("大气法废了吗", "大气污染防治法"), ("水法什么时候废的", "")]
)
def test_what_a_law_has_ended_is_no_question_on_its_standing(text, title):
    assert standing(text, LAWS) == title
