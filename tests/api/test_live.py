"""What only a real server shows: streams that stay open, and two people at once."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from api.site.endpoints import TOPICS
from tests.api.support import PASSWORD, ask, events, start

WIDGET = Path(__file__).resolve().parents[2] / "api/static/widget/env-doctor.js"


@pytest.fixture
def connect(site):
    """:returns: a function that gives a client of its own; all are closed at the end"""
    with contextlib.ExitStack() as clients:
        yield lambda: clients.enter_context(httpx.Client(base_url=site, headers={"Origin": site}, timeout=20))


def administrator(client, setup_path):
    form = {"login": "wang", "name": "王敏", "password": PASSWORD, "again": PASSWORD}
    assert client.post(setup_path, data=form).status_code == 303
    return client


class TestEvents:
    def test_anonymous(self, site):
        assert httpx.get(f"{site}/api/conversations/made-up/events").status_code == 401

    def test_replies_arrive_and_a_broken_line_resumes(self, connect, setup_path):
        user, expert = connect(), administrator(connect(), setup_path)
        conversation, headers = start(user)
        ask(user, conversation, headers, "求助 罚得对不对")
        id = user.post(f"/api/conversations/{conversation}/consultation", headers=headers).json()["id"]
        heard = []

        def listen(last):
            path = f"/api/conversations/{conversation}/events"
            with user.stream("GET", path, headers=headers | {"Last-Event-ID": last}) as response:
                event = {}
                for line in response.iter_lines():
                    name, _, value = line.partition(": ")
                    if value and name:
                        event[name] = value
                    elif not line and "data" in event:
                        heard.append((event["id"], event["event"], json.loads(event["data"])))
                        if event["event"] == "reply":
                            return
                        event = {}

        listener = threading.Thread(target=listen, args=("0",))
        listener.start()
        expert.post(f"/console/consultations/{id}/take")
        expert.post(f"/console/consultations/{id}/reply", data={"text": "处罚适当。"})
        listener.join(15)
        assert not listener.is_alive()
        assert [name for _, name, _ in heard] == ["state", "message", "state", "state", "reply"]
        assert [data["state"] for _, name, data in heard if name == "state"] == ["offered", "open", "taken"]
        assert heard[-1][2]["text"] == "处罚适当。"
        last, heard[:] = heard[-2][0], []
        listen(last)
        assert [name for _, name, _ in heard] == ["reply"]

    def test_the_answer_is_kept_though_the_browser_has_gone(self, connect):
        user = connect()
        conversation, headers = start(user)
        body = {"conversation": conversation, "question": "慢5 罚多少"}
        with user.stream("POST", "/api/chat", json=body, headers=headers):
            pass  # gone before the first sentence
        for _ in range(100):
            messages = user.get(f"/api/conversations/{conversation}", headers=headers).json()["messages"]
            if len(messages) == 2:
                break
            time.sleep(0.1)
        assert [m["role"] for m in messages] == ["user", "assistant"]


def test_the_program_serves_and_stops_in_time(tmp_path):
    """`python -m api serve` on an empty folder: first start builds everything, SIGTERM ends it, the setup link is printed once."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    room = os.environ | {"ENVDOCTOR_DATA_DIR": str(tmp_path), "ENVDOCTOR_DATABASE_URL": ""}
    command = [sys.executable, "-m", "api", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=room) as server:
        try:
            for _ in range(600):
                assert server.poll() is None, server.stdout.read()
                try:
                    ready = httpx.get(f"http://127.0.0.1:{port}/readyz").json()
                    break
                except httpx.TransportError:
                    time.sleep(0.1)
            assert ready == {"status": "ready", "database": True, "index": True}
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as user:
                conversation, headers = start(user)
                assert "event: decision" in ask(user, conversation, headers, "楼下油烟呛人找谁").text
                offered = [question for question, _ in TOPICS] + re.findall(
                    r'"([^"]+？)"', WIDGET.read_text(encoding="utf-8")
                )
                assert len(offered) == 12
                for question in offered:
                    outcome = events(ask(user, *start(user), question))[-1][1]["outcome"]
                    assert outcome in ("answered", "clarify"), f"{question}: {outcome}"
                with user.stream("GET", f"/api/conversations/{conversation}/events", headers=headers) as response:
                    assert response.status_code == 200
                    began = time.monotonic()
                    server.send_signal(signal.SIGTERM)
                    server.wait(15)
                    assert time.monotonic() - began < 8
        finally:
            if server.poll() is None:
                server.kill()
        assert re.search(rf"http://127\.0\.0\.1:{port}/setup/[\w-]{{20,}}", server.stdout.read())
