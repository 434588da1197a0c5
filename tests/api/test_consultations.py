"""A question handed over, taken, answered and read; what each may do in which state."""

import re
from dataclasses import replace
from datetime import date

import httpx
import pytest

from api.chat.service import WAITING
from api.errors import NotSearched
from api.people.tables import Role
from bot.answer import Block, Context, Decision
from tests.api.support import ask, events, sign_up, start


@pytest.fixture
def offered(client):
    """:returns: conversation, its headers, and the consultation that the doctor offered"""
    conversation, headers = start(client)
    decision = events(ask(client, conversation, headers, "求助 这个处罚对不对"))[-1][1]
    return conversation, headers, decision["consultation"]["id"]


@pytest.fixture
def opened(client, offered):
    conversation, headers, id = offered
    made = client.post(f"/api/conversations/{conversation}/consultation", json={}, headers=headers).json()
    assert made == {"id": id, "state": "open"}
    return offered


class TestOffer:
    def test_what_is_added_while_it_waits_is_not_offered_anew(self, client, opened):
        conversation, headers, id = opened
        decision = events(ask(client, conversation, headers, "求助 还有监测报告"))[-1][1]
        assert decision["consultation"] == {"id": id, "state": "open"}
        assert [block["text"] for block in decision["blocks"]] == [WAITING]
        assert (decision["citations"], decision["contacts"], decision["speaker"]) == ([], [], "rule")
        kept = client.get(f"/api/conversations/{conversation}", headers=headers).json()["messages"][-1]
        assert (kept["text"], kept["blocks"]) == (WAITING, decision["blocks"])
        answered = events(ask(client, conversation, headers, "罚多少"))[-1][1]
        assert answered["blocks"][0]["text"] != WAITING

    def test_anonymous(self, client):
        conversation, _ = start(client)
        assert client.post(f"/api/conversations/{conversation}/consultation").status_code == 401

    def test_an_escalated_answer_offers_and_one_tap_opens(self, client, opened):
        conversation, headers, id = opened
        shown = client.get(f"/api/conversations/{conversation}", headers=headers).json()
        assert shown["consultation"] == {"id": id, "state": "open"}
        assert shown["messages"][1]["consultation"]["state"] == "offered"

    def test_a_bare_wish_is_about_the_question_before_it(self, client, doctor, sign_in, monkeypatch):
        conversation, headers = start(client)
        ask(client, conversation, headers, "没有排污许可证罚多少")
        told = list(doctor.stream("求助", [], Context(date(2026, 11, 29))))[-1].answer
        wish = replace(told, reasons=("escalate:person",))
        monkeypatch.setattr(doctor, "stream", lambda *_: iter([Decision(wish)]))
        ask(client, conversation, headers, "我要找专家")
        client.post(f"/api/conversations/{conversation}/consultation", json={}, headers=headers)
        listed = sign_in(Role.EXPERT).get("/console/consultations").text
        assert "没有排污许可证罚多少" in listed
        assert "我要找专家" not in listed

    @pytest.mark.parametrize(
        ("said", "reason", "subject"),
        [
            ("你说的不对", "escalate:missed", "没有排污许可证罚多少"),
            ("那危险废物超期贮存怎么处理", "escalate:missed", "那危险废物超期贮存怎么处理"),  # the third miss in a row
            ("沉淀池的检测结果想请专家看看", "escalate:person:learned", "沉淀池的检测结果想请专家看看"),
        ],
    )
    def test_a_question_is_listed_under_its_own_words(self, client, doctor, sign_in, monkeypatch, said, reason, subject):
        conversation, headers = start(client)
        ask(client, conversation, headers, "没有排污许可证罚多少")
        told = list(doctor.stream("求助", [], Context(date(2026, 11, 29))))[-1].answer
        monkeypatch.setattr(doctor, "stream", lambda *_: iter([Decision(replace(told, reasons=(reason,)))]))
        ask(client, conversation, headers, said)
        client.post(f"/api/conversations/{conversation}/consultation", json={}, headers=headers)
        listed = sign_in(Role.EXPERT).get("/console/consultations").text
        assert subject in listed
        assert all(other not in listed for other in ("没有排污许可证罚多少", said) if other != subject)

    def test_a_wish_opens_at_once(self, client, sign_in):
        conversation, headers = start(client)
        ask(client, conversation, headers, "罚多少")
        body = {"note": "想请专家看看现场", "contact": "13800000000"}
        made = client.post(f"/api/conversations/{conversation}/consultation", json=body, headers=headers).json()
        assert made["state"] == "open"
        expert = sign_in(Role.EXPERT)
        page = expert.get(f"/console/consultations/{made['id']}").text
        assert "想请专家看看现场" in page
        assert "13800000000" in page

    def test_the_note_stands_under_the_question_in_the_list(self, client, offered, sign_in):
        conversation, headers, _ = offered
        expert = sign_in(Role.EXPERT)
        for note in ("", "印刷厂换油墨", "还有排气筒"):
            client.post(f"/api/conversations/{conversation}/consultation", json={"note": note}, headers=headers)
            listed = expert.get("/console/consultations").text
            assert "这个处罚对不对" in listed
            assert ("留言：" + note in listed) if note else ("留言" not in listed)

    def test_a_second_escalation_keeps_the_case(self, client, opened):
        conversation, headers, id = opened
        assert events(ask(client, conversation, headers, "求助 还有一个"))[-1][1]["consultation"] == {
            "id": id,
            "state": "open",
        }


