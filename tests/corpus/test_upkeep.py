"""An entry of the library that no longer holds is not shown, and is listed for work."""

import json
from dataclasses import replace
from datetime import date

import pytest

from corpus import starter
from corpus.collection import Collection
from corpus.model import Cite, Trust
from corpus.numerals import chinese
from corpus.upkeep import tasks

from .test_legal_and_collection import library, opened

TODAY = date(2026, 11, 21)


@pytest.fixture
def shown(catalogue):
    """shown(starter) -> ids of its entries that may be used today; shown.work(starter) -> what is to be done."""

    def call(loaded):
        collection = Collection(catalogue, loaded)
        collection.refresh()
        return opened(collection, [entry.passage for entry in loaded.entries.values()], TODAY)

    def work(loaded, on=TODAY):
        collection = Collection(catalogue, loaded)
        collection.refresh()
        return [(task.entry.passage.id, str(task.cite), task.reason) for task in tasks(collection, loaded, on)]

    call.work = work
    return call


def test_an_article_missing_in_the_imported_text_shuts_its_entries(catalogue, make, shown):
    loaded = library(甲条例={"publish_date": date(2020, 1, 1)}, 乙条例={})
    assert shown(loaded) == ["digest:甲条例", "digest:乙条例", "faq:x"]
    assert shown.work(loaded) == []
    document, passages = make("甲条例", articles=3)
    catalogue.add(document, passages[1:], actor="a")  # a copy without its first article
    assert shown(loaded) == ["digest:乙条例"]
    reason = "导入的全文（2020-01-01）没有这一条"
    assert shown.work(loaded) == [("digest:甲条例", "《甲条例》第一条", reason), ("faq:x", "《甲条例》第一条", reason)]
    catalogue.add(replace(document, sha256="whole"), passages, actor="a")
    assert shown(loaded) == ["digest:甲条例", "digest:乙条例", "faq:x"]
    assert shown.work(loaded) == []


def test_an_article_that_only_says_it_was_deleted_is_missing(catalogue, make, shown):
    document, passages = make("甲条例")
    catalogue.add(document, [replace(passages[0], text="（删除）"), passages[1]], actor="a")
    assert shown(library(甲条例={})) == []


def test_the_version_that_the_library_speaks_of_decides(catalogue, make, shown):
    loaded = library(甲条例={"publish_date": date(2020, 1, 1)})
    document, passages = make("甲条例", published=2015)
    catalogue.add(document, passages[1:], actor="a")
    catalogue.add(*make("甲条例", published=2020), actor="a")
    assert shown(loaded) == ["digest:甲条例", "faq:x"]


def test_a_cite_of_the_whole_needs_no_article(catalogue, make, shown):
    loaded = library(甲条例={})
    faq = replace(loaded.faqs[0], stands_for=(Cite("甲条例"),))
    loaded = replace(loaded, entries={"faq:x": replace(loaded.entries["faq:x"], passage=faq)})
    document, passages = make("甲条例")
    catalogue.add(document, passages[1:], actor="a")
    assert shown(loaded) == ["faq:x"]


def test_a_repeal_and_an_amendment_are_listed_from_their_day_on(catalogue, make, shown):
    loaded = library(甲条例={"publish_date": date(2020, 1, 1)}, 乙条例={"publish_date": date(2020, 1, 1)})
    first, passages = make("甲条例")
    catalogue.add(first, passages, actor="a")
    catalogue.repeal(first.id, on=date(2026, 8, 15), by="法典", actor="a")
    for year in (2020, 2025):
        catalogue.add(*make("乙条例", published=year), actor="a")
    reasons = dict.fromkeys(reason for _, _, reason in shown.work(loaded))
    assert list(reasons) == ["自 2026-08-15 起已废止，见法典", "自 2025-01-01 起已被修订，见乙条例（2025年版）"]
    assert shown(loaded) == []
    assert shown.work(loaded, on=date(2024, 1, 1)) == []


def test_a_repeal_that_only_the_library_knows_is_listed(shown):
    loaded = library(旧法={"publish_date": date(2018, 1, 1), "ended_on": date(2026, 8, 15), "repealed": True})
    assert {reason for _, _, reason in shown.work(loaded)} == {"自 2026-08-15 起失效"}


def test_an_imported_text_that_the_library_knows_to_be_repealed_is_not_used(catalogue, make):
    loaded = library(旧法={"publish_date": date(2018, 1, 1), "ended_on": date(2026, 8, 15), "repealed": True})
    _, passages = make("旧法", published=2018)
    catalogue.add(*make("旧法", published=2018), actor="a")
    draft, _ = make("旧法", published=2010, trust=Trust.DRAFT)
    catalogue.add(draft, [replace(passages[0], id=f"{draft.id}:a1", document_id=draft.id)], actor="a")
    collection = Collection(catalogue, loaded)
    collection.refresh()
    assert opened(collection, passages, TODAY) == []
    assert len(opened(collection, passages, date(2026, 8, 14))) == 2
    assert collection.document_for(passages[0]).superseded_by == ""
    assert collection.document_for(passages[0]).repealed is True


def test_the_command_lists_the_work_by_cite(run, tmp_path):
    library = starter.load()
    entry = next(row for row in library.digests if row.title == "长江保护法")
    law = tmp_path / "长江保护法(2020-12-26).md"
    articles = (f"第{chinese(900 + n)}条 单位应当按证排污。" for n in range(library.articles["长江保护法"]))
    law.write_text("\n\n".join(["# 中华人民共和国长江保护法", *articles]), encoding="utf-8")
    assert "没有要处理的条目" in run("library", "--work").output
    run("add", law)  # it waits, as it is not what the library knows; somebody releases it all the same
    run("publish", json.loads(run("review", "--json").output)["id"])
    rows = [json.loads(line) for line in run("library", "--work", "--json").output.splitlines()]
    assert entry.id in {row["id"] for row in rows}
    assert all("没有这一条" in row["reason"] for row in rows)
    assert f"《长江保护法》{entry.article}：" in run("library", "--work").output
