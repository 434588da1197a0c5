import pytest

from corpus.model import Cite
from corpus.starter import Term
from indexer.normalise import normalise
from indexer.query import Words, understand
from indexer.tokenizer import key

WORDS = Words(
    [Term("排污许可证", ("排污证", "排污执照")), Term("危险废物", ("危废",)), Term("危险废物转移联单", ("危废联单",))]
)
TITLES = frozenset({"排污许可管理条例", "排污许可管理办法", "生态环境法典", "固体废物鉴别标准（2025年版）"})


def ask(text, rare=lambda pair: True):
    return understand(text, WORDS, TITLES, rare)


def test_statute_words_are_added_with_less_weight():
    query = ask("冇得排污证")
    assert query.added == ("排污许可证",)
    weights = dict(zip(query.keys.tolist(), query.weights.tolist(), strict=True))
    assert weights[key("许可")] < weights[key("排污")]


def test_the_longest_word_wins_and_what_stands_there_is_not_added():
    assert ask("危废联单怎么填").added == ("危险废物转移联单",)
    assert ask("排污许可证丢了").added == ()


def test_a_slip_in_a_word_of_the_dictionary_is_mended():
    assert WORDS.mended(normalise("排乌许可证"), lambda pair: pair == "排乌") == ["排污许可证"]
    assert WORDS.mended(normalise("排污许可政"), lambda pair: pair == "可政") == ["排污许可证"]
    assert WORDS.mended(normalise("危险货物"), lambda pair: False) == []
    assert WORDS.mended(normalise("危险废物"), lambda pair: True) == []


@pytest.mark.parametrize(
    ("text", "cites"),
    [
        ("《排污许可管理条例》第14条怎么说", ("排污许可管理条例", "第十四条")),
        ("中华人民共和国生态环境法典第一千一百零二条", ("生态环境法典", "第一千一百零二条")),
        ("排污许可管理条例 第 33 条 第二款", ("排污许可管理条例", "第三十三条")),
    ],
)
def test_articles_are_resolved(text, cites):
    assert ask(text).cites == (Cite(*cites),)


@pytest.mark.parametrize("text", ["第十四条", "排污许可管理条例", "《没有这部法》第3条", "第一百条 排污许可管理条例"])
def test_no_article_without_its_instrument(text):
    assert ask(text).cites == ()


def test_the_longest_title_is_the_one_meant():
    assert ask("固体废物鉴别标准（2025年版）里有没有").titles == ("固体废物鉴别标准（2025年版）",)
    assert ask("按照《排污许可管理办法》").titles == ("排污许可管理办法",)


def test_question_words_alone_still_ask_something():
    assert len(ask("怎么办").keys)
    assert not len(ask("？！").keys)