class TestCase:
    def test_anonymous(self, client, opened):
        for path in ("", f"/{opened[2]}"):
            assert client.get(f"/console/consultations{path}").status_code == 303

    def test_escalate_here_answer_there_read_it_here(self, client, opened, sign_in):
        conversation, headers, id = opened
        expert = sign_in(Role.EXPERT)
        assert "这个处罚对不对" in expert.get("/console/consultations").text
        assert "对处罚有争议" in expert.get("/console/consultations").text
        assert expert.post(f"/console/consultations/{id}/take").status_code == 303
        page = expert.get(f"/console/consultations/{id}").text
        assert "《生态环境法典》第一千一百零二条第一款" in page
        answer = client.get(f"/api/conversations/{conversation}", headers=headers).json()["messages"][1]
        form = {
            "text": "处罚适当。\n可以申请复议。",
            "picks": [f"m|{answer['id']}|1", "p|doc-old|doc-old#99", "p|made|up", "m|x|1"],
        }
        assert expert.post(f"/console/consultations/{id}/reply", data=form).status_code == 303
        shown = client.get(f"/api/conversations/{conversation}", headers=headers).json()
        reply = shown["messages"][-1]
        assert (reply["role"], reply["author"], reply["speaker"]) == ("expert", "测试expert", "expert")
        assert [(c["n"], c["title"], c["status"]) for c in reply["citations"]] == [
            (1, "生态环境法典", "现行有效"),
            (2, "大气污染防治法", "已废止"),
        ]
        assert [b["text"] for b in reply["blocks"]] == ["处罚适当。", "可以申请复议。"]
        assert shown["consultation"]["state"] == "replied"

    def test_the_doctor_is_silent_while_an_expert_is_at_it(self, client, opened, sign_in, doctor):
        conversation, headers, id = opened
        expert = sign_in(Role.EXPERT)
        expert.post(f"/console/consultations/{id}/take")
        before = len(doctor.histories)
        said = events(ask(client, conversation, headers, "补充一下，是上个月的事"))
        assert [name for name, _ in said] == ["block", "decision"]
        assert said[-1][1]["outcome"] == "handed"
        assert len(doctor.histories) == before
        assert "补充一下，是上个月的事" in expert.get(f"/console/consultations/{id}").text
        expert.post(f"/console/consultations/{id}/close")
        assert events(ask(client, conversation, headers, "罚多少"))[-1][1]["outcome"] == "answered"

    def test_in_an_emergency_the_first_steps_stand_there_at_once_although_an_expert_is_at_it(
        self, client, opened, sign_in, doctor
    ):
        conversation, headers, id = opened
        expert = sign_in(Role.EXPERT)
        expert.post(f"/console/consultations/{id}/take")
        said = events(ask(client, conversation, headers, "危废仓库着火了"))
        assert [row["text"][:6] for name, row in said if name == "block"] == ["先打 119", "您的话已转给"]
        decision = said[-1][1]
        assert decision["outcome"] == "emergency"
        assert [contact["hotline"] for contact in decision["contacts"]] == ["119"]
        assert decision["consultation"] == {"id": id, "state": "taken"}
        assert "危废仓库着火了" in expert.get(f"/console/consultations/{id}").text

    def test_one_expert_at_a_time(self, opened, sign_in):
        id = opened[2]
        one, other = sign_in(Role.EXPERT), sign_in(Role.EXPERT)
        assert one.post(f"/console/consultations/{id}/take").status_code == 303
        assert other.post(f"/console/consultations/{id}/take").status_code == 409
        response = other.post(f"/console/consultations/{id}/reply", data={"text": "我来答"})
        assert response.status_code == 409
        assert "不在您手上" in response.text
        one.post(f"/console/consultations/{id}/release")
        assert other.post(f"/console/consultations/{id}/take").status_code == 303

    def test_not_before_the_user_agrees(self, offered, sign_in):
        assert sign_in(Role.EXPERT).post(f"/console/consultations/{offered[2]}/take").status_code == 409

    def test_an_empty_reply_keeps_the_page(self, opened, sign_in):
        expert = sign_in(Role.EXPERT)
        expert.post(f"/console/consultations/{opened[2]}/take")
        response = expert.post(f"/console/consultations/{opened[2]}/reply", data={"text": "  "})
        assert response.status_code == 422
        assert "还没有写答复" in response.text

    def test_closed_and_opened_again(self, client, opened, sign_in):
        conversation, headers, id = opened
        expert = sign_in(Role.EXPERT)
        expert.post(f"/console/consultations/{id}/take")
        expert.post(f"/console/consultations/{id}/close")
        made = client.post(f"/api/conversations/{conversation}/consultation", json={"note": "还有问题"}, headers=headers)
        assert made.json() == {"id": id, "state": "open"}
        expert.post(f"/console/consultations/{id}/take")
        expert.post(f"/console/consultations/{id}/close")
        assert expert.post(f"/console/consultations/{id}/reopen").status_code == 303
        assert "处理中" in expert.get(f"/console/consultations/{id}").text

    def test_a_case_is_not_closed_over_the_users_last_words_unasked(self, client, opened, sign_in):
        conversation, headers, id = opened
        expert = sign_in(Role.EXPERT)
        path, asks = f"/console/consultations/{id}", "用户最后说的话还没有答复"
        expert.post(f"{path}/take")
        assert asks in expert.get(path).text
        expert.post(f"{path}/reply", data={"text": "处罚适当。"})
        page = expert.get(path).text
        assert asks not in page
        seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
        ask(client, conversation, headers, "补充一句")
        refused = expert.post(f"{path}/close", data={"seen": seen})
        assert (refused.status_code, "刚才又写了话" in refused.text) == (409, True)
        page = expert.get(path).text
        assert asks in page
        assert (
            expert.post(f"{path}/close", data={"seen": re.search(r'name="seen" value="([^"]+)"', page)[1]}).status_code
            == 303
        )
        assert "已结束" in expert.get(path).text
        assert expert.post(f"{path}/close", data={"seen": seen}).status_code == 303  # in another window: it has ended

    def test_list_by_state_and_word(self, opened, sign_in):
        expert = sign_in(Role.EXPERT)
        assert "这个处罚对不对" in expert.get("/console/consultations?state=open&q=处罚&order=new").text
        assert "没有找到" in expert.get("/console/consultations?q=没有这个词").text
        assert "这个状态下还没有" in expert.get("/console/consultations?state=closed").text

    def test_a_table_reaches_the_expert_as_a_table(self, client, doctor, sign_in, monkeypatch):
        rows = (("情形", "处罚"), ("露天烧烤的", "罚 500 元以上[1]"))
        told = list(doctor.stream("罚多少", [], Context(date(2026, 11, 29))))[-1].answer
        answer = replace(told, blocks=(Block("**先看**", cites=(1,)), Block(kind="table", cites=(1,), rows=rows)))
        monkeypatch.setattr(doctor, "stream", lambda *_: iter([Decision(answer)]))
        conversation, headers = start(client)
        ask(client, conversation, headers, "罚多少")
        id = client.post(f"/api/conversations/{conversation}/consultation", json={}, headers=headers).json()["id"]
        page = sign_in(Role.EXPERT).get(f"/console/consultations/{id}").text
        assert '<td data-head="处罚">罚 500 元以上</td>' in page
        assert '<p class="words">先看</p>' in page
        assert "｜" not in page

    def test_a_search_that_does_not_answer_is_no_empty_search(self, app, opened, sign_in):
        def down(query, on, region):
            raise NotSearched

        house = app.state.house
        app.state.house = replace(house, rooms=replace(house.rooms, search=down))
        response = sign_in(Role.EXPERT).get(
            f"/console/consultations/{opened[2]}/passages?q=油烟", headers={"Accept": "application/json"}
        )
        assert (response.status_code, response.json()["message"]) == (503, NotSearched.words)

    def test_pulse_changes(self, client, opened, sign_in):
        conversation, headers, id = opened
        expert = sign_in(Role.EXPERT)
        before = expert.get(f"/console/consultations/pulse?id={id}").json()
        ask(client, conversation, headers, "罚多少")
        assert expert.get(f"/console/consultations/pulse?id={id}").json() != before


