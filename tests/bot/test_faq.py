"""When a curated question and answer is the question asked."""

from dataclasses import replace
from datetime import date

import pytest

from bot import lexicon as lexicons
from bot.answer import Context
from bot.compose.faq import Match, chosen, compose, matches, meant, verbatim
from bot.references import Laws
from bot.state import Found
from bot.understanding import understand
from corpus.model import Cite, Status
from indexer.hit import Hit

from .conftest import CODE, DRAFT, FUME, FUME_ARTICLE, HOME, OVER_LIMIT, STARTER, FakeIndex, entry, faq
from .conftest import FAQ as CURATED

LEXICON = lexicons.of(STARTER)
FLOORS = {"near_asked": 0.4}


def found(question, near, *articles):
    (one,) = understand(question, (), Context(date(2026, 11, 21), HOME), Laws(STARTER.instruments), HOME)
    hits = [Hit(FUME, CURATED, Status.IN_FORCE, 9.0, {"near_asked": near})]
    hits += [Hit(passage, CODE, Status.IN_FORCE, 5.0 - at) for at, passage in enumerate(articles)]
    order = tuple((hit.score, hit) for hit in hits[1:])
    return Found(one, tuple(hits), tuple(hits[1:]), order=order, floors=FLOORS)


def taken(given):
    return meant(given, matches(given.question.matter, given.hits, STARTER.entries, LEXICON), LEXICON)


ASKED = "饭店的油烟往我屋里灌，归哪个管"


@pytest.mark.parametrize(
    ("near", "articles", "is_taken"),
    [
        (0.75, (FUME_ARTICLE,), True),  # it means the same
        (0.75, (OVER_LIMIT, FUME_ARTICLE), False),  # another article answers better (写假数 is no 没报送)
        (0.55, (FUME_ARTICLE, OVER_LIMIT), True),  # and cites first what answers best
        (0.55, (OVER_LIMIT,), False),
        (0.45, (FUME_ARTICLE,), False),
    ],
)
def test_a_faq_in_other_words(near, articles, is_taken):
    assert (taken(found(ASKED, near, *articles)) is not None) is is_taken


@pytest.mark.parametrize(
    "question",
    [
        "饭店的排污许可证归哪个管",  # another matter
        "饭店的油烟熏人，罚多少",  # the FAQ names no penalty
        "2025年5月饭店的油烟往我屋里灌，被查到了，归哪个管",  # an earlier law may hold
        "武汉的饭店油烟往我屋里灌，归哪个管",  # a local rule may hold
    ],
)
def test_what_speaks_against_a_faq_however_near_it_is(question):
    assert taken(found(question, 0.95, FUME_ARTICLE)) is None


INSPECTED = faq(
    "inspected", ("环保局一年要来查几次，多久一次？", "监测站谁去抽查"), "按随机抽查的方案来，有举报随时可以来。[1]", ("生态环境法典", "第一千一百零二条")
)  # fmt: skip


@pytest.mark.parametrize(("question", "fits"), [("环保局多久来查一次", True), ("监测站抽查一般几天", False)])
def test_a_faq_may_tell_in_any_words_what_its_own_question_asks(question, fits):
    """No figure stands in it; yet a person wrote it to who asks how often, and not to who asks how many days."""
    (one,) = understand(question, (), Context(date(2026, 11, 21), HOME), Laws(STARTER.instruments), HOME)
    known = matches(one.matter, [Hit(INSPECTED, CURATED, Status.IN_FORCE, 9.0)], {}, LEXICON)
    assert (chosen(one, known, LEXICON) is not None) is fits


def test_less_near_it_must_cite_first_what_answers_best():
    second = replace(FUME, stands_for=(Cite("生态环境法典", "第一千一百三十二条"), *FUME.stands_for))
    given = found(ASKED, 0.75, FUME_ARTICLE)
    near, less = (
        replace(given, hits=(replace(given.hits[0], passage=second, legs={"near_asked": value}), *given.hits[1:]))
        for value in (0.75, 0.55)
    )
    assert taken(near) is not None
    assert taken(less) is None


