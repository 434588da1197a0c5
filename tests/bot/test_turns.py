"""Turns of a conversation in the doctor: what stands on its own is judged by its own words."""

from dataclasses import replace
from datetime import date

import pytest

from bot import lexicon as lexicons
from bot.answer import Context, Outcome, Speaker, Turn
from bot.compose import extractive
from bot.conversation import Whole, whole
from bot.doctor import Doctor
from bot.references import Laws
from bot.search import find
from bot.state import Verdict
from bot.triage import PASS, triage
from bot.understanding import understand

from .conftest import HOME, NO_PERMIT, RENEWAL, STARTER, FakeIndex


def turns(asked, said):
    return Turn("user", asked), Turn("assistant", said)


SPILL = turns("柴油罐漏了，油流进河里了怎么办", "先打电话：119。")
FUMES = turns("楼下餐馆油烟大找谁", "找城市管理执法部门。")


@pytest.mark.parametrize(
    ("history", "turn", "outcome"),
    [
        (FUMES, "柴油管破了 油流进雨水沟了 快", Outcome.EMERGENCY),
        (SPILL, "那现在先做哪样", Outcome.EMERGENCY),
        (SPILL, "局里罚我8万块合不合法", Outcome.ESCALATE),
        (SPILL, "明天下不下雨", Outcome.REDIRECT),
        (FUMES, "是哪个举报我的，告诉我名字", Outcome.REFUSE),
        (FUMES, "公司欠我三个月工资", Outcome.REDIRECT),
        (FUMES, "我想投诉", Outcome.CLARIFY),
    ],
)
def test_another_matter_is_judged_by_its_own_words(doctor, context, history, turn, outcome):
    assert doctor.ask(turn, history, context).outcome is outcome


@pytest.mark.parametrize("turn", ["这种要罚多少", "那我们要赔多少钱"])
def test_what_to_do_first_is_not_said_again_where_the_law_is_asked(doctor, context, turn):
    assert doctor.ask(turn, SPILL, context).outcome is not Outcome.EMERGENCY


@pytest.mark.parametrize(
    ("turn", "urgent"),
    [("刚才那个是演习，已经收队了", False), ("都处置完了，人也出院了", False), ("又漏了，柴油还在往河里流", True)],
)
def test_what_is_over_is_no_emergency_any_more(doctor, context, turn, urgent):
    assert (doctor.ask(turn, SPILL, context).outcome is Outcome.EMERGENCY) is urgent


@pytest.mark.parametrize(
    ("question", "asked"), [("那个到底什么时候交", "clarify:vague"), ("那个年报最晚哪天交？", "clarify:which-licence")]
)
def test_a_first_question_that_names_nothing_is_asked_back(context, question, asked):
    doctor = Doctor(FakeIndex, STARTER, region=HOME)
    assert doctor.ask(question, (), context).reasons == (asked,)
    history = turns("环境保护税怎么报", "按季申报。")
    assert doctor.ask(question, history, context).outcome is not Outcome.CLARIFY


def test_a_turn_that_leads_nowhere_is_read_again_as_leaning(doctor, context):
    """It looks complete enough to stand, and alone it says nothing of what the boss did."""
    history = turns("没有排污许可证就排污，罚多少？", "罚 20 万元以上 100 万元以下。")
    turn = "当老板的要挨罚几多"
    alone = doctor.ask(turn, (), context)
    assert alone.outcome is not Outcome.ANSWERED
    after = doctor.ask(turn, history, context)
    assert after.outcome is Outcome.ANSWERED
    assert "第一千一百零二条" in [citation.article for citation in after.citations]


def lead_nowhere_with_the_one_before(doctor, monkeypatch):
    """Each turn looks as if it leaned, and has no answer unless it is read alone."""
    nowhere, read = doctor._judgement.unknown, doctor._library.answer
    monkeypatch.setattr("bot.later.UNSURE", 0.0)
    monkeypatch.setattr(
        doctor._library,
        "answer",
        lambda found, index: nowhere(found, 0.0, ()) if found.question.followup else read(found, index),
    )
    monkeypatch.setattr("bot.conversation.leans", lambda question: True)


def test_a_turn_that_leads_nowhere_with_the_one_before_is_read_alone(context, monkeypatch):
    """It looks as if it leaned, and what it leans on says nothing of it."""
    doctor = Doctor(lambda: FakeIndex((NO_PERMIT, RENEWAL)), STARTER, region=HOME)
    given = doctor.ask("没有排污许可证就排污，怎么处罚？", (), context)
    assert given.outcome is Outcome.ANSWERED
    lead_nowhere_with_the_one_before(doctor, monkeypatch)
    answer = doctor.ask("没有排污许可证就排污，怎么处罚？", FUMES, context)
    assert answer.citations == given.citations


