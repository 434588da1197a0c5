import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.normalise import normalise, normalised
from indexer.traditional import TO_SIMPLIFIED


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("二十万元", "200000元"),
        ("20万元", "200000元"),
        ("20 万元", "200000元"),
        ("２０萬元", "200000元"),
        ("200,000元", "200000元"),
        ("2万5", "25000"),
        ("两万五", "25000"),
        ("两万五千元", "25000元"),
        ("2万5千元", "25000元"),
        ("一万二千元", "12000元"),
        ("2.5万元", "25000元"),
        ("一亿零五百万元", "105000000元"),
        ("三千块钱", "3000元"),
        ("十五日内", "15日内"),
        ("第一千一百零二条", "第1102条"),
        ("82. 8%", "82.8%"),
        ("PM2.5 超標", "pm2.5 超标"),
    ],
)
def test_the_same_thing_is_spelt_the_same(written, meant):
    assert normalise(written) == meant


@pytest.mark.parametrize("word", ["三同时", "一般固废", "统一", "万一", "地块", "千万不要", "十分", "二噁英"])
def test_words_with_numerals_in_them_stay(word):
    assert normalise(word) == word


def test_simplified_forms_map_to_nothing():
    assert not {ord(char) for char in TO_SIMPLIFIED.values()} & set(TO_SIMPLIFIED)


@given(st.text(alphabet="0123456789零一二十百千两万亿.元条第5点, 块", max_size=20))
def test_any_text_is_taken(text):
    assert isinstance(normalise(text), str)


@given(st.integers(1, 9999))
def test_sums_in_characters_and_digits_agree(value):
    from corpus.numerals import chinese

    assert normalise(f"{chinese(value)}万元") == normalise(f"{value}万元") == f"{value * 10000}元"


@given(st.lists(st.text(alphabet="两万5千.% ２０萬元，,第三条ΣσAé\n\0\ud800块零"), max_size=8))
def test_many_at_once_are_as_one_by_one(texts):
    assert normalised(texts) == [normalise(text) for text in texts]
