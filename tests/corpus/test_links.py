"""What an instrument is made under and whose articles it cites, read from its text and kept with it."""

import json

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from corpus.catalogue import MIGRATIONS, Catalogue
from corpus.database import connect, writing
from corpus.links import Kind, find, plain_title
from corpus.model import Cite, Document, Passage


def law(*texts, title="某办法", kind="article"):
    labels = "一二三四五六七八九"
    return [
        Passage(f"d:{n}", "d", title, f"第{labels[n]}条" if kind == "article" else f"第{n + 1}节", words, kind, ordinal=n)
        for n, words in enumerate(texts)
    ]


def basis(*texts, title="某办法", kind="article"):
    return [str(link.to) for link in find(title, law(*texts, kind=kind)) if link.kind is Kind.BASED_ON]


def cited(words, title="某办法"):
    return [str(link.to) for link in find(title, law("为了环境。", words)) if link.kind is Kind.CITES]


@pytest.mark.parametrize(
    ("opening", "named"),
    [
        ("为了管理，根据《中华人民共和国水法》，制定本条例。", ["《水法》"]),
        (
            "根据《中华人民共和国传染病防治法》、《固体废物污染环境防治法》和《医疗废物管理条例》（以下简称《条例》），制定本办法。",
            ["《传染病防治法》", "《固体废物污染环境防治法》", "《医疗废物管理条例》"],
        ),
        ("为履行《保护臭氧层公约》规定的义务，根据《大气污染防治法》，制定本条例。", ["《大气污染防治法》"]),
        ("根据《渔业法》第三十四条的规定，制定本实施细则。", ["《渔业法》第三十四条"]),
        ("为了保护环境，根据宪法，制定本法。", ["《宪法》"]),
        ("根据有关法律、行政法规，结合本省实际，制定本条例。", []),
        ("依照《水法》处罚。根据情况，制定本办法。", []),
    ],
)
def test_the_first_article_says_under_what_a_text_is_made(opening, named):
    assert basis(opening, "适用本办法。根据《民法典》，制定细则。") == named


def test_a_title_and_the_opening_of_a_notice_say_it_too():
    assert basis("甲。", title="山东省实施《水法》办法") == ["《水法》"]
    assert basis("甲。", title="中华人民共和国环境保护税法实施条例") == ["《环境保护税法》"]
    assert basis("各区：", "根据《大气污染防治条例》，现将有关事项通知如下：", kind="section") == ["《大气污染防治条例》"]


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        ("依照《中华人民共和国大气污染防治法》第九十九条处罚。", ["《大气污染防治法》第九十九条"]),
        (
            "依照《水法》第九条第二款、第十条和第十二条至第十四条处罚。",
            [f"《水法》第{n}条" for n in ["九", "十", "十二", "十三", "十四"]],
        ),
        ("依照《水法》（2016年修正）第五条之一处罚。", ["《水法》第五条之一"]),
        ("依照《水法》第九条的规定，第十条另行处理。", ["《水法》第九条"]),
        ("应当依照环境保护税法第三条缴税，违反本法第九条、本办法第十条。", ["《环境保护税法》第三条"]),
        ("依照《水法》处罚。", []),
        ("依照《某办法》第二条处罚。", []),
    ],
    ids=[
        "one",
        "list and range",
        "edition and inserted",
        "ends where it ends",
        "bare name, own articles",
        "none",
        "itself",
    ],
)
def test_articles_of_others_are_cited(words, labels):
    assert cited(words) == labels


def test_an_abbreviation_is_followed():
    passages = law("根据《医疗废物管理条例》（以下简称《条例》），制定本办法。", "依照《条例》第四十五条处罚。")
    assert [str(link.to) for link in find("某办法", passages)] == ["《医疗废物管理条例》", "《医疗废物管理条例》第四十五条"]
    assert cited("依照《条例》第四十五条处罚。") == []


def test_editions_go_by_one_name():
    assert plain_title("中华人民共和国水法（2016年修正）") == plain_title("《水法》") == "水法"
    assert plain_title("名录（2021年版）") == "名录"
    assert plain_title("环境影响报告书（表）编制管理办法") == "环境影响报告书（表）编制管理办法"


@pytest.fixture
def held(catalogue, make):
    """Two laws, and a rule made under the first that cites the second."""
    for title in ("中华人民共和国水法", "土地法"):
        catalogue.add(*make(title, level="国家法律"), actor="a")
    document, _ = make("某办法", level="部门规章")
    words = ("根据《水法》，制定本办法。", "依照《土地法》第二条处罚。")
    passages = [
        Passage(f"{document.id}:a{n}", document.id, "某办法", f"第{'一二'[n]}条", t, ordinal=n) for n, t in enumerate(words)
    ]
    catalogue.add(document, passages, actor="a")
    return document


def test_links_live_and_die_with_their_document(catalogue, held):
    assert [(link.kind, link.to, link.place) for link in catalogue.links(held.id)] == [
        (Kind.BASED_ON, Cite("水法"), "第一条"),
        (Kind.CITES, Cite("土地法", "第二条"), "第二条"),
    ]
    assert [row.id for row, _ in catalogue.leaning_on("中华人民共和国水法")] == [held.id]
    assert [row.id for row, _ in catalogue.leaning_on("土地法", "第二条")] == [held.id]
    assert catalogue.leaning_on("土地法", "第三条") == []
    catalogue.remove(held.id, actor="a")
    assert catalogue.leaning_on("水法") == []


def test_only_what_is_published_and_in_force_leans(catalogue, held):
    catalogue.repeal(held.id, on=held.publish_date.replace(year=2024), actor="a")
    assert catalogue.leaning_on("水法") == []
    assert len(catalogue.leaning_on("水法", on=held.publish_date.replace(year=2023))) == 1


def test_a_published_draft_has_its_links(catalogue, make):
    document, _ = make("细则")
    passages = [Passage(f"{document.id}:a1", document.id, "细则", "第一条", "根据《水法》，制定本细则。")]
    catalogue.add(document, passages, actor="a", state="draft")
    assert catalogue.leaning_on("水法") == []
    catalogue.publish(document.id, actor="b")
    assert [str(link.to) for link in catalogue.links(document.id)] == ["《水法》"]
    assert len(catalogue.leaning_on("水法")) == 1


def test_what_was_stored_before_gets_its_links(tmp_path):
    url = f"sqlite:///{tmp_path / 'old.db'}"
    engine = connect(url)
    config = Config(attributes={"version_table": "corpus_version"})
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        document = Document("d1", "某办法")
        names = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(corpus_documents)")]
        values = dict.fromkeys(names, "") | {"id": document.id, "title": document.title, "short_title": document.title}
        values |= {"publish_date": None, "effective_date": None, "ended_on": None, "repealed": False, "quality": 1.0}
        values |= {
            "trust": "official",
            "state": "published",
            "provenance": "{}",
            "warnings": "[]",
            "added_at": "2026-01-01 00:00:00",
        }
        marks = ", ".join(f":{name}" for name in names)
        connection.execute(text(f"INSERT INTO corpus_documents ({', '.join(names)}) VALUES ({marks})"), values)
        row = {"text": "根据《水法》，制定本办法。", "headings": json.dumps([])}
        query = "INSERT INTO corpus_passages VALUES ('d1:a1', 'd1', 0, '第一条', 'article', :headings, :text)"
        connection.execute(text(query), row)
    engine.dispose()
    catalogue = Catalogue.open(url)
    assert [str(link.to) for link in catalogue.links("d1")] == ["《水法》"]
    catalogue.close()
