"""A file on its way in: received, read, shown, corrected, published, indexed, repealed."""

import sqlite3
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event
from typer.testing import CliRunner

from api.__main__ import app as commands
from api.documents.uploads import plain_name
from api.jobs import repository
from corpus.impact import answers_in
from corpus.model import Cite
from tests.api.support import LAW, OLD, ask, confirmed, form_of, publish, sign_up, start, upload


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
