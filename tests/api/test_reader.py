"""The shelf and the reader: what is in force, where the cited words stand, what came before and after."""

import re
from dataclasses import replace
from datetime import date

import pytest

from api.anchors import anchor, reader_link
from api.documents.reading import lines
from api.errors import NotSearched
from corpus.model import Cite, Passage
from corpus.starter import Entry
from tests.api.support import CODE, OLD, OLD_PASSAGES, PASSAGES


class TestShelf:
    def test_anonymous(self, client):
        page = client.get("/documents").text
        assert page.index("生态环境法典") < page.index("大气污染防治法")

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=法典", True),
            ("q=中华人民共和国生态环境法典", True),
            ("level=行政法规", False),
            ("status=现行有效", True),
            ("status=已废止", False),
            ("q=没有的", False),
        ],
    )
    def test_search(self, client, query, found):
        assert ("生态环境法典</a>" in client.get(f"/documents?{query}").text) == found

    def test_a_search_that_does_not_answer_says_so(self, app, client):
        def down(query, on, region):
            raise NotSearched

        house = app.state.house
        app.state.house = replace(house, rooms=replace(house.rooms, search=down))
        assert "没有查正文" in client.get("/documents?q=没有的").text
        assert "没有找到“没有的”" not in client.get("/documents?q=没有的").text
        page = client.get("/documents?q=法典").text
        assert "没有查正文" in page
        assert "生态环境法典</a>" in page

    def test_nothing_found_says_what_to_do(self, client):
        assert "换一个更短的词" in client.get("/documents?q=没有的").text


