"""A file on its way in: received, read, shown, corrected, published, indexed, repealed."""

import re
import sqlite3
from dataclasses import replace
from datetime import date
from html import unescape
from urllib.parse import quote

import pytest
from sqlalchemy import event
from typer.testing import CliRunner

from api.__main__ import app as commands
from api.documents import drafts
from api.documents.uploads import plain_name
from api.jobs import repository
from api.people.tables import AuditEntry, Role
from corpus.impact import answers_in
from corpus.metadata import HUMAN
from corpus.model import Cite
from tests.api.support import CODE, OLD, PASSAGES, ask, sign_up, start

LAW = """中华人民共和国试行法

（2025年3月1日第十届全国人民代表大会常务委员会第三次会议通过）

第一章 总则

第一条 为了试行，制定本法。

第二条 试行应当公开。

第二章 附则

第三条 本法自2025年6月1日起施行。
"""


def upload(client, content=LAW, name="试行法.txt"):
    return client.post(
        "/console/documents/upload",
        content=content.encode() if isinstance(content, str) else content,
        headers={"X-File-Name": quote(name), "Accept": "application/json"},
    )


def form_of(page):
    return {name: value for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page) if name != "publish"}


def confirmed(page):
    """:returns: the doubts that the page asks about before it publishes"""
    return [unescape(doubt) for doubt in re.findall(r'name="confirmed" value="([^"]*)"', page.text)]


def publish(client, draft, **changed):
    return client.post(draft, data=form_of(client.get(draft).text) | {"level": "国家法律", "publish": "true"} | changed)


@pytest.fixture
def staff(sign_in):
    return sign_in(Role.STAFF)


@pytest.fixture
def work(app):
    """:returns: a function that does all the work that waits"""

    def done():
        while app.state.house.worker.run_one():
            pass

    return done


