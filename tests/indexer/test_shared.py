"""The whole collection and the shipped library, as an operator has them."""

from datetime import date

import pytest

from corpus.catalogue import Catalogue
from corpus.intake import files, take_in
from corpus.loaders import markdown
from corpus.regions import jurisdiction
from corpus.starter import load
from indexer import service

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    from pathlib import Path

    laws = Path(__file__).parents[2] / "../shared/laws"
    if not laws.exists():
        pytest.skip("the collection of texts beside the project is not here")
    data = tmp_path_factory.mktemp("data")
    catalogue = Catalogue.open(f"sqlite:///{data / 'env-doctor.db'}")
    for _ in take_in(catalogue, files([laws]), markdown.load, actor="test"):
        pass
    service.rebuild(data, catalogue, load())
    yield service.reader(data, catalogue, load())
    catalogue.close()


@pytest.mark.parametrize(
    ("question", "cite"),
    [
        ("没有排污许可证就排污，罚多少？", "《生态环境法典》第一千一百零二条"),
        ("冇得排污证就开机生产要罚几多", "《生态环境法典》第一千一百零二条"),
        ("排污许可管理条例第14条", "《排污许可管理条例》第十四条"),
    ],
)
def test_an_article_or_its_entry_is_among_the_first_five(reader, today, wuhan, question, cite):
    hits = reader.current().search(question, on=today, region=wuhan, k=5)
    assert cite in {str(each) for hit in hits for each in hit.passage.stands_for}


def test_no_repealed_or_foreign_rule_for_any_question_of_the_library(reader, today, wuhan):
    index = reader.current()
    for entry in [*load().faqs][::7]:
        for hit in index.search(entry.questions[0], on=today, region=wuhan):
            document = hit.document
            # of a law for one river the provinces along it, parted by 、
            assert any(wuhan.startswith(place) for place in jurisdiction(document.region).split("、")), document
            assert hit.status.value in {"现行有效", "征求意见稿", "新闻报道"}, (entry.questions[0], document.title)


def test_the_repealed_law_on_a_day_on_which_it_was_in_force(reader, wuhan):
    hits = reader.current().search("大气污染防治法 无证排放大气污染物 罚款", on=date(2026, 8, 14), region=wuhan)
    assert any(hit.document.short_title == "大气污染防治法" for hit in hits)
    assert not [hit for hit in hits if hit.document.short_title == "生态环境法典"]
