"""A regulation that is older than the law it carries out: the law leads, and the regulation's sums say that they may not hold."""

from dataclasses import replace
from datetime import date

import pytest

from bot import lexicon as lexicons
from bot.answer import Answer, Block, Context, Outcome, Speaker
from bot.compose.basis import Basis
from bot.compose.conflict import noted, prevailing, yields
from bot.references import Laws
from bot.understanding import understand
from corpus import starter
from corpus.model import Status
from indexer.hit import Hit

from .conftest import HOME, article

STARTER = starter.load()
LEXICON = lexicons.of(STARTER)
TODAY = date(2026, 11, 21)
REGULATION = STARTER.instruments["陆生野生动物保护实施条例"]
LAW = STARTER.instruments["野生动物保护法"]
OLD = Hit(
    article(REGULATION, "第三十八条", "没有取得驯养繁殖许可证养野生动物的，没收违法所得，处三千元以下罚款。"),
    REGULATION,
    Status.IN_FORCE,
    3.0,
)
NEW = Hit(
    article(
        LAW,
        "第五十一条",
        "没有许可而人工繁育国家重点保护的野生动物，由林业草原、渔业主管部门按照分工收走，并按照动物及其制品的价值罚一倍以上十倍以下。",
    ),
    LAW,
    Status.IN_FORCE,
    2.0,
)
(ASKED,) = understand("没有驯养繁殖证养野生动物罚多少", (), Context(TODAY, HOME), Laws(STARTER.instruments), HOME)


def test_the_newer_law_leads_though_it_words_the_conduct_otherwise():
    lead, others = prevailing(OLD, [OLD, NEW], ASKED, LEXICON, STARTER)
    assert (lead, others) == (NEW, (OLD,))


def test_of_two_texts_that_do_not_belong_together_likeness_decides():
    other = STARTER.instruments["森林法"]
    stranger = replace(NEW, document=other, passage=article(other, "第五十一条", NEW.passage.text))
    assert prevailing(OLD, [OLD, stranger], ASKED, LEXICON, STARTER) == (OLD, ())


def test_its_sums_do_not_stand_beside_those_of_the_law():
    early = replace(ASKED, today=date(2023, 4, 30))
    assert yields(OLD, NEW, ASKED, LEXICON, STARTER)
    assert not yields(OLD, NEW, early, LEXICON, STARTER)  # the law was not in force yet
    assert not yields(NEW, OLD, ASKED, LEXICON, STARTER)
    other = article(
        REGULATION, "第三十九条", "伪造狩猎证的，处五千元以下罚款。"
    )  # other conduct, which the law may leave to it
    assert not yields(replace(OLD, passage=other), NEW, ASKED, LEXICON, STARTER)


@pytest.mark.parametrize(
    ("hit", "on", "note"),
    [
        (OLD, TODAY, "与《野生动物保护法》不一致之处，以《野生动物保护法》为准"),
        (OLD, date(2023, 4, 30), ""),  # the law was not in force yet
        (replace(OLD, passage=article(REGULATION, "第二条", "本条例所称野生动物由名录规定。")), TODAY, ""),
        (replace(OLD, document=replace(REGULATION, publish_date=date(2026, 1, 1))), TODAY, ""),  # amended after the law
        (NEW, TODAY, ""),
    ],
)
def test_a_sum_older_than_its_law_says_which_prevails(hit, on, note):
    basis = Basis()
    basis.add(hit)
    answer = Answer(Outcome.ANSWERED, Speaker.EXTRACT, (Block("处罚款。", "lead", (1,)),), tuple(basis.citations))
    assert [citation.note for citation in noted(answer, basis.evidence, on, STARTER).citations] == [note]
