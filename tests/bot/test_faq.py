"""When a curated question and answer is the question asked."""

from dataclasses import replace
from datetime import date

import pytest

from bot import lexicon as lexicons
from bot.answer import Context
from bot.compose.faq import matches, meant
from bot.references import Laws
from bot.state import Found
from bot.understanding import understand
from corpus.model import Cite, Status
from indexer.hit import Hit

from .conftest import CODE, FUME, FUME_ARTICLE, HOME, OVER_LIMIT, STARTER
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


def test_less_near_it_must_cite_first_what_answers_best():
    second = replace(FUME, stands_for=(Cite("生态环境法典", "第一千一百三十二条"), *FUME.stands_for))
    given = found(ASKED, 0.75, FUME_ARTICLE)
    near, less = (
        replace(given, hits=(replace(given.hits[0], passage=second, legs={"near_asked": value}), *given.hits[1:]))
        for value in (0.75, 0.55)
    )
    assert taken(near) is not None
    assert taken(less) is None