MAY_REPORT = faq(
    "may-report",
    ("没办环评就开工，能举报吗？", "隔壁厂没有环评就在打地基"),
    "能：环评没有批准的项目不得开工。[1] 没做到的，由生态环境部门责令停止建设。[2] 有人不听的，罚 20 万元以上 100 万元以下。[2]",
    ("生态环境法典", "第一百零七条"),
    ("生态环境法典", "第一千零九十五条"),
)


def composed(question, passage=MAY_REPORT, score=0.6):
    (one,) = understand(question, (), Context(date(2026, 11, 21), HOME), Laws(STARTER.instruments), HOME)
    hit = Hit(passage, CURATED, Status.IN_FORCE, 9.0)
    draft = compose(Found(one, (hit,)), Match(hit, score, 0.0, 0), None, FakeIndex(), STARTER.instruments, LEXICON)
    return draft.answer.blocks


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("没办环评就开工，能举报吗", "能：环评没有批准"),
        ("没有环评的项目可以举报不", "能：环评没有批准"),
        ("没有环评能开业吗", "环评没有批准"),  # 能 would be read as leave to open
        ("没有环评就开工", "环评没有批准"),
    ],
)
def test_the_yes_or_no_of_a_faq_answers_its_own_question_alone(question, begins):
    assert composed(question)[0].text.startswith(begins)


def test_that_conduct_is_unlawful_is_told_to_whoever_asks():
    unlawful = replace(MAY_REPORT, text="违法：环评没有批准的项目不得开工。[1]")
    assert composed("没有环评就开工", unlawful)[0].text.startswith("违法：")
    assert not composed("没有环评就开工", replace(unlawful, text="不违法：开工不用环评。[1]"))[0].text.startswith("不违法")


@pytest.mark.parametrize(("question", "shown"), [("没办环评就开工，能举报吗", True), ("没有环评能开业吗", False)])
def test_what_to_do_next_is_told_to_who_asks_the_same(question, shown):
    (one,) = understand(question, (), Context(date(2026, 11, 21), HOME), Laws(STARTER.instruments), HOME)
    found, steps = Found(one), entry(MAY_REPORT, next_steps=("拍下现场，向生态环境部门举报。",))
    hit = Hit(MAY_REPORT, CURATED, Status.IN_FORCE, 9.0)
    draft = compose(found, Match(hit, 0.6, 0.0, 0), steps, FakeIndex(), STARTER.instruments, LEXICON)
    assert ("steps" in [block.kind for block in draft.answer.blocks]) is shown


def test_each_mark_stands_behind_the_sentences_that_lean_on_it():
    blocks = composed("没有环评就开工，能举报吗")
    assert [(block.kind, len(block.cites)) for block in blocks] == [("lead", 1), ("detail", 1)]
    assert blocks[0].cites != blocks[1].cites


def test_a_sentence_that_hangs_on_the_one_before_does_not_lead():
    assert composed("没有环评就开工罚多少")[0].text.startswith("有人不听的，罚 20 万元")


FINED = faq(
    "fined", ("烧烤要装净化器吗",), "要装净化器。[1] 排污许可不用办，环评也不用。[1] 没有做到的，罚 5000 元以上 5 万元以下。[1]", ("生态环境法典", "第一千一百零二条")
)  # fmt: skip
BOTH = faq(
    "both", ("注塑厂要环评吗",), "环评做报告表。[1] 没批就开工的要罚。[1] 排污许可填登记表。[1]", ("生态环境法典", "第一千一百零二条")
)  # fmt: skip