class TestUpload:
    def test_anonymous(self, client):
        assert upload(client).status_code == 401

    def test_upload_preview_publish_rebuild_ask(self, staff, work, rooms, client):
        made = upload(staff).json()
        assert made["known"] is False
        assert "正在读取" in staff.get(made["href"]).text
        work()
        page = staff.get(made["href"]).text
        for words in ("中华人民共和国试行法", "2025-06-01", "第二条", "第一章 总则", "文内"):
            assert words in page, words
        values = form_of(page)
        response = staff.post(
            made["href"], data=values | {"level": "国家法律", "issuer": "全国人大常委会", "publish": "true"}
        )
        assert response.status_code == 303, response.text
        after = response.headers["location"]
        assert "更新好之前，提问还查不到它" in staff.get(after).text
        assert rooms.index_id() == "index-1"
        work()
        assert "提问已经能查到它" in staff.get(after).text
        assert rooms.index_id() == "index-2"
        assert staff.get("/console/documents/index/state").json()["job"]["state"] == "done"
        [document] = rooms.catalogue.documents(title="试行法")
        assert (document.issuer, document.level) == ("全国人大常委会", "国家法律")
        assert 'id="a-第二条"' in client.get(f"/documents/{document.id}").text
        assert rooms.catalogue.records("draft") == []

    def test_a_repealed_law_comes_in_as_repealed(self, staff, work, rooms):
        rooms.starter.instruments["试行法"] = replace(OLD, id="lib:试行法", title="中华人民共和国试行法")
        href = upload(staff).json()["href"]
        work()
        page = staff.get(href).text
        assert "随附资料库：已经失效" in page
        assert staff.post(href, data=form_of(page) | {"level": "国家法律", "publish": "true"}).status_code == 303
        [document] = rooms.catalogue.documents(title="试行法")
        assert (document.ended_on, document.superseded_by, document.repealed) == (date(2026, 8, 15), "生态环境法典", True)

    def test_the_same_file_twice_is_one_draft(self, staff, work):
        first = upload(staff).json()
        assert upload(staff).json() == first | {"known": True}

    def test_corrections_are_kept_and_shown_as_such(self, staff, work):
        href = upload(staff).json()["href"]
        work()
        values = form_of(staff.get(href).text)
        assert staff.post(href, data=values | {"doc_no": "试字第1号"}).status_code == 303
        page = staff.get(href).text
        assert "试字第1号" in page
        assert "您填写的" in page

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"title": " "}, "标题不能空着"),
            ({"ended_on": "2001-01-01"}, "早于施行日期"),
            ({"effective_date": "明年"}, "要写成"),
            ({"level": "圣旨"}, "请从列表里选"),
        ],
    )
    def test_mistakes_are_told_and_nothing_is_lost(self, staff, work, changed, words):
        href = upload(staff).json()["href"]
        work()
        values = form_of(staff.get(href).text)
        response = staff.post(href, data=values | {"issuer": "我写的机关"} | changed)
        assert response.status_code == 422
        assert words in response.text
        assert "我写的机关" in response.text

    def test_too_large(self, app, staff):
        object.__setattr__(app.state.house.settings, "upload_mb", 1)
        response = upload(staff, b"x" * (2**20 + 1))
        assert response.status_code == 413
        assert "超过 1 MB" in response.json()["message"]

        def chunks():
            for _ in range(3):
                yield b"x" * 2**19

        assert upload(staff, chunks()).status_code == 413
        assert list(app.state.house.settings.uploads.iterdir()) == []

    def test_empty(self, staff):
        assert "文件是空的" in upload(staff, b"").json()["message"]

    def test_a_file_that_cannot_be_read_says_why(self, staff, work):
        href = upload(staff, b"\x00\x01\x02", "坏.docx").json()["href"]
        assert staff.get(f"{href}/state").json() == {"state": "reading", "error": ""}
        work()
        page = staff.get(href).text
        assert "可能已损坏" in page
        state = staff.get(f"{href}/state").json()
        assert (state["state"], "可能已损坏" in state["error"]) == ("failed", True)
        assert staff.post(f"{href}/discard").status_code == 303
        assert staff.get(href).status_code == 404

    @pytest.mark.parametrize("name", ["木马.exe", "压缩包.ZIP", "坏.xyz"])
    def test_what_nobody_can_read_is_refused_at_the_door(self, app, staff, name):
        refused = upload(staff, b"MZ", name)
        assert (refused.status_code, "不认识的文件格式" in refused.json()["message"]) == (422, True)
        assert not app.state.house.settings.uploads.exists()

    def test_a_name_without_an_ending_is_read_by_its_first_bytes(self, staff):
        for name in ("通知", "通知.2024年", "1.总则", "第3.1"):
            assert upload(staff, b"%PDF-1.4", name).status_code == 201

    def test_open_doubts_are_named_before_publishing(self, staff, work, rooms):
        href = upload(staff, "关于建筑垃圾的暂行规定\n\n第一条 建筑垃圾应当分类堆放，及时清运。", "规定.txt").json()["href"]
        work()
        values = form_of(staff.get(href).text)
        asked = staff.post(href, data=values | {"issuer": "某局", "publish": "true"})
        assert "核对过了，仍然发布" in asked.text
        for doubt in ("没有找到公布或施行日期", "没有判断出效力级别"):
            assert doubt in confirmed(asked)
        assert rooms.catalogue.documents(title="暂行规定") == []
        assert 'value="某局"' in staff.get(href).text  # what was filled in is kept
        values |= {"issuer": "某局", "level": "规范性文件"}
        asked = staff.post(href, data=values | {"publish": "true"})
        assert "没有判断出效力级别" not in confirmed(asked)
        settled = staff.post(href, data=values | {"effective_date": "2026-01-01"})
        assert "没有找到公布或施行日期" not in staff.get(settled.headers["location"]).text
        emptied = staff.post(href, data=values | {"level": "", "publish": "true", "confirmed": confirmed(asked)})
        assert set(confirmed(emptied)) - set(confirmed(asked)) == {"没有判断出效力级别"}  # nobody had read that one
        assert staff.post(href, data=values | {"publish": "true", "confirmed": confirmed(asked)}).status_code == 303
        assert len(rooms.catalogue.documents(title="暂行规定")) == 1

    def test_a_local_rule_is_not_published_for_the_whole_country_unasked(self, staff, work, rooms):
        rule = "湿地保护暂行条例\n（2025年3月1日通过）\n\n" + "\n\n".join(
            f"第{n}条 湿地应当保护，不得占用。" for n in "一二三"
        )
        href = upload(staff, rule, "条例.txt").json()["href"]
        work()
        asked = publish(staff, href, level="地方性法规")
        assert any("没有填适用地区" in doubt for doubt in confirmed(asked))
        assert publish(staff, href, level="地方性法规", region="湖北省武汉市").status_code == 303
        assert rooms.catalogue.documents(title="湿地保护")[0].region == "湖北省武汉市"

    def test_the_place_that_was_filled_in_is_no_doubt_any_more(self, staff, work):
        rule = "餐饮油烟管理办法\n\n（2019年3月5日某某市人民政府令第77号公布 自2019年5月1日起施行）\n\n"
        href = upload(staff, rule + "\n\n".join(f"第{n}条 单位应当遵守。" for n in "一二三四"), "办法.txt").json()["href"]
        work()
        assert staff.get(href).text.count("没有填适用地区") == 1
        assert publish(staff, href, level="地方政府规章", region="湖北省武汉市").status_code == 303

    def test_discarded_drafts_leave_nothing(self, app, staff, work, rooms):
        href = upload(staff).json()["href"]
        work()
        staff.post(f"{href}/discard")
        assert rooms.catalogue.records("draft") == []
        assert list(app.state.house.settings.uploads.iterdir()) == []

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("a.txt", "a.txt"),
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\法.docx", "法.docx"),
            ("", "未命名"),
            ("..", "未命名"),
            ("字" * 300 + ".pdf", "字" * 116 + ".pdf"),
            ("a\x00b.txt", "a_b.txt"),
        ],
    )
    def test_names(self, name, kept):
        assert plain_name(name) == kept


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_enter_key_saves_and_never_publishes(visitor, setup_path, catalogue, tmp_path):
    page = visitor(1280)
    sign_up(page, setup_path)
    page.goto("/console/documents")
    (tmp_path / "试行法.txt").write_text(LAW, encoding="utf-8")
    page.locator("#files").set_input_files(tmp_path / "试行法.txt")
    page.get_by_text("已读好").wait_for()
    page.get_by_role("link", name="看读到了什么").click()
    page.get_by_label("制定机关").fill("某机关")
    page.keyboard.press("Enter")
    page.get_by_text("已保存").wait_for()
    assert page.get_by_label("制定机关").input_value() == "某机关"
    assert catalogue.documents(title="试行法") == []


