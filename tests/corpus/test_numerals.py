import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.numerals import ARTICLE, article_label, chinese, number


@given(st.integers(0, 9999))
def test_a_number_survives_being_written_in_chinese(value):
    assert number(chinese(value)) == value


@given(st.integers(1, 9999), st.integers(0, 30))
def test_labels_take_the_form_of_the_statute_however_they_are_written(value, sub):
    written = f"第 {value} 条" + (f"之{sub}" if sub else "")
    expected = f"第{chinese(value)}条" + (f"之{chinese(sub)}" if sub else "")
    match = ARTICLE.match(written)
    assert match is not None
    assert article_label(match) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [("一亿零五百万", 105_000_000), ("二万亿", 2_000_000_000_000), ("三万五千", 35_000), ("二十万", 200_000), ("元", None)],
)
def test_large_numbers(text, value):
    assert number(text) == value