def take(page):
    """Takes the case, and waits until its page keeps what is written."""
    page.get_by_role("button", name="接手").click()
    page.get_by_label("您的答复").wait_for()
    page.wait_for_load_state()


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
class TestCaseInABrowser:
    """A long case with thirty passages to pick from."""

    @pytest.fixture
    def case(self, site, doctor, monkeypatch):
        """:returns: the case's path"""
        told = list(doctor.stream("求助", [], Context(date(2026, 11, 29))))[-1].answer
        cites = tuple(replace(told.citations[0], article=f"第{n}条") for n in range(30))
        answer = replace(told, citations=cites, blocks=tuple(Block(f"第 {n} 段。", cites=(n + 1,)) for n in range(30)))
        monkeypatch.setattr(doctor, "stream", lambda *_: iter([Decision(answer)]))
        with httpx.Client(base_url=site) as user:
            conversation, headers = start(user)
            for n in range(3):
                ask(user, conversation, headers, f"求助 第 {n} 问")
            body = {"note": "印刷厂换油墨"}
            made = user.post(f"/api/conversations/{conversation}/consultation", json=body, headers=headers).json()
        return f"/console/consultations/{made['id']}"

    @pytest.mark.parametrize("width", [390, 1280])
    def test_opens_at_the_newest_words_and_the_reply_can_always_be_sent(self, visitor, setup_path, case, width):
        page = visitor(width)
        sign_up(page, setup_path)
        page.goto(case)
        note = page.get_by_text("印刷厂换油墨")
        assert 0 < note.bounding_box()["y"] < 844
        page.get_by_role("button", name="接手").click()
        page.wait_for_load_state()
        send = page.get_by_role("button", name="发送答复")
        page.get_by_label("您的答复").fill("处罚适当。")
        assert send.bounding_box()["y"] < 844
        page.locator("#picks input").nth(20).focus()
        box, focused = send.bounding_box(), page.locator("#picks input").nth(20).bounding_box()
        assert focused["y"] + focused["height"] <= box["y"] < 844  # neither out of sight nor over what is ticked

    def test_what_was_ticked_survives_a_reload_and_a_refusal(self, chromium, site, setup_path, case):
        page = chromium.new_page(base_url=site)  # a refusal is told in the console of the browser, where no visitor may err
        sign_up(page, setup_path)
        page.goto(case)
        take(page)
        page.route("**/passages?*", lambda route: route.fulfill(json=[{"pick": "p|doc-old|doc-old#99", "label": "《旧法》第九十九条", "status": "已废止", "text": ""}]))  # fmt: skip
        page.get_by_label("您的答复").fill(" ")
        page.locator("#picks input").nth(2).check()
        page.get_by_label("从知识库里再找依据").fill("旧")
        page.get_by_role("button", name="《旧法》第九十九条").click()
        ticked = page.locator("#picks input:checked")
        page.reload()
        ticked.nth(1).wait_for()
        page.get_by_role("button", name="发送答复").click()  # refused: there is nothing in it but a blank
        page.get_by_role("alert").wait_for()
        ticked.nth(1).wait_for()
        page.get_by_label("您的答复").fill("处罚适当。")
        page.get_by_role("button", name="发送答复").click()
        page.locator(".said[data-role=expert] .cites li").nth(1).wait_for()
        assert ticked.count() == 0
        assert page.get_by_label("您的答复").input_value() == ""
        page.close()

    def test_a_reply_survives_the_end_of_the_session(self, chromium, site, setup_path, case):
        page = chromium.new_page(base_url=site)  # as above: signed out, the reply is refused
        sign_up(page, setup_path)
        page.goto(case)
        take(page)
        page.get_by_label("您的答复").fill("写了半小时的答复")
        session = page.context.cookies()
        page.context.clear_cookies()
        page.get_by_role("button", name="发送答复").click()
        page.locator(".failure").wait_for()
        page.context.add_cookies(session)
        page.goto(case)
        assert page.get_by_label("您的答复").input_value() == "写了半小时的答复"
        page.close()
