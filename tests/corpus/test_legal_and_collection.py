import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from corpus.collection import LIBRARY, Collection, marks, searchable
from corpus.legal import SHUT, Window, as_known, window
from corpus.model import Cite, Document, Passage, Trust
from corpus.starter import Entry, Starter

TODAY = date(2026, 11, 21)
WUHAN = "湖北省武汉市"


def library(**instruments):
    """A library with a digest of the first article of each instrument and one FAQ that cites them all."""
    records = {
        title: Document(f"lib:{title}", title, trust=Trust.CURATED, **fields) for title, fields in instruments.items()
    }
    entries = {}
    for title in records:
        cite = Cite(title, "第一条")
        digest = Passage(
            f"digest:{title}",
            f"lib:{title}",
            title,
            "第一条",
            f"{title}要点。",
            "digest",
            ("小标题",),
            questions=("问？",),
            stands_for=(cite,),
        )
        entries[digest.id] = Entry(digest, "digest", "总则", ("企业",))
    cites = tuple(Cite(title, "第一条") for title in records)
    faq = Passage("faq:x", "lib:faq", "常见问答", "", "答。[1]", "faq", ("问？",), questions=("问？",), stands_for=cites)
    entries[faq.id] = Entry(faq, "faq", "总则", ("企业",))
    return Starter(records, {}, entries)


def opened(collection, passages, on, region=WUHAN):
    return [passage.id for passage, row in zip(passages, collection.windows(passages), strict=True) if row.open(on, region)]


@pytest.mark.parametrize(
    ("fields", "day", "region", "usable"),
    [
        ({}, date(2019, 12, 31), "", False),
        ({}, date(2020, 1, 1), "", True),
        ({"effective_date": date(2020, 3, 1)}, date(2020, 2, 29), "", False),
        ({"ended_on": date(2021, 1, 1)}, date(2020, 12, 31), "", True),
        ({"ended_on": date(2021, 1, 1)}, date(2021, 1, 1), "", False),
        ({"region": "浙江省"}, TODAY, WUHAN, False),
        ({"region": "湖北省武汉市江汉区"}, TODAY, WUHAN, True),
        ({"region": "江苏省、浙江省、上海市"}, TODAY, WUHAN, False),
        ({"region": "江苏省、浙江省、上海市"}, TODAY, "浙江省杭州市", True),
        ({"region": "江苏省、浙江省、上海市"}, TODAY, "", True),
        ({"trust": Trust.DRAFT}, date(1990, 1, 1), WUHAN, True),
    ],
)
def test_windows_say_when_and_where(fields, day, region, usable):
    document = Document("d", "条例", publish_date=date(2020, 1, 1), **fields)
    assert window(document).open(day, region) is usable


def test_a_digest_goes_to_the_article_it_was_written_for(catalogue, make):
    starter = library(条例={"publish_date": date(2020, 1, 1)}, 无文条例={})
    for year in (2015, 2020):
        catalogue.add(*make("条例", published=year), actor="a")
    found = list(searchable(catalogue, starter))
    attached = [passage for passage in found if passage.plain]
    assert [(row.article, row.plain, row.questions) for row in attached] == [("第一条", "小标题\n条例要点。", ("问？",))]
    assert attached[0].document_id == make("条例", published=2020)[0].id
    assert [row.id for row in found if row.kind in ("digest", "faq")] == ["digest:无文条例", "faq:x"]
    assert attached[0].stands_for == (Cite("条例", "第一条"),)


def test_documents_one_by_one_hold_what_all_together_hold(catalogue, make):
    starter = library(条例={"publish_date": date(2020, 1, 1)}, 无文条例={})
    for title, year in (("条例", 2015), ("条例", 2020), ("办法", 2018)):
        catalogue.add(*make(title, published=year), actor="a")
    parts = [row for each in marks(catalogue, starter) for row in searchable(catalogue, starter, {each})]
    assert sorted(parts, key=lambda row: row.id) == sorted(searchable(catalogue, starter), key=lambda row: row.id)


def test_a_mark_changes_with_what_a_document_brings(catalogue, make):
    starter = library(条例={"publish_date": date(2020, 1, 1)})
    other, held = make("办法"), make("条例", published=2020)
    catalogue.add(*other, actor="a")
    catalogue.add(*held, actor="a")
    before = marks(catalogue, starter)
    assert set(before) == {other[0].id, held[0].id, LIBRARY}
    assert marks(catalogue, starter) == before
    changed = [replace(other[1][0], text="改了的条文。"), *other[1][1:]]
    catalogue.add(replace(other[0], sha256="b" * 64), changed, actor="a")
    after = marks(catalogue, starter)
    assert {each for each in before if before[each] != after[each]} == {other[0].id}
    assert marks(catalogue, library())[held[0].id] != after[held[0].id], "its digest is gone"
    catalogue.remove(held[0].id, actor="a")
    assert marks(catalogue, starter)[LIBRARY] != after[LIBRARY], "the digest is a passage of its own now"