@pytest.mark.parametrize(
    ("turn", "made"),
    [
        ("不对，证是办了的，没按证排", "没有排污许可证就排污罚多少，证是办了的，没按证排"),
        ("搞岔了，是我老表的厂", "没有排污许可证就排污罚多少，是我老表的厂"),
        ("不是厂，是个体户", "厂，是个体户，没有排污许可证就排污罚多少"),
    ],
)
def test_a_correction_adds_a_fact_or_denies_one(turn, made):
    assert whole(turn, turns("没有排污许可证就排污罚多少", "20 万元起。")).text == made


def test_a_question_back_need_not_be_the_last_words(doctor):
    asked = turns("骨科添一台拍片机，环评做哪种", "请问这台机器属于几类？设备资料上写明。")
    assert whole("厂家回话了，三类，自己用", asked).followup


def test_an_emergency_in_clauses_that_only_blanks_part(doctor, context):
    question = "次钠跟酸倒混了 黄绿色气 一栋楼的人在咳 这个算不算突发环境事件"
    assert doctor.ask(question, (), context).outcome is Outcome.EMERGENCY


@pytest.mark.parametrize(("turn", "talk"), [("那已经建好的呢", False), ("好的晓得了", True)])
def test_a_turn_that_asks_on_is_no_thanks(monkeypatch, turn, talk):
    thanks = Verdict("answered:thanks:learned", Outcome.ANSWERED, "thanks")
    monkeypatch.setattr("bot.triage._learned", lambda text: thanks if text == turn else PASS)
    monkeypatch.setattr("bot.triage.first", lambda *_: None)
    leaning = Whole("一公里内能建化工厂吗，那已经建好的呢", True, "一公里内能建化工厂吗")
    assert (triage(turn, leaning) == thanks) is talk


def test_thanks_in_between_are_nothing_to_lean_on():
    history = (*turns("自行监测的原始记录要不要自己存", "要。"), *turns("好嘞，谢了", "不客气。"))
    assert whole("那这个要留几年", history).text.startswith("自行监测的原始记录")


def test_what_leans_in_between_is_not_what_a_turn_leans_on():
    history = (*turns("污水进园区污水厂的还要交环保税吗", "不交。"), *turns("按月报还是按季报", "按季。"))
    assert "环保税" in whole("那最迟几号要交", history).text


def test_a_fact_told_in_between_is_kept():
    history = (
        *turns("我们做的是金属表面喷粉，排污许可归哪类", "请问有没有烘干炉？"),
        *turns("是静电喷粉，有烘干炉", "好的。"),
    )
    made = whole("那我到底办哪类证", history).text
    assert "金属表面喷粉" in made
    assert "烘干炉" in made


@pytest.mark.parametrize("turn", ["有", "20"])
def test_one_word_answers_a_question_of_ours(doctor, context, turn):
    history = turns("没有排污许可证就排污，罚多少？", "想先问一句：您厂里有几个排污口？")
    assert doctor.ask(turn, history, context).reasons != ("nonsense",)
    assert doctor.ask(turn, (), context).reasons == ("nonsense",)


def test_a_turn_that_brings_no_fact_is_asked_back(context):
    doctor = Doctor(FakeIndex, STARTER, region=HOME)
    history = turns("建设项目环评分哪几种", "报告书、报告表和登记表三类。")
    assert doctor.ask("那我那个项目属于哪一种", history, context).reasons == ("clarify:trade",)
    asked = (*history, *turns("那我那个项目属于哪一种", "想先问一句：您做的是哪一行，规模多大？"))
    assert doctor.ask("汽车维修，三百平", asked, context).outcome is not Outcome.CLARIFY


@pytest.mark.parametrize(
    ("last", "with_expert"),
    [
        ("材料我看了，等我明天去现场。", True),
        ("看过了，不用重新报批。本次会诊到此结束。", False),
        ("会诊结束前请再拍一张照片", True),
    ],
)
def test_a_case_that_the_expert_has_closed_is_no_longer_theirs(doctor, context, last, with_expert):
    history = (Turn("user", "我们那份环评要不要重新报批"), Turn("expert", last))
    reasons = doctor.ask("没有排污许可证就排污，罚多少？", history, context).reasons
    assert (reasons == ("escalate:expert",)) is with_expert


def test_who_pays_after_an_emergency_is_no_emergency(doctor, context):
    history = turns("隔壁厂漏氯气了，满街都是味道，老娘喘不上气", "马上往上风方向撤离，打 120 和 119。")
    asked = "一般来说，被漏气熏病了的人，医药费误工费这些能不能问厂里要"
    assert doctor.ask(asked, history, context).outcome is not Outcome.EMERGENCY
    assert doctor.ask("又漏了，人都倒了两个，这要罚多少", history, context).outcome is Outcome.EMERGENCY