class TestList:
    def test_anonymous(self, client):
        assert client.get("/console/documents").status_code == 303
        assert client.post("/console/documents/repeal", data={"id": "doc-code", "on": "2026-11-01"}).status_code == 401

    def test_search(self, staff):
        assert "生态环境法典" in staff.get("/console/documents?q=法典&status=现行有效").text
        assert "没有符合条件" in staff.get("/console/documents?q=没有的").text

    def test_what_was_searched_for_is_in_view(self, staff):
        page = staff.get("/console/documents?q=法典").text
        assert 'action="/console/documents#published"' in page
        assert 'id="published"' in page

    def test_repeal_acts_at_once(self, staff, client):
        conversation, headers = start(client)
        ask(client, conversation, headers, "无证排污罚多少")
        form = {"id": "doc-code", "on": "2026-11-01", "by": "新法"}
        after = staff.post("/console/documents/repeal", data=form)
        assert after.status_code == 303
        assert 'data-status="已废止"' in client.get("/documents/doc-code").text
        shown = staff.get(after.headers["location"]).text
        assert f"{conversation}/2" in shown
        assert "无证排污罚多少" not in shown

    def test_what_leans_on_nothing(self, staff):
        assert staff.get("/console/documents/impact?id=made-up").status_code == 404
        assert "没有常见问答" in staff.get("/console/documents/impact?id=doc-old").text

    def test_past_answers_are_written_for_the_command_without_their_words(self, client, settings, tmp_path, monkeypatch):
        conversation, headers = start(client)
        ask(client, conversation, headers, "无证排污罚多少")
        monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(settings.data_dir))
        file = tmp_path / "answers.jsonl"
        assert CliRunner().invoke(commands, ["answers", str(file)]).exit_code == 0
        assert list(answers_in(file)) == [(f"{conversation}/2", [Cite("生态环境法典", "第一千一百零二条")])]
        assert "罚" not in file.read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("said", "code"),
        [("database or disk is full", 507), ("attempt to write a readonly database", 507), ("locked", 503)],
    )
    def test_a_database_that_takes_nothing_says_so(self, staff, database, said, code):
        engine = database._writer.engine

        def refuse(connection, cursor, statement, parameters, context, executemany):
            if statement.startswith("INSERT"):
                raise sqlite3.OperationalError(said)

        event.listen(engine, "before_cursor_execute", refuse)
        try:
            answer = upload(staff)
        finally:
            event.remove(engine, "before_cursor_execute", refuse)
        assert answer.status_code == code
        assert "没有存入" in answer.text

    @pytest.mark.parametrize(
        ("form", "code"),
        [
            ({"id": "made-up", "on": "2026-11-01"}, 404),
            ({"id": "doc-code", "on": "2001-01-01"}, 422),
            ({"id": "doc-code", "on": "soon"}, 422),
        ],
    )
    def test_repeal_of_nothing(self, staff, form, code):
        assert staff.post("/console/documents/repeal", data=form).status_code == code


