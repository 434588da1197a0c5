"""Fixed replies, and what is named beside them."""

from dataclasses import replace

import pytest

from bot import replies
from bot.answer import Outcome
from bot.state import Verdict
from corpus.model import Status

from .conftest import TODAY

ASKED = "没有排污许可证就排污，罚多少？"
CASE = Verdict("escalate:case:learned", Outcome.ESCALATE, "escalate-case")


@pytest.fixture
def answer(doctor, context):
    found = doctor.ask(ASKED, (), context)
    assert found.outcome is Outcome.ANSWERED
    assert found.citations
    return replace(found, confidence=0.6)


def handed(answer, verdict=CASE):
    return replies.beside(replies.reply(verdict, ASKED, (), TODAY), answer)


def test_a_hand_over_names_what_the_library_would_have_cited(answer):
    shown = handed(answer)
    assert shown.outcome is Outcome.ESCALATE
    assert shown.blocks[-1].text.startswith("可能有关的规定")
    assert [rule.label for rule in shown.citations] == [f"《{rule.title}》{rule.article}" for rule in answer.citations[:2]]
    assert shown.blocks[-1].cites == tuple(range(1, len(shown.citations) + 1))


def test_no_rule_is_named_that_is_unlikely_repealed_or_no_article(answer):
    old = tuple(replace(rule, status=Status.REPEALED) for rule in answer.citations)
    whole = tuple(replace(rule, article="") for rule in answer.citations)
    for less in (replace(answer, confidence=0.3), replace(answer, citations=old), replace(answer, citations=whole), None):
        assert handed(less).citations == ()


def test_nothing_is_named_beside_a_refusal(answer):
    verdict = Verdict("refuse:evade:learned", Outcome.REFUSE, "refuse-evasion")
    assert handed(answer, verdict).citations == ()
