"""A Transformers model of the local disk, tiny and untrained: it is really run, and nothing of it is shown."""

import threading
import time

import pytest

from bot.answer import Decision, Delta, References, Speaker
from bot.doctor import Doctor
from bot.model import ChatWriter, ModelError, local
from bot.settings import Settings

from . import tiny
from .conftest import HOME, STARTER, FakeIndex
from .test_model import ASKED

# langchain-huggingface looks whether langchain-community is there, which says so of itself
pytestmark = pytest.mark.filterwarnings("ignore:.langchain-community. is being sunset:DeprecationWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny.babbler(tmp_path_factory.mktemp("babbler"))


@pytest.fixture
def offline(monkeypatch):
    """Any address asked for fails the test."""
    import socket

    def refuse(*args, **kwargs):
        raise AssertionError(f"the network was asked: {args}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_it_writes(folder, offline):
    said = "".join(ChatWriter(local(folder, timeout=20, max_tokens=40)).write("规则", ASKED))
    assert len(said) > 20
    assert ASKED not in said  # the prompt is not part of the reply


def test_nothing_of_its_nonsense_is_shown(folder, context, monkeypatch, offline):
    monkeypatch.setenv("ENVDOCTOR_MODEL_KIND", "local")
    monkeypatch.setenv("ENVDOCTOR_MODEL_NAME", folder)
    monkeypatch.setenv("ENVDOCTOR_MODEL_MAX_TOKENS", "60")
    writer = Settings().writer("")
    assert writer.parallel == 1
    wrote = []

    class Listening:
        def write(self, system, question):
            for piece in writer.write(system, question):
                wrote.append(piece)
                yield piece

    plain = Doctor(lambda: FakeIndex(), STARTER, region=HOME, answer_at=0.0).ask(ASKED, (), context)
    doctor = Doctor(lambda: FakeIndex(), STARTER, region=HOME, writer=Listening(), answer_at=0.0)
    events = list(doctor.stream(ASKED, (), context))
    assert "".join(wrote).strip(), "the model was not asked"
    assert [event.speaker for event in events if isinstance(event, References)] == [Speaker.EXTRACT]
    assert [event.block for event in events if isinstance(event, Delta)] == list(plain.blocks)
    assert events[-1] == Decision(plain)


def test_it_stops_at_the_deadline(folder):
    """Asked for more than it could write in that time; what it has begun ends too, or it would hold the processor."""
    model = local(folder, timeout=1, max_tokens=16000)
    before = set(threading.enumerate())
    with pytest.raises(ModelError, match="no complete reply"):
        list(ChatWriter(model, timeout=1, retries=0).write("规则", ASKED))
    for _ in range(80):
        if not set(threading.enumerate()) - before:
            break
        time.sleep(0.1)
    else:
        pytest.fail("the reply goes on")


def test_a_folder_that_is_none_is_refused(tmp_path, offline):
    with pytest.raises(ModelError, match="cannot read the local model"):
        local(str(tmp_path / "nowhere"), timeout=1, max_tokens=10)


def test_a_model_that_cannot_chat_is_refused(tmp_path):
    with pytest.raises(ModelError, match="chat template"):
        local(tiny.babbler(tmp_path, template=""), timeout=1, max_tokens=10)