def test_a_turn_that_leans_is_found_beside_our_last_answer(context):
    index = FakeIndex()
    history = turns("证快到期了怎么办", "排污许可证有效期为五年，届满六十日前申请延续。")
    (leaning,) = understand("那要是提前不了呢", history, context, Laws(STARTER.instruments), HOME)
    found = find(leaning, index, STARTER, lexicons.of(STARTER))
    assert found.before is not None
    assert found.before.passage == RENEWAL
    assert f"{history[1].content}，那要是提前不了呢".replace("，", ",") in [
        asked.replace("，", ",") for asked in index.asked
    ]
    assert RENEWAL.id in [hit.passage.id for hit in found.hits]


def test_what_stands_alone_has_nothing_before_it(context):
    history = turns("证快到期了怎么办", "排污许可证有效期为五年，届满六十日前申请延续。")
    (standing,) = understand("没有排污许可证就排污，罚多少？", history, context, Laws(STARTER.instruments), HOME)
    assert find(standing, FakeIndex(), STARTER, lexicons.of(STARTER)).before is None


def test_of_two_articles_the_one_beside_our_last_answer_goes_first(context):
    index, lexicon = FakeIndex(), lexicons.of(STARTER)
    (question,) = understand("罚多少", (), context, Laws(STARTER.instruments), HOME)
    hits = [hit for hit in index.search("排污许可证罚款", on=context.on) if hit.passage.title == NO_PERMIT.title]
    usual = extractive.ranked(question, hits, lexicon)
    last = usual[-1][1]
    beside = dict((hit.passage.id, value) for value, hit in extractive.ranked(question, hits, lexicon, before=last))
    assert beside[last.passage.id] > usual[-1][0]
    far = index.article(RENEWAL.title, RENEWAL.article, on=context.on)
    assert [value for value, _ in extractive.ranked(question, hits, lexicon, before=far)] == [value for value, _ in usual]


def test_what_our_last_answer_says_plainly_goes_before_another_reading(doctor, context, monkeypatch):
    """Alone a word or two fit many rules."""
    asked = "没有排污许可证就排污，罚多少？"
    first = doctor.ask(asked, (), context)
    monkeypatch.setattr(doctor._later, "_otherwise", lambda *_, **__: pytest.fail("read again"))
    monkeypatch.setattr("bot.later.repeats", lambda *_: True)
    assert "停业、关闭" in doctor.ask("情节严重停业关闭", turns(asked, first.text), context).blocks[0].text


def test_a_slip_that_was_read_hides_no_repetition(doctor, context):
    asked = "没有排污许可证就排污，罚多少？"
    first = doctor.ask(asked, (), context)
    told = f"您写的“排污正”按“排污证”理解。\n{first.text}"
    assert doctor.ask("那这个罚款能不能分开慢慢给", turns(asked, told), context).blocks[0].text != first.blocks[0].text


def test_nothing_is_answered_twice_in_a_row(doctor, context):
    """A follow-up whose best passage is the one just told is read alone; what finds nothing new is handed over."""
    asked = "没有排污许可证就排污，罚多少？"
    first = doctor.ask(asked, (), context)
    history = turns(asked, first.text)
    again = doctor.ask("那这个罚款能不能分开慢慢给", history, context)
    assert again.blocks[0].text != first.blocks[0].text
    assert doctor.ask(asked, history, context).blocks[0].text == first.blocks[0].text  # unless it is asked again
    other = doctor.ask("那换到江边一公里建化工厂呢", history, context)
    assert other.blocks[0].text != first.blocks[0].text


@pytest.mark.parametrize(
    ("turn", "says"),
    [("关门吗", "情节严重的停业、关闭"), ("情节严重会怎样", "情节严重的停业、关闭"), ("工业噪声呢", "只涉及工业噪声的")],
)
def test_what_was_said_already_is_told_by_its_own_sentence(context, turn, says):
    """The answer is not given again, and nobody is told that nothing was found."""
    asked = "没有排污许可证就排污，罚多少？"
    doctor = Doctor(lambda: FakeIndex((NO_PERMIT,)), STARTER, region=HOME, answer_at=0.0)
    first = doctor.ask(asked, (), context)
    again = doctor.ask(turn, turns(asked, first.text), context)
    assert again.outcome is Outcome.ANSWERED
    assert says in again.blocks[0].text
    assert again.text != first.text
    assert [citation.article for citation in again.citations] == ["第一千一百零二条"]


