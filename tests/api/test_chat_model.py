"""A chat model behind the site: who spoke is told, nothing that was not checked gets out, and nothing is lost on the way."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bot.answer import Context, Decision, Delta, References
from bot.answer import Speaker as Who
from bot.doctor import Doctor
from bot.model import ChatWriter, openai_compatible
from tests.api.support import ask, events, serving, start
from tests.bot import tiny
from tests.bot.conftest import HOME, STARTER, TODAY, FakeIndex, script
from tests.bot.test_model import ASKED, GOOD

BAD = "另外罚款 900 万元。[1]"


@pytest.fixture
def scripted():
    with contextmanager(script.__wrapped__)() as found:
        yield found


@pytest.fixture
def doctor(scripted):
    """In the place of the one whose answers are known: the real one, with the scripted model."""
    model = openai_compatible(scripted[1], "scripted", "", timeout=10, max_tokens=300)
    return Doctor(lambda: FakeIndex(), STARTER, region=HOME, writer=ChatWriter(model, timeout=10, retries=0), answer_at=0.0)


def told(stream):
    return {
        name: [data for event, data in stream if event == name] for name in ("references", "block", "decision", "error")
    }


def kept(client, conversation, headers):
    return client.get(f"/api/conversations/{conversation}", headers=headers).json()["messages"]


def test_who_spoke_is_told_and_kept(client, scripted):
    scripted[0].replies = [[*GOOD, BAD]]
    conversation, headers = start(client)
    heard = told(events(ask(client, conversation, headers, ASKED)))
    assert heard["references"][0]["speaker"] == "model"
    assert heard["decision"][0]["speaker"] == "model"
    assert [block["text"] for block in heard["block"]] == [block["text"] for block in heard["decision"][0]["blocks"]]
    assert all(block["cites"] for block in heard["block"])
    answer = kept(client, conversation, headers)[1]
    assert answer["speaker"] == "model"
    assert "900" not in str(heard) + str(answer)
    exported = client.get(f"/api/conversations/{conversation}/export?form=text", headers=headers).text
    assert "AI 生成" in exported


@pytest.mark.parametrize("reply", [500, ["可以建，没有问题。[1]"], [GOOD[0]], [b"data: {broken\n\n"]])
def test_a_model_that_fails_is_not_noticed(client, scripted, reply):
    scripted[0].replies = [reply]
    conversation, headers = start(client)
    heard = told(events(ask(client, conversation, headers, ASKED)))
    assert scripted[0].seen, "the model was not asked"
    assert heard["error"] == []
    assert [part["speaker"] for part in heard["references"] + heard["decision"]] == ["extract", "extract"]
    assert "禁止" in kept(client, conversation, headers)[1]["text"]


def test_who_hangs_up_loses_nothing(settings, rooms, scripted):
    """The browser goes after the first sentence; the model is heard to its end, and the whole answer is there later."""
    scripted[0].replies, scripted[0].pause = [GOOD], 0.3
    with serving(settings, rooms) as url, httpx.Client(base_url=url, timeout=20) as user:
        user.headers["Origin"] = url
        conversation, headers = start(user)
        body = {"conversation": conversation, "question": ASKED}
        with user.stream("POST", "/api/chat", json=body, headers=headers) as response:
            for line in response.iter_lines():
                if line == "event: block":
                    break
        for _ in range(100):
            messages = kept(user, conversation, headers)
            if len(messages) == 2:
                break
            time.sleep(0.1)
    assert [(message["role"], message["state"]) for message in messages] == [("user", "done"), ("assistant", "done")]
    assert messages[1]["speaker"] == "model"
    assert len(messages[1]["blocks"]) == 2


@pytest.fixture(scope="module")
def babbling(tmp_path_factory):
    """`transformers serve` with an untrained model. :returns: its base URL and the name of the model"""
    folder = tmp_path_factory.mktemp("babbler")
    name = tiny.babbler(folder / "model")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(sys.executable).with_name("transformers")
    room = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder), "PYTHONWARNINGS": "ignore"}
    command = [str(program), "serve", name, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, env=room) as server:
        try:
            for _ in range(1200):
                assert server.poll() is None, (folder / "log").read_text()
                try:
                    httpx.get(f"http://127.0.0.1:{port}/health").raise_for_status()
                    break
                except httpx.HTTPError:
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}/v1", name
        finally:
            server.terminate()
            server.wait(20)


@pytest.mark.xdist_group("transformers-serve")
class TestTransformersServe:
    """A real server with a real, untrained model: what it says is nonsense, and never reaches anybody."""

    @pytest.fixture
    def heard(self):
        return []

    @pytest.fixture
    def doctor(self, babbling, heard):
        writer = ChatWriter(openai_compatible(*babbling, "", timeout=30, max_tokens=60), timeout=30, retries=0)

        class Listening:
            def write(self, system, question):
                for piece in writer.write(system, question):
                    heard.append(piece)
                    yield piece

        return Doctor(lambda: FakeIndex(), STARTER, region=HOME, writer=Listening(), answer_at=0.0)

    @pytest.fixture
    def plain(self):
        """What the library says without a model."""
        return Doctor(lambda: FakeIndex(), STARTER, region=HOME, answer_at=0.0).ask(ASKED, (), Context(TODAY, HOME))

    def test_nothing_of_it_is_in_the_events(self, doctor, heard, plain):
        events = list(doctor.stream(ASKED, (), Context(TODAY, HOME)))
        assert "".join(heard).strip(), "the model was not asked"
        assert [event.speaker for event in events if isinstance(event, References)] == [Who.EXTRACT]
        assert [event.block for event in events if isinstance(event, Delta)] == list(plain.blocks)
        assert events[-1] == Decision(plain)

    def test_nothing_of_it_is_in_the_answer_of_the_site(self, client, heard, plain):
        conversation, headers = start(client)
        said = told(events(ask(client, conversation, headers, ASKED)))
        assert "".join(heard).strip(), "the model was not asked"
        assert [block["text"] for block in said["block"]] == [block.text for block in plain.blocks]
        assert said["decision"][0]["speaker"] == "extract"
        assert kept(client, conversation, headers)[1]["text"] == plain.text
