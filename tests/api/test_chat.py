"""Conversations: whose they are, that nothing is lost, and what the stream says."""

import threading
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.chat import service
from api.chat.tables import Conversation, Message
from api.clock import now
from bot.answer import Block, Outcome, Speaker
from tests.api.support import CITATION, SITE, ask, events, start


class TestChat:
    def test_anonymous(self, client):
        assert client.post("/api/chat", json={"conversation": "x", "question": "罚多少"}).status_code == 401

    def test_streams_basis_answer_and_decision(self, client):
        conversation, headers = start(client)
        response = ask(client, conversation, headers, "没有排污许可证罚多少")
        assert response.headers["content-type"].startswith("text/event-stream")
        names, data = zip(*events(response), strict=True)
        assert names == ("references", "block", "decision")
        assert data[0]["citations"][0]["href"].startswith("/documents/doc-code?passage=doc-code%231102&quote=")
        assert data[0]["citations"][0]["href"].endswith(
            "#a-%E7%AC%AC%E4%B8%80%E5%8D%83%E4%B8%80%E7%99%BE%E9%9B%B6%E4%BA%8C%E6%9D%A1"
        )
        assert data[1]["cites"] == [1]
        assert (data[2]["outcome"], data[2]["consultation"]) == ("answered", None)
        assert data[0]["message"] == data[2]["message"]

    def test_keeps_question_and_answer(self, client):
        conversation, headers = start(client)
        ask(client, conversation, headers, "没有排污许可证罚多少")
        shown = client.get(f"/api/conversations/{conversation}", headers=headers).json()
        assert [m["role"] for m in shown["messages"]] == ["user", "assistant"]
        assert shown["messages"][1]["citations"][0]["article"] == "第一千一百零二条"
        assert shown["messages"][1]["blocks"][0]["text"].startswith("无证排污")

    @pytest.mark.parametrize(
        ("question", "words"),
        [("", "还没有写问题"), ("  \n ", "还没有写问题"), ("字" * 2001, "最多 2000 个字"), ("字" * 10000, "有 10000 个字")],
    )
    def test_refuses_in_plain_words(self, client, question, words):
        conversation, headers = start(client)
        response = ask(client, conversation, headers, question)
        assert response.status_code == 422
        assert words in response.json()["message"]

    def test_what_no_database_stores_is_left_out(self, client):
        """Half an emoji, where a program cut a text in its middle, and NUL, which PostgreSQL refuses."""
        conversation, headers = start(client)
        assert ask(client, conversation, headers, "\0").status_code == 422
        body = rf'{{"conversation": "{conversation}", "question": "\u0000罚多少\ud83d", "region": "\ud83d"}}'
        asked = client.post("/api/chat", content=body, headers=headers | {"Content-Type": "application/json"})
        assert asked.status_code == 200, asked.text
        path, note = (
            f"/api/conversations/{conversation}/consultation",
            r'{"note": "在\u0000城西\ud83d", "contact": "\ud83d"}',
        )
        assert client.post(path, content=note, headers=headers | {"Content-Type": "application/json"}).status_code == 200
        messages = client.get(f"/api/conversations/{conversation}", headers=headers).json()["messages"]
        assert messages[0]["text"] == "罚多少"

    def test_limit_is_taken(self, client):
        conversation, headers = start(client)
        assert ask(client, conversation, headers, "字" * 2000).status_code == 200

    def test_failure_keeps_the_question(self, client):
        conversation, headers = start(client)
        name, data = events(ask(client, conversation, headers, "出错"))[0]
        assert name == "error"
        assert "已经保存" in data["message"]
        messages = client.get(f"/api/conversations/{conversation}", headers=headers).json()["messages"]
        assert [(m["text"], m["state"]) for m in messages] == [("出错", "failed")]

    def test_history_reaches_the_doctor(self, client, doctor):
        conversation, headers = start(client)
        ask(client, conversation, headers, "没有证罚多少")
        ask(client, conversation, headers, "那要是逾期呢")
        assert doctor.histories[-1] == ("那要是逾期呢", ["没有证罚多少", "无证排污，处 **10 万元以上 100 万元以下**罚款。"])

    def test_the_doctor_is_told_what_was_shown(self, client, doctor):
        conversation, headers = start(client)
        ask(client, conversation, headers, "没有证罚多少")
        ask(client, conversation, headers, "依据哪条")
        asked, kept = doctor.shown[-1]
        assert asked is None
        assert kept.citations == (CITATION,)
        assert kept.blocks == (Block("无证排污，处 **10 万元以上 100 万元以下**罚款。", cites=(1,)),)
        assert (kept.outcome, kept.speaker, kept.question) == (Outcome.ANSWERED, Speaker.EXTRACT, "没有证罚多少")

    def test_an_answer_kept_without_ids_is_not_told(self, client, doctor, database):
        conversation, headers = start(client)
        ask(client, conversation, headers, "没有证罚多少")
        with database.write() as session:
            message = session.query(Message).filter_by(role="assistant").one()
            cites = [{**cite, "document_id": ""} for cite in message.payload["citations"]]
            message.payload = {**message.payload, "citations": cites}
        ask(client, conversation, headers, "依据哪条")
        assert doctor.shown[-1] == [None, None]

    def test_parallel_questions_are_answered_in_turn(self, client, doctor):
        conversation, headers = start(client)
        asking = [threading.Thread(target=ask, args=(client, conversation, headers, f"慢2 第{i}问")) for i in range(5)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        messages = client.get(f"/api/conversations/{conversation}", headers=headers).json()["messages"]
        asked = [m["id"] for m in messages if m["role"] == "user"]
        answers = [m["reply_to"] for m in messages if m["role"] == "assistant"]
        assert len(asked) == len(set(answers)) == 5
        assert answers == asked
        assert sorted(m["number"] for m in messages) == list(range(1, 11))
        # Each saw every question before its own, and the answers to them.
        assert [len(history) for _, history in doctor.histories] == [0, 2, 4, 6, 8]

    def test_is_there_after_a_restart(self, client, settings, rooms):
        conversation, headers = start(client)
        ask(client, conversation, headers, "没有证罚多少")
        with TestClient(create_app(settings, rooms), **SITE) as again:
            shown = again.get(f"/api/conversations/{conversation}", headers=headers).json()
            assert len(shown["messages"]) == 2
            assert events(ask(again, conversation, headers, "怎么补办"))[-1][0] == "decision"

    def test_a_dead_process_does_not_hold_up_the_next_question(self, client, database):
        conversation, headers = start(client)
        ask(client, conversation, headers, "没有证罚多少")
        with database.write() as session:
            session.add(
                Message(
                    conversation_id=conversation,
                    number=9,
                    role="user",
                    text="没答完",
                    state="pending",
                    pending_until=now() - timedelta(seconds=1),
                )
            )
            session.get_one(Conversation, conversation).messages = 9
        assert events(ask(client, conversation, headers, "怎么补办"))[-1][0] == "decision"
        messages = client.get(f"/api/conversations/{conversation}", headers=headers).json()["messages"]
        assert next(m["state"] for m in messages if m["text"] == "没答完") == "failed"

    def test_too_many_questions(self, app, client):
        object.__setattr__(app.state.house.settings, "questions_per_minute", 2)
        conversation, headers = start(client)
        codes = [ask(client, conversation, headers, "罚多少").status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        assert "没回答完" not in ask(client, conversation, headers, "罚多少").json()["message"]


class TestConversation:
    def test_anonymous(self, client):
        conversation, _ = start(client)
        for method, path in [
            ("GET", ""),
            ("GET", "/events"),
            ("GET", "/export"),
            ("DELETE", ""),
            ("POST", "/consultation"),
        ]:
            response = client.request(method, f"/api/conversations/{conversation}{path}")
            assert (response.status_code, response.json()["code"]) == (401, "no_secret"), path

    def test_anothers_secret_opens_nothing(self, client):
        mine, _ = start(client)
        _, theirs = start(client)
        for method, path in [
            ("GET", ""),
            ("GET", "/events"),
            ("GET", "/export"),
            ("DELETE", ""),
            ("POST", "/consultation"),
        ]:
            assert client.request(method, f"/api/conversations/{mine}{path}", headers=theirs).status_code == 404, path
        assert ask(client, mine, theirs, "罚多少").status_code == 404

    def test_feedback(self, client):
        conversation, headers = start(client)
        message = events(ask(client, conversation, headers, "罚多少"))[-1][1]["message"]
        body = {"helpful": False, "reason": "规定过时"}
        assert client.post(f"/api/messages/{message}/feedback", json=body, headers=headers).status_code == 204
        assert client.post(f"/api/messages/{message}/feedback", json=body, headers=start(client)[1]).status_code == 404
        assert client.get(f"/api/conversations/{conversation}", headers=headers).json()["messages"][1]["helpful"] is False

    def test_removal_leaves_nothing(self, client, database):
        conversation, headers = start(client)
        ask(client, conversation, headers, "求助 罚多少")
        assert client.delete(f"/api/conversations/{conversation}", headers=headers).status_code == 204
        assert client.get(f"/api/conversations/{conversation}", headers=headers).status_code == 404
        with database.read() as session:
            for table in ("api_message", "api_event", "api_consultation", "api_consultation_event"):
                assert session.connection().exec_driver_sql(f"select count(*) from {table}").scalar() == 0, table

    def test_export(self, client):
        conversation, headers = start(client)
        ask(client, conversation, headers, "罚多少")
        text = client.get(f"/api/conversations/{conversation}/export?form=text", headers=headers)
        assert "《生态环境法典》第一千一百零二条第一款（现行有效）" in text.text
        assert "attachment" in text.headers["content-disposition"]
        assert client.get(f"/api/conversations/{conversation}/export", headers=headers).json()["id"] == conversation

    def test_export_holds_what_was_left_for_the_expert_and_whom_to_call(self, client):
        conversation, headers = start(client)
        ask(client, conversation, headers, "求助 罚得对不对")
        wish = {"note": "小印刷厂，换油墨", "contact": "13800000000"}
        client.post(f"/api/conversations/{conversation}/consultation", json=wish, headers=headers)
        path = f"/api/conversations/{conversation}/export"
        text = client.get(f"{path}?form=text", headers=headers).text
        assert "小印刷厂，换油墨\n  联系方式：13800000000" in text
        assert "生态环境局 12345" in text
        noted = client.get(path, headers=headers).json()["notes"]
        assert [(note["note"], note["contact"]) for note in noted] == [("小印刷厂，换油墨", "13800000000")]

    def test_old_ones_are_deleted(self, client, database):
        start(client)
        with database.write() as session:
            assert service.purge(session, 30, now()) == 0
        with database.write() as session:
            assert service.purge(session, 30, now() + timedelta(days=31)) == 1