@pytest.fixture
def published(staff, work, rooms):
    """:returns: the id of a law that came in as a file and was published"""
    href = upload(staff).json()["href"]
    work()
    staff.post(href, data=form_of(staff.get(href).text) | {"level": "国家法律", "publish": "true"})
    work()
    [document] = rooms.catalogue.documents(title="试行法")
    return document.id


def reopen(client, id, **form):
    return client.post("/console/documents/reopen", data={"id": id} | form)


class TestReopen:
    """What was published by mistake is taken back; what was published wrongly is put right, without the file."""

    def test_anonymous(self, client, published):
        assert reopen(client, published).status_code == 401

    def test_withdrawn_is_gone_at_once_and_comes_back(self, staff, client, work, rooms, database, published):
        assert "撤回" in staff.get("/console/documents").text
        shown = reopen(staff, published, withdraw="true")
        assert shown.status_code == 303
        draft = shown.headers["location"]
        assert "已经撤回" in staff.get(draft).text
        for id in (published, f"{published}.draft"):
            assert client.get(f"/documents/{id}").status_code == 404
        assert "试行法" not in client.get("/documents").text
        assert rooms.catalogue.documents(title="试行法") == []
        with database.read() as session:
            assert repository.listed(session, "index")[0].state == "waiting"
            said = [(e.action, e.object) for e in session.query(AuditEntry).order_by(AuditEntry.id)]
        assert [action for action, _ in said[-2:]] == ["发布资料", "撤回资料"]
        assert said[-1][1] == "中华人民共和国试行法"
        values = form_of(staff.get(draft).text)
        assert staff.post(draft, data=values | {"level": "国家法律", "publish": "true"}).status_code == 303
        assert "试行应当公开" in client.get(f"/documents/{published}").text
        assert [row.id for row in rooms.catalogue.documents(title="试行法")] == [published]

    def test_withdrawn_twice_is_withdrawn_once(self, staff, published):
        assert reopen(staff, published, withdraw="true").status_code == 303
        assert reopen(staff, published, withdraw="true").status_code == 409
        assert reopen(staff, "made-up", withdraw="true").status_code == 404

    def test_corrected_in_its_place(self, staff, client, rooms, published):
        draft = reopen(staff, published).headers["location"]
        assert reopen(staff, published).headers["location"] == draft  # one draft, however often the button is pressed
        page = staff.get(draft).text
        assert "更正稿" in page
        assert client.get(f"/documents/{published}").status_code == 200
        changed = {"level": "地方性法规", "region": "湖北省武汉市", "title": "武汉市试行条例", "publish": "true"}
        assert staff.post(draft, data=form_of(page) | changed).status_code == 303
        assert rooms.catalogue.documents(title="试行法") == []
        [document] = rooms.catalogue.documents(title="试行条例")
        assert (document.level, document.region) == ("地方性法规", "湖北省武汉市")
        said = rooms.catalogue.record(document.id).origin.provenance
        assert {name for name, source in said.items() if source == HUMAN} == {"level", "region", "title"}
        assert "试行应当公开" in client.get(f"/documents/{document.id}").text

    def test_a_repeal_by_mistake_is_taken_back_and_a_right_one_stays(self, staff, rooms, published):
        staff.post("/console/documents/repeal", data={"id": published, "on": "2026-11-01", "by": "新法"})
        for kept, ended in ({}, date(2026, 11, 1)), ({"ended_on": "", "superseded_by": ""}, None):
            draft = reopen(staff, published).headers["location"]
            values = form_of(staff.get(draft).text)
            assert staff.post(draft, data=values | {"level": "国家法律", "publish": "true"} | kept).status_code == 303
            assert rooms.catalogue.document(published).ended_on == ended
            assert rooms.catalogue.record(published).ended_by == ("测试staff" if ended else "")

    def test_a_text_with_an_older_rank_can_be_put_right(self, staff, rooms):
        odd = replace(CODE, id="doc-odd", title="旧办法", level="部委文件", sha256="ab" * 32)
        rooms.catalogue.add(odd, [replace(PASSAGES[1], id="doc-odd#1", document_id="doc-odd")], actor="test")
        draft = reopen(staff, "doc-odd").headers["location"]
        page = staff.get(draft)
        assert page.status_code == 200
        assert staff.post(draft, data=form_of(page.text) | {"level": "规范性文件", "publish": "true"}).status_code == 303

    def test_an_end_by_a_newer_version_is_no_word_of_the_clerk(self, staff, work, rooms, published):
        newer = upload(staff, LAW.replace("2025年", "2026年"), "新.txt").json()["href"]
        work()
        staff.post(newer, data=form_of(staff.get(newer).text) | {"level": "国家法律", "publish": "true"})
        assert rooms.catalogue.document(published).ended_on == date(2026, 6, 1)
        draft = reopen(staff, published).headers["location"]
        values = form_of(staff.get(draft).text)
        assert values["ended_on"] == ""
        staff.post(draft, data=values | {"level": "国家法律", "issuer": "更正的机关", "publish": "true"})
        record = rooms.catalogue.record(published)
        assert (record.document.ended_on, record.document.issuer) == (date(2026, 6, 1), "更正的机关")
        assert record.ended_by.startswith("version:")

    def test_a_newer_upload_that_waits_is_not_lost(self, staff, work, published):
        again = upload(staff, LAW + "\n").json()["href"]
        work()
        for form, what in ({}, "没有打开更正稿"), ({"withdraw": "true"}, "没有撤回"):
            refused = reopen(staff, published, **form)
            assert (refused.status_code, what in refused.text) == (409, True)
            assert f'action="{again}"' in refused.text  # the draft that is in the way is what is shown

    def test_what_leans_on_a_withdrawn_text_is_found(self, staff, published):
        page = staff.get(reopen(staff, published, withdraw="true").headers["location"]).text
        [link] = re.findall(r'href="(/console/documents/impact[^"]+)"', page)
        shown = staff.get(link)
        assert (shown.status_code, "已撤回" in shown.text) == (200, True)

    def test_a_withdrawn_text_is_deleted_with_its_original(self, app, staff, published):
        folder = app.state.house.settings.uploads
        correction = reopen(staff, published).headers["location"]
        assert staff.post(f"{correction}/discard").status_code == 303
        assert len(list(folder.iterdir())) == 1  # the text is published still
        draft = reopen(staff, published, withdraw="true").headers["location"]
        assert staff.post(f"{draft}/discard").status_code == 303
        assert list(folder.iterdir()) == []

    def test_a_draft_whose_place_a_newer_upload_took_is_no_copy_of_the_text(self, staff, work, rooms, published):
        reopen(staff, published)
        newer = upload(staff, LAW + "\n").json()["href"]
        work()
        assert staff.post(f"{newer}/discard").status_code == 303
        draft = reopen(staff, published, withdraw="true").headers["location"]
        assert rooms.catalogue.record(published) is None
        assert publish(staff, draft).status_code == 303
        assert rooms.catalogue.record(published)

    def test_of_two_drafts_of_one_text_either_may_be_deleted(self, staff, rooms, database, published):
        """Two people pressed the button in the same moment."""
        copies = [drafts.copy(rooms, published, "x") for _ in range(2)]
        with database.write() as session:
            session.add_all(copies)
            first, second = (f"/console/documents/drafts/{copy.id}" for copy in copies)
        reopen(staff, published, withdraw="true")
        assert staff.post(f"{first}/discard").status_code == 303
        assert rooms.catalogue.record(f"{published}.draft")
        assert staff.post(f"{second}/discard").status_code == 303
        assert rooms.catalogue.record(f"{published}.draft") is None

    def test_an_upload_never_takes_the_place_of_a_withdrawn_text(self, staff, work, rooms, published):
        draft = reopen(staff, published, withdraw="true").headers["location"]
        again = upload(staff, LAW + "\n").json()["href"]
        work()
        assert "撤回后的草稿还在" in staff.get(again).text
        assert staff.post(f"{again}/discard").status_code == 303
        assert publish(staff, draft).status_code == 303
        assert rooms.catalogue.record(published)
        again = upload(staff, LAW + "\n").json()["href"]
        work()
        assert "撤回后" not in staff.get(again).text

    def test_a_correction_never_publishes_the_text_of_a_newer_upload(self, staff, work, rooms, published):
        draft = reopen(staff, published).headers["location"]
        upload(staff, LAW.replace("公开", "保密"))
        work()
        refused = publish(staff, draft)
        assert (refused.status_code, "另一次上传代替" in refused.text) == (409, True)
        assert not any("保密" in passage.text for passage in rooms.catalogue.passages(published))

    def test_a_repeal_that_was_entered_meanwhile_outlasts_a_correction(self, staff, rooms, published):
        draft = reopen(staff, published).headers["location"]
        staff.post("/console/documents/repeal", data={"id": published, "on": "2026-11-01", "by": "新法"})
        assert publish(staff, draft, issuer="更正的机关").status_code == 303
        record = rooms.catalogue.record(published)
        assert (record.document.issuer, record.ended_by) == ("更正的机关", "测试staff")
        assert (record.document.ended_on, record.document.superseded_by) == (date(2026, 11, 1), "新法")

    def test_a_correction_never_takes_the_place_of_another_document(self, staff, work, rooms, published):
        other = upload(staff, LAW.replace("试行法", "第二法").replace("公开", "保密"), "第二法.txt").json()["href"]
        work()
        publish(staff, other)
        [second] = rooms.catalogue.documents(title="第二法")
        draft = reopen(staff, published).headers["location"]
        refused = publish(staff, draft, title=second.title)
        assert (refused.status_code, "已经有一份同名" in refused.text) == (409, True)
        assert any("保密" in passage.text for passage in rooms.catalogue.passages(second.id))
        assert rooms.catalogue.record(published)