def test_a_fine_that_hangs_leads_with_what_it_is_for():
    assert composed("烧烤没装净化器罚多少", FINED)[0].text.startswith("排污许可不用办，环评也不用。没有做到的，罚 5000 元")


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("注塑厂排污许可要哪种", "排污许可填登记表"),
        ("注塑厂环评做哪种", "环评做报告表"),
        ("注塑厂要办环评和排污证吗", "环评做报告表"),
    ],
)
def test_of_two_papers_the_one_that_is_asked_for_leads(question, begins):
    assert composed(question, BOTH)[0].text.startswith(begins)


@pytest.mark.parametrize(("question", "is_verbatim"), [("注塑厂要环评吗？", True), ("注塑厂环评要吗", False)])
def test_word_for_word_is_to_the_letter(question, is_verbatim):
    (one,) = understand(question, (), Context(date(2026, 11, 21), HOME), Laws(STARTER.instruments), HOME)
    assert verbatim(Match(Hit(BOTH, CURATED, Status.IN_FORCE, 9.0), 0.6, 0.0, 0), one, LEXICON) is is_verbatim


def test_what_no_article_says_is_no_quotation():
    (one,) = understand("武汉空气目标", (), Context(date(2026, 11, 21), HOME), Laws(STARTER.instruments), HOME)
    passage = faq("plan", ("武汉空气目标是多少",), "力争达到 82.8%。[1]", ("武汉绿色发展意见", ""))
    hit = Hit(passage, CURATED, Status.IN_FORCE, 9.0)
    draft = compose(Found(one, (hit,)), Match(hit, 0.9, 0.0, 0), None, FakeIndex(), STARTER.instruments, LEXICON)
    assert [citation.quote for citation in draft.answer.citations] == [""]


def offered(question, passage, status=Status.IN_FORCE, audience=()):
    (one,) = understand(question, (), Context(date(2026, 11, 21), HOME), Laws(STARTER.instruments), HOME)
    hit = Hit(passage, CURATED, status, 9.0)
    entries = {passage.id: replace(entry(passage), audience=audience)} if audience else {}
    return chosen(one, matches(one.matter, [hit], entries, LEXICON), LEXICON)


def test_a_draft_is_no_answer_where_no_plan_is_asked_for():
    passage = faq(
        "lakes", ("武汉的湖泊要保护到什么程度？",), "到 2030 年湖泊水质优良比例达到 60%。[1]", ("武汉湖泊保护规划", "")
    )
    assert offered("武汉湖泊保护得到什么程度", passage, Status.DRAFT) is None
    assert offered("武汉湖泊保护规划要到什么程度", passage, Status.DRAFT) is not None
    assert DRAFT.region == HOME


@pytest.mark.parametrize(("title", "is_taken"), [("污染影响类建设项目重大变动清单（试行）", True), ("某地治理方案", False)])
def test_a_rule_that_is_cited_as_a_whole_is_no_plan(title, is_taken):
    passage = faq("chimney", ("批了环评的烟囱改矮多少算重大变动？",), "降低 10% 及以上的算。[1]", (title, ""))
    assert (offered("我们厂批了环评，烟囱改矮多少算", passage) is not None) is is_taken


@pytest.mark.parametrize(
    ("question", "audience", "is_taken"),
    [
        ("我们餐馆油烟被投诉，该找谁管", ("市民",), False),  # what a neighbour does helps him nothing
        ("我们餐馆油烟被投诉，该找谁管", ("企业", "市民"), True),
        ("楼下餐馆油烟熏到我家，找谁管", ("企业",), False),
        ("楼下餐馆油烟熏到我家，找谁管", ("市民",), True),
    ],
)
def test_who_runs_a_thing_and_whom_it_bothers_are_told_apart(question, audience, is_taken):
    assert (offered(question, FUME, audience=audience) is not None) is is_taken


def test_a_faq_on_another_trade_is_no_answer():
    passage = faq("petrol", ("学校旁边能建加油站吗？",), "学校旁边不准新建加油站。[1]", ("生态环境法典", "第一百零七条"))
    assert offered("学校旁边那块地能不能建KTV", passage) is None
    assert offered("学校旁边那块地能不能建加油站", passage) is not None