class TestReader:
    def test_anonymous(self, client):
        page = client.get("/documents/doc-code").text
        assert 'id="a-第一千一百零二条"' in page
        assert "第五编 法律责任" in page
        assert "现行有效" in page
        assert "2026年8月15日起施行" in page

    def test_marks_the_cited_words(self, client):
        link = reader_link(
            "doc-code", article="第一千一百零二条", passage_id="doc-code#1102", quoted="处十万元以上一百万元以下的罚款"
        )
        page = client.get(link).text
        assert '<mark class="cited">处十万元以上一百万元以下的罚款</mark>' in page
        assert page.count("<mark") == 1

    def test_a_repealed_text_says_so_and_leads_on(self, client):
        page = client.get("/documents/doc-old").text
        assert 'data-status="已废止"' in page
        assert re.search(r"由\s*<a href=\"/documents/doc-code\">《生态环境法典》</a>代替", page)

    def test_a_repealed_article_says_so_and_names_what_stands_in_its_place(self, client, rooms, catalogue):
        dropped = Passage("doc-old#100", "doc-old", "大气污染防治法", "第一百条", "没有保留的。", ordinal=1)
        catalogue.add(OLD, [*OLD_PASSAGES, dropped], actor="test")
        now = Cite("生态环境法典", "第一千一百零二条"), Cite("水法", "第二条")
        rooms.starter.crosswalk["大气污染防治法", "第九十九条"] = now
        rooms.starter.crosswalk["大气污染防治法", "第一百条"] = ()
        rooms.starter.crosswalk_notes["大气污染防治法", "第九十九条"] = "一条分写成两条"
        page = client.get("/documents/doc-old").text
        link = reader_link("doc-code", article="第一千一百零二条")
        assert (
            f'<a href="{link}">《生态环境法典》第一千一百零二条</a>、《水法》第二条。与原来相比：一条分写成两条。' in page
        )
        assert page.count("2026年8月15日起不再适用") == 3  # on top, and at each article
        assert "现在没有与它对应的条文" in page
        assert 'data-copy="《大气污染防治法》第九十九条（已废止）"' in page
        assert "不再适用" not in client.get("/documents/doc-code").text

    def test_an_instrument_known_by_name_alone(self, client, rooms, catalogue):
        """Cited by a FAQ, without a digest: no empty page."""
        known = replace(OLD, id="lib:名录", title="名录", ended_on=None, source="某网站法规栏目")
        rooms.starter.instruments["名录"] = known
        page = client.get("/documents/lib:名录").text
        assert "还没有它的正文" in page
        assert "原文请查某网站法规栏目" in page
        assert "这里是要点" not in page
        full = replace(known, id="doc-list", source="")
        catalogue.add(full, [Passage("doc-list#1", "doc-list", "名录", "", "全文。")], actor="test")
        page = client.get("/documents/lib:名录").text
        assert re.search(r'不是它的原文。.*<a href="/documents/doc-list">打开全文</a>', page)

    def test_find_looks_into_headings_too(self, client):
        page = client.get("/documents/doc-code?find=法律责任").text
        assert "“法律责任”出现 1 次" in page
        assert "没有“法律" not in page

    def test_find(self, client):
        page = client.get("/documents/doc-code?find=本法").text
        assert "出现 2 次" in page
        assert page.count('<mark class="found">') == 2
        assert "没有“没有的词”" in client.get("/documents/doc-code?find=没有的词").text

    def test_words_of_a_page_are_text(self, client):
        page = client.get("/documents/doc-code?find=<script>alert(1)</script>&quote=<b>").text
        assert "<script>alert" not in page

    def test_versions(self, client, catalogue):
        newer = replace(CODE, id="doc-code-2", publish_date=date(2030, 1, 1), effective_date=date(2030, 6, 1))
        catalogue.add(newer, [replace(PASSAGES[0], id="doc-code-2#1", document_id="doc-code-2")], actor="test")
        assert 'href="/documents/doc-code-2">下一版' in client.get("/documents/doc-code").text
        page = client.get("/documents/doc-code-2").text
        assert 'href="/documents/doc-code">' in page
        assert "尚未施行" in page

    def test_unknown(self, client):
        response = client.get("/documents/made-up")
        assert response.status_code == 404
        assert "没有找到这份资料" in response.text

    def test_digests_of_an_instrument_without_full_text(self, client, rooms):
        digest = Passage(
            "digest:水法:第二条",
            "lib:水法",
            "水法",
            "第二条",
            "取水要许可。[1]",
            kind="digest",
            headings=("谁要许可",),
            stands_for=(Cite("水法", "第二条"),),
        )
        rooms.starter.instruments["水法"] = replace(OLD, id="lib:水法", title="中华人民共和国水法", ended_on=None)
        rooms.starter.entries[digest.id] = Entry(digest, "digest", "水", ("企业",))
        page = client.get("/documents/lib:水法").text
        assert "这里是要点" in page
        assert "取水要许可。" in page
        assert "[1]" not in page
        assert "1 条要点" in client.get("/documents?q=水法").text

    def test_a_quote_from_the_digest_is_marked_there(self, client, rooms):
        digest = Passage(
            "digest:生态环境法典:第一条",
            "lib:生态环境法典",
            "生态环境法典",
            "第一条",
            "为了环境。",
            kind="digest",
            headings=("为什么立法",),
        )
        rooms.starter.entries[digest.id] = Entry(digest, "digest", "总则", ("市民",))
        page = client.get(reader_link("doc-code", article="第一条", passage_id="doc-code#1", quoted="为了环境。")).text
        assert '<details class="digest" open><summary>要点</summary><p><mark class="cited">为了环境。</mark></p>' in page

    def test_faqs(self, client, rooms):
        faq = Passage("faq:fume", "lib:faq", "常见问答", "", "找城管。", kind="faq", headings=("楼下油烟找谁",))
        rooms.starter.entries[faq.id] = Entry(faq, "faq", "油烟", ("市民",))
        page = client.get("/documents/lib:faq").text
        assert 'id="p-faq-fume"' in page
        assert "楼下油烟找谁" in page


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_contents_show_where_one_lands(visitor, catalogue):
    """In the middle of a section, far from the article that opens it."""
    articles = [
        Passage(
            f"doc-long#{n}", "doc-long", "长法", f"第{n}条", "规定。\n" * 12, headings=(f"第{n // 20 + 1}章",), ordinal=n
        )
        for n in range(40)
    ]
    catalogue.add(replace(CODE, id="doc-long", title="长法"), articles, actor="test")
    page = visitor(1280)
    page.goto(reader_link("doc-long", article="第35条"))
    page.locator("#contents [aria-current]", has_text="第2章").wait_for()
    page.goto(reader_link("doc-long", article="第10条"))
    page.locator("#contents [aria-current]", has_text="第1章").wait_for()


def test_anchors_are_stable():
    assert anchor("第一千一百零二条", "x") == "a-第一千一百零二条"
    assert anchor("", "faq:permit-1") == "p-faq-permit-1"


@pytest.mark.parametrize(
    ("quoted", "find", "expected"),
    [
        ("", "", [[("第一款。", "")], [("第二款。", "")]]),
        ("款。\n第二", "", [[("第一", ""), ("款。", "cited")], [("第二", "cited"), ("款。", "")]]),
        ("", "款", [[("第一", ""), ("款", "found"), ("。", "")], [("第二", ""), ("款", "found"), ("。", "")]]),
        ("没有", "没有", [[("第一款。", "")], [("第二款。", "")]]),
    ],
)
def test_lines(quoted, find, expected):
    assert [[(s.text, s.mark) for s in row] for row in lines("第一款。\n第二款。", quoted, find)] == expected