class TestJobs:
    def test_anonymous(self, client):
        assert client.post("/console/documents/index").status_code == 401

    def test_one_build_serves_many_wishes(self, staff, database, work):
        for _ in range(3):
            staff.post("/console/documents/index")
        with database.read() as session:
            assert len(repository.listed(session, "index")) == 1

    def test_a_job_whose_process_died_is_done_again_and_then_given_up(self, staff, database, work, app):
        staff.post("/console/documents/index")
        for _ in range(2):
            with database.write() as session:
                job = repository.claim(session, ["index"])
                assert job is not None
                assert repository.claim(session, ["index"]) is None
                job.alive_at = job.created_at.replace(year=2020)
            with database.write() as session:
                repository.rescue(session, 2, "停过两次")
        with database.read() as session:
            assert repository.listed(session, "index")[0].state == "failed"

    def test_an_index_that_was_rolled_back_is_told(self, staff, rooms, work):
        staff.post("/console/documents/index")
        work()
        assert "较早的索引" not in staff.get("/console/documents").text
        object.__setattr__(rooms, "index_id", lambda: "index-1")
        page = staff.get("/console/documents").text
        assert "较早的索引" in page
        assert "index-2" in page
        page = staff.get("/console/documents?published=试行法").text
        assert "较早的索引，提问还查不到它" in page
        assert "提问已经能查到它" not in page

    def test_a_failure_keeps_the_old_index(self, staff, rooms, work):
        def broken(progress):
            raise RuntimeError("no space left")

        object.__setattr__(rooms, "build", broken)
        staff.post("/console/documents/index")
        work()
        page = staff.get("/console/documents?published=试行法").text
        assert "上次更新没有完成" in page
        assert "索引没有更新成，提问还查不到它" in page
        assert "index-1" in page