def test_a_faq_lives_as_long_as_all_that_it_cites(catalogue, make):
    starter = library(甲条例={"publish_date": date(2020, 1, 1)}, 乙条例={"publish_date": date(2022, 1, 1)})
    document, passages = make("甲条例")
    catalogue.add(document, passages, actor="a")
    collection = Collection(catalogue, starter)
    revision = collection.refresh()
    assert opened(collection, starter.faqs, TODAY) == ["faq:x"]
    assert opened(collection, starter.faqs, date(2021, 6, 1)) == []
    catalogue.repeal(document.id, on=date(2026, 8, 15), by="法典", actor="a")
    assert collection.refresh() != revision
    assert opened(collection, starter.faqs, TODAY) == []
    assert opened(collection, starter.faqs, date(2026, 8, 14)) == ["faq:x"]
    assert opened(collection, passages, TODAY) == []


def test_the_library_may_know_of_a_repeal_that_the_file_does_not(catalogue, make):
    starter = library(旧法={"publish_date": date(2020, 1, 1), "ended_on": date(2026, 8, 15), "repealed": True})
    catalogue.add(*make("旧法"), actor="a")
    collection = Collection(catalogue, starter)
    collection.refresh()
    assert opened(collection, starter.faqs, TODAY) == []


def test_the_library_may_know_along_which_river_a_law_applies(make):
    law, _ = make("中华人民共和国黄河保护法")
    known = {law.short_title: replace(law, id="lib:黄河保护法", region="河南省、山东省")}
    assert not as_known(law, known).applies_in(WUHAN)
    assert as_known(law, known).applies_in("山东省济南市")
    assert as_known(replace(law, region=WUHAN), known).region == WUHAN
    local = {law.short_title: replace(law, id="lib:黄河保护法", region=WUHAN)}
    assert as_known(law, local).region == ""  # a namesake, for all one knows


def test_an_entry_about_an_amended_text_ends_with_its_version(catalogue, make):
    starter = library(条例={"publish_date": date(2020, 1, 1)})
    for year in (2020, 2025):
        catalogue.add(*make("条例", published=year), actor="a")
    collection = Collection(catalogue, starter)
    collection.refresh()
    assert opened(collection, starter.faqs, date(2024, 1, 1)) == ["faq:x"]
    assert opened(collection, starter.faqs, TODAY) == []


@pytest.mark.parametrize("published", [2020, 2024])
def test_an_excerpt_silences_nothing(catalogue, make, published):
    """A few pages under the name of a law, released by a person, are not its text, nor a newer version of it."""
    starter = replace(library(条例={"publish_date": date(2020, 1, 1)}), articles={"条例": 9})
    document, passages = make("条例", published=published, articles=3)
    catalogue.add(document, passages[1:], actor="a")
    collection = Collection(catalogue, starter)
    collection.refresh()
    assert opened(collection, [*starter.digests, *starter.faqs], TODAY) == ["digest:条例", "faq:x"]
    assert collection.document_for(starter.digests[0]) == starter.instruments["条例"]
    assert [row.id for row in searchable(catalogue, starter) if row.plain] == []
    catalogue.add(*make("条例", published=2020, articles=8, id="whole"), actor="a")
    assert [row.id for row in searchable(catalogue, starter) if row.plain] == ["whole:a1"]


def test_a_regional_instrument_narrows_the_entry(catalogue):
    starter = library(全国条例={}, 杭州条例={"region": "浙江省杭州市"})
    collection = Collection(catalogue, starter)
    collection.refresh()
    assert opened(collection, starter.faqs, TODAY) == []
    assert opened(collection, starter.faqs, TODAY, "浙江省杭州市") == ["faq:x"]


def test_a_place_is_narrower_than_a_river(catalogue):
    starter = library(沿河法={"region": "河南省、山东省、内蒙古自治区"}, 济南条例={"region": "山东省济南市"})
    collection = Collection(catalogue, starter)
    collection.refresh()
    assert opened(collection, starter.faqs, TODAY, "河南省郑州市") == []
    assert opened(collection, starter.faqs, TODAY, "山东省济南市") == ["faq:x"]


def test_what_was_removed_is_never_used(catalogue, make):
    document, passages = make("条例")
    catalogue.add(document, passages, actor="a")
    collection = Collection(catalogue, library())
    collection.refresh()
    assert collection.document_for(passages[0]) == document
    catalogue.remove(document.id, actor="a")
    collection.refresh()
    assert collection.document_for(passages[0]) is None
    assert collection.windows(passages) == [SHUT, SHUT]
    assert not SHUT.open(TODAY)


def test_an_unknown_instrument_does_not_close_an_entry(catalogue):
    starter = library(条例={})
    faq = replace(starter.faqs[0], stands_for=(Cite("没有的规定"),))
    collection = Collection(catalogue, starter)
    collection.refresh()
    assert collection.windows([faq]) == [Window(0, date.max.toordinal() + 1, "", Trust.CURATED)]


def test_one_reads_the_catalogue_for_all_who_ask_at_once(catalogue, make, monkeypatch):
    collection = Collection(catalogue, library())
    collection.refresh()
    catalogue.add(*make("条例"), actor="a")
    read, really, together = [], catalogue.documents, threading.Barrier(4)

    def slowly():
        read.append(1)
        time.sleep(0.05)
        return really()

    monkeypatch.setattr(catalogue, "documents", slowly)

    def ask(_):
        together.wait()
        collection.refresh()
        return collection.document_for(Passage("x", make("条例")[0].id, "条例", "第一条", "文"))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert len(read) == 1
    assert all(found), "nobody is answered from the law as it was before"
