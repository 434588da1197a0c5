"""Every FAQ that ships can be said: asked by its own question, no sentence of it fails verification."""

from datetime import date

import pytest

from bot.answer import Context, Outcome, Turn
from bot.doctor import Doctor
from corpus import starter
from corpus.catalogue import Catalogue
from indexer import service

pytestmark = pytest.mark.timeout(900)  # thousands of questions are asked for the first test
TODAY = Context(date(2026, 11, 21), "湖北省武汉市")


@pytest.fixture(scope="module")
def doctor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    catalogue, library = Catalogue.open(f"sqlite:///{folder / 'env-doctor.db'}"), starter.load()
    service.rebuild(folder, catalogue, library)
    return Doctor(service.reader(folder, catalogue, library).current, library)


@pytest.fixture(scope="module")
def answers(doctor):
    """Each FAQ with what is said to its own question; asked once, since there are thousands."""
    return [(faq, doctor.ask(faq.questions[0], (), TODAY)) for faq in starter.load().faqs]


def test_no_sentence_of_a_faq_is_dropped(answers):
    dropped = {faq.id: [reason for reason in answer.reasons if reason.startswith("dropped")] for faq, answer in answers}
    assert not {id_: found for id_, found in dropped.items() if found}


def test_nearly_every_faq_answers_its_own_question(answers):
    silent = []
    for faq, answer in answers:
        cited = {(citation.title, citation.article) for citation in answer.citations}
        if answer.outcome is Outcome.ANSWERED and not cited & {(cite.title, cite.article) for cite in faq.stands_for}:
            silent.append((faq.id, answer.text[:40]))
    assert not silent


@pytest.mark.parametrize(
    ("question", "says", "cites"),
    [
        ("大气污染防治法现在还有效吗", "已经废止", "生态环境法典"),
        ("听说长江保护法也废了，是真的吗？", "现行有效", "长江保护法"),
        ("清洁生产促进法是不是冇得了", "已经废止", "生态环境法典"),
    ],
)
def test_whether_a_law_still_stands(doctor, question, says, cites):
    answer = doctor.ask(question, (), TODAY)
    assert answer.outcome is Outcome.ANSWERED
    assert says in answer.blocks[0].text
    assert answer.citations[0].title == cites
    assert answer.citations[0].status == "现行有效"


@pytest.mark.parametrize("question", ["武汉市2027年空气质量优良率力争达到多少", "危废间地面多久检查一次"])
def test_an_answer_that_owes_what_is_asked_is_not_shown(doctor, question):
    answer = doctor.ask(question, (), TODAY)
    assert answer.outcome is Outcome.ESCALATE
    assert any(reason.startswith("lacks:") for reason in answer.reasons)


def test_a_complaint_about_the_service_goes_to_a_person(doctor):
    assert doctor.ask("怎么投诉你们", (), TODAY).reasons == ("escalate:service",)


@pytest.mark.parametrize(
    ("question", "lead"),
    [
        ("常有人在小区后面空地烧旧轮胎和塑料，个人这么干罚多少", "处 500 元以上 2000 元以下罚款"),
        ("自己家装修敲下来的砖头半夜倒路边，个人罚多少", "100 元以上 1000 元以下"),
        ("企业篡改在线监测数据，公司和直接责任人各罚多少", "处 10 万元以上 100 万元以下罚款"),
        ("检测公司编监测数据，做假的技术员自己罚多少", "处 1 万元以上 5 万元以下罚款"),
        ("跨年在禁放的地方放烟花被抓到，罚多少钱", "处 100 元以上 500 元以下罚款"),
    ],
)
def test_the_fine_on_whom_and_for_what_is_asked_for_leads(doctor, question, lead):
    assert lead in doctor.ask(question, (), TODAY).blocks[0].text


def test_the_detention_for_other_conduct_does_not_follow(doctor):
    assert "农药" not in "".join(block.text for block in doctor.ask("个人在空地烧旧轮胎罚多少", (), TODAY).blocks)


def test_what_the_boss_pays_himself_leads_a_follow_up(doctor):
    history = (
        Turn("user", "碳排放年度报告里写假数怎么罚"),
        Turn("assistant", "没收违法所得，并处违法所得五倍以上十倍以下的罚款。"),
    )
    assert "5 万元以上 20 万元以下" in doctor.ask("管这块的经理自己要掏几多", history, TODAY).blocks[0].text


def test_a_turn_that_may_lean_takes_the_surer_of_two_readings(doctor):
    """Alone it finds an article on other buildings, and is answered with that."""
    history = (
        Turn("user", "长江边上一公里内能新建化工厂吗"),
        Turn("assistant", "禁止在长江干支流岸线一公里范围内新建、扩建化工园区和化工项目。"),
    )
    turn = "偷偷建了咋罚，老板也要罚吗"
    cited = {(citation.title, citation.article) for citation in doctor.ask(turn, history, TODAY).citations}
    alone = {(citation.title, citation.article) for citation in doctor.ask(turn, (), TODAY).citations}
    assert ("长江保护法", "第八十八条") in cited
    assert ("长江保护法", "第八十八条") not in alone
