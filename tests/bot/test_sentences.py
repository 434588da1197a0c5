"""Which sentence of a passage leads."""

from datetime import date

import pytest

from bot import lexicon as lexicons
from bot.answer import Context
from bot.compose.basis import Basis
from bot.compose.extractive import compose, leading, ranked
from bot.compose.sentences import exact, other_year, tells
from bot.references import Laws
from bot.state import Found
from bot.understanding import understand
from corpus.model import Status
from indexer.hit import Hit

from .conftest import CODE, HOME, PERMIT, STARTER, article

LEXICON = lexicons.of(STARTER)
LICENCE = article(
    PERMIT, "第十四条",
    "排污许可证有效期五年。需要继续排污的，应当于届满六十日前申请延续。法定代表人变更的，三十日内办理变更手续。",
    plain="许可证的期限\n排污许可证管 5 年。还要继续排的，到期前 60 日申请延续。法定代表人变了的，变更之日起 30 日内去办变更手续。",
)  # fmt: skip
QUOTA = article(
    CODE, "第一千二百二十六条",
    "未按期清缴碳排放配额的，责令限期改正，处一百万元以上五百万元以下罚款；限期内仍未清缴的，处市场价五倍以上十倍以下罚款。",
    plain="没清缴配额的处罚\n重点排放单位没按期清缴碳排放配额的，责令限期改正，处 100 万元以上 500 万元以下罚款。"
    "限期内仍没清缴完碳排放配额的，处市场价 5 倍以上 10 倍以下罚款。",
)  # fmt: skip


def asked(question):
    (one,) = understand(question, (), Context(date(2026, 11, 21), HOME), Laws(STARTER.instruments), HOME)
    return one


def lead(passage, question):
    document = next(document for document in (CODE, PERMIT) if document.id == passage.document_id)
    return leading(Hit(passage, document, Status.IN_FORCE, 1.0), asked(question), LEXICON, Basis())[0].text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("排污许可证要提前多久申请延续", "60 日"),
        ("排污许可证延续的期限", "60 日"),
        ("老板换了，排污许可证最迟多久办变更", "30 日内"),
        ("排污许可证有效期几年", "管 5 年"),
    ],
)
def test_how_long_a_paper_is_valid_is_not_when_something_is_due(question, said):
    assert said in lead(LICENCE, question)


@pytest.mark.parametrize(
    ("question", "said"),
    [("碳排放配额到期没清缴完，罚多少", "100 万元"), ("碳排放配额限期内还没清缴，罚多少", "5 倍")],
)
def test_the_first_penalty_leads_unless_the_next_is_asked_for(question, said):
    assert lead(QUOTA, question).count("罚款") == 1
    assert said in lead(QUOTA, question)


def test_how_often_is_not_told_by_how_long():
    question = asked("自行监测多久测一次")
    assert tells("每季度至少测一次。", question)
    assert not tells("原始记录至少保存 5 年。", question)


def test_how_many_days_is_no_amount():
    assert tells("审批单有效期 90 日。", asked("审批单最长能用多少天"))
    assert not tells("审批单有效期 90 日。", asked("一年排多少"))


def test_before_what_it_is_due_is_a_time():
    question = asked("登记表最晚什么时候备案")
    assert tells("要在项目投入生产运营前，办登记表备案。", question)
    assert tells("出口前应当备案。", question)
    assert not tells("目前，事前要按前款规定备案。", question)


def test_a_rule_on_another_licence_does_not_lead():
    """Both say 许可证, and the one on dangerous waste says more of fines."""
    waste = article(
        CODE,
        "第一千一百七十八条",
        "没有许可证收集、贮存危险废物的，处二十万元以上一百万元以下罚款；法定代表人处十万元以上罚款。",
    )
    own = article(PERMIT, "第三十三条", "没有取得排污许可证排放污染物的，处二十万元以上一百万元以下罚款。")
    hits = [Hit(waste, CODE, Status.IN_FORCE, 9.0), Hit(own, PERMIT, Status.IN_FORCE, 5.0)]

    def first(question):
        return ranked(asked(question), hits, LEXICON)[0][1].passage

    assert first("法定代表人换了没改排污许可证，罚多少") is own
    assert first("法定代表人换了没改许可证，罚多少") is waste


SMELL = article(
    CODE, "第一千一百三十三条", "干洗、机动车维修未装异味处理装置的，处二千元以上二万元以下罚款。",
    plain="没装异味处理装置的处罚\n服装干洗店没装异味处理装置的，处 2000 元以上 2 万元以下罚款。店里没装异味处理装置又扰民的，处 1 万元以上 10 万元以下罚款。",
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "sum_"), [("美甲店没装异味装置罚多少", "1 万元以上"), ("干洗店没装异味装置罚多少", "2000 元以上")]
)
def test_a_sentence_on_another_trade_stands_back(question, sum_):
    assert sum_ in lead(SMELL, question)


def test_that_no_time_is_named_is_an_answer_to_how_long():
    assert tells("法典没有规定一年几次。", asked("应急演练多久一次"))
    assert not tells("要定期演练。", asked("应急演练多久一次"))


@pytest.mark.parametrize(
    ("question", "told", "other"),
    [
        ("武汉25年优良天数比例目标", "到 2026 年达到 82.8%。", True),
        ("武汉25年优良天数比例", "2025 年上半年为 81.2%。", False),
        ("厂子开了25年，这个要求哪年开始", "到 2026 年达到。", False),
        ("干满25年以后", "到 2026 年达到。", False),
    ],
)
def test_of_another_year(question, told, other):
    assert other_year(question, told) is other


def test_nothing_is_said_twice():
    hits = [
        Hit(article(CODE, label, "告知后五日内提出听证要求。", plain=f"听证\n{text}"), CODE, Status.IN_FORCE, score)
        for label, text, score in (
            ("第一条", "要在告知后 5 日内提出听证要求。", 9.0),
            ("第二条", "要在告知后 5 日内提出听证要求。", 8.9),
            ("第三条", "听证要在 7 日前通知时间地点。", 8.8),
        )
    ]
    question = asked("听证几日内提出")
    found = Found(question, tuple(hits), tuple(hits), order=tuple(ranked(question, hits, LEXICON)))
    told = "".join(block.text for block in compose(found, LEXICON, STARTER).answer.blocks)
    assert told.count("告知后 5 日内") == 1


def test_a_sentence_may_tell_both_how_long_a_paper_is_valid_and_when_it_is_due():
    question = asked("要提前多久去办")
    assert not exact("许可证有效期为 5 年。", question)
    assert exact("许可证有效期是 5 年，应当在到期 60 日前申请。", question)
    assert exact("应当在有效期届满 60 日前申请。", question)