def test_a_turn_that_names_an_article_is_about_that_one():
    asked = Turn("user", "法典第1102条讲什么"), Turn("assistant", "没有许可证就排污的处罚。")
    (part,) = understand("那第1103条呢", asked, Context(date(2026, 11, 21), HOME), Laws(STARTER.instruments), HOME)
    assert [reference.cite.article for reference in part.references] == ["第一千一百零三条"]


def test_our_last_answer_is_told_again_for_what_is_wanted_of_it(doctor, context):
    asked = "没有排污许可证就排污，罚多少？"
    first = doctor.ask(asked, (), context)
    history = turns(asked, first.text)
    source = doctor.ask("依据哪条", history, context)
    assert source.outcome is Outcome.ANSWERED
    assert source.citations[0].label in source.text
    assert all(block.cites for block in source.blocks if block.kind in ("lead", "detail", "quote"))
    short = doctor.ask("说简单点", history, context)
    assert len(short.text) < len(first.text)
    assert short.blocks[0].text == first.blocks[0].text
    again = doctor.ask("原文发我看看", (*history, *turns("依据哪条", source.text)), context)
    assert [cited.article for cited in again.citations] == [cited.article for cited in source.citations]
    streamed = list(doctor.stream("依据哪条", history, context))[-1]
    assert streamed.answer.text == source.text


def test_an_answer_that_was_kept_is_told_as_it_was_shown(doctor, context):
    """A chat model might answer otherwise when asked again, and so would an index that was built meanwhile."""
    asked = "没有排污许可证就排污，罚多少？"
    first = doctor.ask(asked, (), context)
    shown = replace(first, blocks=(replace(first.blocks[0], text="当时是这样答的。"), *first.blocks[1:]))
    history = Turn("user", asked), Turn("assistant", shown.text, shown)
    assert doctor.ask("说简单点", history, context).text == "当时是这样答的。"
    by_expert = replace(shown, speaker=Speaker.EXPERT)
    history = Turn("user", asked), Turn("assistant", shown.text, by_expert)
    assert not any(reason.startswith("retold") for reason in doctor.ask("说简单点", history, context).reasons)


def test_a_reply_that_gave_no_source_is_not_told_again(doctor, context):
    reasons = doctor.ask("依据哪条", turns("写首诗", "我只回答环保问题。"), context).reasons
    assert not any(reason.startswith("retold") for reason in reasons)


def test_two_misses_do_not_silence_the_doctor(doctor, context):
    """What goes on with the matter goes to a person; a new question is tried."""
    history = (*turns("那个怎么弄", "没有找到依据。"), *turns("就是那个", "抱歉，没有查到。"))
    assert doctor.ask("到底怎么弄", history, context).reasons == ("escalate:missed",)
    assert doctor.ask("没有排污许可证就排污，罚多少？", history, context).outcome is Outcome.ANSWERED


def test_a_turn_that_surely_leans_is_not_answered_from_another_law(context, monkeypatch):
    """Alone it may fit anything; what it brings must be found beside the matter that it leans on."""
    doctor = Doctor(lambda: FakeIndex((NO_PERMIT, RENEWAL)), STARTER, region=HOME)
    lead_nowhere_with_the_one_before(doctor, monkeypatch)
    monkeypatch.setattr("bot.later.leans_surely", lambda question: True)
    monkeypatch.setattr("bot.later.articles_of", lambda hit: set())
    assert doctor.ask("没有排污许可证就排污，怎么处罚？", FUMES, context).outcome is Outcome.ESCALATE


def test_where_the_rule_says_nothing_of_it_that_is_told_with_the_rule(doctor, context, monkeypatch):
    asked = "没有排污许可证就排污，罚多少？"
    first = doctor.ask(asked, (), context)
    monkeypatch.setattr("bot.later.repeats", lambda *_: True)
    monkeypatch.setattr("bot.later.recalled", lambda *_: None)
    answer = doctor.ask("那这个罚款呢", turns(asked, first.text), context)
    assert answer.outcome is Outcome.ESCALATE
    assert "第一千一百零二条" in [cited.article for cited in answer.citations]
    assert any("20 万元" in block.text and block.cites for block in answer.blocks)


@pytest.mark.parametrize("turn", ["1", "餐馆油烟", "油烟"])
def test_a_choice_stands_for_its_question(doctor, context, turn):
    """As the library hears it, however it is picked: by its number, its words or a part of them."""
    asked = turns("味道好大", "想先问一句：气味是从哪里来的？")
    number = {"1": "5"}.get(turn, turn)
    assert doctor.ask(number, asked, context).reasons != ("nonsense",)
    assert "油烟" in doctor.ask(number, asked, context).text
