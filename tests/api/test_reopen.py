"""What was published by mistake is taken back; what was published wrongly is put right."""

import re
from dataclasses import replace
from datetime import date

import pytest

from api.documents import drafts
from api.jobs import repository
from api.people.tables import AuditEntry
from corpus.metadata import HUMAN
from tests.api.support import CODE, LAW, PASSAGES, form_of, publish, upload


@pytest.fixture
def published(staff, work, rooms):
    """:returns: the id of a law that came in as a file and was published"""
    href = upload(staff).json()["href"]
    work()
    publish(staff, href)
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
        publish(staff, newer)
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
