"""The crosswalk from the ten repealed laws to the 生态环境法典: well-formed, without doubles, and true to the official texts."""

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from corpus import starter
from corpus.model import Cite
from corpus.numerals import ARTICLE, article_label, number

NATIONAL = Path(__file__).resolve().parents[3] / "shared" / "laws" / "national"
CODE = "生态环境法典"
OLD = [
    "环境保护法",
    "环境影响评价法",
    "海洋环境保护法",
    "大气污染防治法",
    "水污染防治法",
    "土壤污染防治法",
    "固体废物污染环境防治法",
    "噪声污染防治法",
    "放射性污染防治法",
    "清洁生产促进法",
]
ROWS = yaml.safe_load((starter.FOLDER / "crosswalk.yaml").read_text(encoding="utf-8"))


def place(title: str, label: str) -> int:
    """The number of an article; fails unless the label is in the statute's form and the law has that many articles."""
    match = ARTICLE.fullmatch(label)
    assert match, f"《{title}》{label} is no article label"
    assert article_label(match) == label, f"《{title}》{label} is not written as the statute writes it"
    value = number(match["number"]) or 0
    assert 1 <= value <= starter.load().articles[title], f"《{title}》 has no {label}"
    return value


def test_it_covers_the_ten_laws():
    assert {row["old"] for row in ROWS} == set(OLD)
    assert len(ROWS) >= 280


def test_a_row_names_one_old_article_and_articles_of_the_code():
    for row in ROWS:
        assert set(row) - {"note"} == {"old", "article", "now"}, row
        place(row["old"], row["article"])
        assert {cite["title"] for cite in row["now"]} <= {CODE}, row
        labels = [cite["article"] for cite in row["now"]]
        assert len(set(labels)) == len(labels), row
        for label in labels:
            place(CODE, label)


def test_the_rows_are_sorted_and_no_article_stands_twice():
    keys = [(OLD.index(row["old"]), number(ARTICLE.fullmatch(row["article"])["number"])) for row in ROWS]
    assert keys == sorted(set(keys))


def test_a_note_is_short_and_an_article_without_successor_has_one():
    for row in ROWS:
        assert len(row.get("note", "")) <= 30, row
        assert row["now"] or row.get("note"), row


def test_the_library_reads_it():
    crosswalk = starter.load().crosswalk
    assert len(crosswalk) == len(ROWS)
    assert crosswalk["大气污染防治法", "第一百一十八条"] == (Cite(CODE, "第一千一百三十二条"),)
    assert Cite(CODE, "第一千一百零二条") in crosswalk["大气污染防治法", "第九十九条"]


@cache
def official(title: str) -> frozenset[str]:
    """The labels of the articles in the newest official text of a law."""
    files = sorted(NATIONAL.glob(f"{title}(*).md"))
    assert files, f"no official text of 《{title}》"
    return frozenset(re.findall(r"^\*\*(第[^*]+条)\*\*", files[-1].read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.shared
def test_each_article_stands_in_the_official_text():
    if not NATIONAL.is_dir():
        pytest.skip("the official texts do not lie beside this checkout, so the articles cannot be looked up")
    named = {(row["old"], row["article"]) for row in ROWS}
    named |= {(cite["title"], cite["article"]) for row in ROWS for cite in row["now"]}
    assert [(title, label) for title, label in sorted(named) if label not in official(title)] == []
