"""Moved to Milvus by one setting and back again: commands, doctor and site on a milvus-lite inside this process."""

import os
import time
from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console
from typer.testing import CliRunner

from api.settings import Settings as SiteSettings
from bot.__main__ import app as bot
from bot.door import open_doctor
from bot.settings import Settings as BotSettings
from corpus import starter
from corpus.catalogue import Catalogue
from corpus.model import Cite, Document, Passage
from corpus.starter import Starter
from eval.system import open_system
from indexer import door
from indexer.__main__ import app
from indexer.milvus import publish as publishing
from indexer.milvus.server import MilvusError, Server
from indexer.settings import Settings
from indexer.store import Store

lite = pytest.importorskip("milvus_lite.server_manager", reason="needs pip install 'env-doctor[milvus]'")
pytest.importorskip("langchain_milvus", reason="needs pip install 'env-doctor[milvus]'")

TODAY = date(2026, 11, 21)
WUHAN = "湖北省武汉市"
ASKED = "《武汉市湖泊巡查办法》第七条"
LAY = "排污许可证有效期几年"
RULE = Document(
    "lake", "武汉市湖泊巡查办法", level="规范性文件", region=WUHAN, publish_date=date(2024, 1, 1), effective_date=date(2024, 2, 1)
)  # fmt: skip
LABEL = "第七条"
NOWHERE = "http://127.0.0.1:1"


def article(label, text):
    return Passage(f"lake:{label}", "lake", RULE.title, label, text, stands_for=(Cite(RULE.title, label),))


@pytest.fixture
def house(tmp_path, monkeypatch, hurried):
    """A city's rule and the part of the starter library about permits, built on disk; Milvus is not set."""
    whole = starter.load()
    some = {id: entry for id, entry in whole.entries.items() if "排污许可" in entry.passage.text}
    small = Starter(whole.instruments, whole.articles, dict(list(some.items())[:40]), whole.glossary, whole.contacts)
    monkeypatch.setattr(starter, "load", lambda folder=None: small)
    for name in ("indexer.__main__.console", "bot.__main__.console"):
        monkeypatch.setattr(name, Console(width=200, highlight=False))
    monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ENVDOCTOR_DATABASE_URL", raising=False)
    catalogue = Catalogue.open(Settings().database)
    rows = [article(LABEL, "湖泊巡查日志应当保存五年。"), article("第八条", "湖泊巡查每月不少于两次。")]
    catalogue.add(RULE, [replace(row, ordinal=at) for at, row in enumerate(rows)], actor="test")
    assert run("build").exit_code == 0
    yield catalogue
    catalogue.close()


@pytest.fixture
def milvus(house, tmp_path, monkeypatch):
    """The setting; nothing has been copied yet."""
    path = str(tmp_path / "milvus.db")
    monkeypatch.setenv("ENVDOCTOR_MILVUS", path)
    yield path
    lite.server_manager_instance.release_server(path)


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def told(result):
    """One clear message and no traceback."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    return result.output.replace("\n", "")


def add(catalogue, label, text):
    """A second document, so that the next build writes."""
    document = replace(RULE, id=label, title=f"武汉市湖泊{label}规定")
    passage = Passage(f"{label}:1", label, document.title, "第一条", text, stands_for=(Cite(document.title, "第一条"),))
    catalogue.add(document, [passage], actor="test")


def labels(reader, question=ASKED):
    return [hit.passage.label for hit in reader.current().search(question, on=TODAY, region=WUHAN)]


def reader():
    return door.open_reader(Settings(), Catalogue.open(Settings().database), starter.load())


def on_disk():
    return Store(Settings().index_root).current()


def in_milvus():
    return door.milvus(Settings()).serving()


class TestMigrate:
    def test_the_same_answer_before_and_after(self, house, milvus, monkeypatch):
        with monkeypatch.context() as patch:
            patch.delenv("ENVDOCTOR_MILVUS")
            before = open_doctor(BotSettings(), Settings()).ask(LAY)
            files = labels(reader(), LAY)
        moved = run("migrate")
        assert moved.exit_code == 0, moved.output
        assert "复制到 Milvus" in moved.stderr
        assert f"现在使用索引 {on_disk()}" in moved.stdout
        assert labels(reader(), LAY) == files
        doctor = open_doctor(BotSettings(), Settings())
        assert doctor.ask(LAY).text == before.text
        assert "有效期 5 年" in before.text
        assert [cite.title for cite in doctor.ask(ASKED).citations] == [RULE.title]
        assert "已经在那里" in run("migrate").stdout

    def test_what_opens_a_reader_opens_milvus(self, house, milvus, monkeypatch):
        run("migrate")
        seen = []
        searched = publishing.Collection.search
        monkeypatch.setattr(publishing.Collection, "search", lambda self, *how: seen.append(1) or searched(self, *how))
        assert "五年" in open_doctor(BotSettings(), Settings()).ask(ASKED).text
        for ask in (site_search, system_search, run):
            seen.clear()
            ask("search", ASKED) if ask is run else ask()
            assert seen, f"{ask.__name__} did not ask Milvus"

    def test_without_the_setting(self, house, monkeypatch):
        monkeypatch.delenv("ENVDOCTOR_MILVUS", raising=False)
        assert "没有设置 ENVDOCTOR_MILVUS" in told(run("migrate"))

    def test_before_the_first_copy(self, house, milvus):
        assert "python -m indexer migrate" in told(run("search", ASKED))
        assert "python -m indexer migrate" in run("status").output.replace("\n", "")
        assert "python -m indexer migrate" in told(run("verify"))

    def test_nothing_built(self, house, milvus, tmp_path, monkeypatch):
        monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(tmp_path / "empty"))
        (tmp_path / "empty").mkdir()
        assert "python -m indexer build" in told(run("migrate"))


class TestLife:
    def test_a_build_publishes_and_a_rollback_follows(self, house, milvus):
        run("migrate")
        first, served = on_disk(), reader()
        assert "《武汉市湖泊巡查办法》第七条" in labels(served)
        add(house, "投饵", "湖泊投饵须经批准。")
        assert run("build").exit_code == 0
        second = on_disk()
        assert second != first
        assert second == in_milvus() == served.newest().id
        assert labels(served, "湖泊投饵")[0] == "《武汉市湖泊投饵规定》第一条"
        asked_before = served.current()
        assert first in run("rollback").stdout.replace("\n", "")
        assert first == on_disk() == in_milvus() == served.newest().id
        assert "《武汉市湖泊投饵规定》第一条" not in labels(served, "湖泊投饵")
        assert asked_before.search("湖泊投饵", on=TODAY, region=WUHAN), (
            "a question under way ends on the index it began with"
        )

    def test_a_build_without_changes_still_publishes(self, house, milvus):
        assert in_milvus() is None
        assert "没有变化" in run("build").stdout
        assert in_milvus() == on_disk()

    def test_a_repeal_acts_at_once(self, house, milvus):
        run("migrate")
        doctor = open_doctor(BotSettings(), Settings())
        assert "五年" in doctor.ask(ASKED).text
        house.repeal("lake", on=date(2026, 11, 1), actor="test")
        answer = doctor.ask(ASKED)
        assert "五年" not in answer.text
        assert "已经废止" in answer.text
        assert {str(citation.status) for citation in answer.citations} == {"已废止"}

    def test_status_and_verify_tell_which_one_serves(self, house, milvus, monkeypatch):
        run("migrate")
        for command in ("status", "verify"):
            assert f"由 Milvus（{milvus}）检索" in run(command).stdout.replace("\n", "")
            with monkeypatch.context() as patch:
                patch.delenv("ENVDOCTOR_MILVUS")
                assert "由磁盘上的文件检索" in run(command).stdout

    def test_verify_counts_the_rows(self, house, milvus):
        run("migrate")
        server = door.milvus(Settings())
        server.client.delete(publishing.collection_name(on_disk()), ids=["0"])
        assert "instead of" in told(run("verify"))

    def test_prune_leaves_what_milvus_serves(self, house, milvus, monkeypatch):
        run("migrate")
        first = on_disk()
        with monkeypatch.context() as patch:
            patch.delenv("ENVDOCTOR_MILVUS")
            for label in ("投饵", "航行", "围垦"):
                add(house, label, f"湖泊{label}须经批准。")
                run("build")
        assert first not in Store(Settings().index_root).ids(), "builds that do not know of Milvus prune by age"
        run("migrate")
        served = in_milvus()
        with monkeypatch.context() as patch:
            patch.setattr("indexer.service.migrate", broken)
            for label in ("采砂", "排水", "捕捞"):
                add(house, label, f"湖泊{label}须经批准。")
                assert "python -m indexer migrate" in told(run("build"))
        assert served == in_milvus() != on_disk()
        assert served in Store(Settings().index_root).ids()
        assert "《武汉市湖泊围垦规定》第一条" in labels(reader(), "湖泊围垦")
        assert run("prune", "--kept", "1").exit_code == 0
        assert sorted({served, on_disk()}) == Store(Settings().index_root).ids()
        assert door.milvus(Settings()).ids() == [served]

    def test_a_rollback_that_milvus_cannot_follow_is_undone(self, house, milvus, monkeypatch):
        run("migrate")
        add(house, "投饵", "湖泊投饵须经批准。")
        run("build")
        second = on_disk()
        monkeypatch.setattr("indexer.service.migrate", broken)
        assert "没有退回" in told(run("rollback"))
        assert second == on_disk() == in_milvus()

    def test_unset_and_the_files_serve_again(self, house, milvus, monkeypatch):
        run("migrate")
        add(house, "投饵", "湖泊投饵须经批准。")
        run("build")
        lite.server_manager_instance.release_server(milvus)
        monkeypatch.delenv("ENVDOCTOR_MILVUS")
        assert labels(reader(), "湖泊投饵")[0] == "《武汉市湖泊投饵规定》第一条"
        assert "五年" in open_doctor(BotSettings(), Settings()).ask(ASKED).text


def broken(*_, **__):
    raise MilvusError("Milvus 没有办成 / Milvus failed")


class TestBroken:
    @pytest.fixture
    def gone(self, house, monkeypatch):
        """Nothing answers at the address, which has a password in it. On disk are two indexes."""
        add(house, "投饵", "湖泊投饵须经批准。")
        run("build")
        monkeypatch.setenv("ENVDOCTOR_MILVUS", NOWHERE.replace("//", "//root:secret@"))
        monkeypatch.setenv("ENVDOCTOR_MILVUS_TOKEN", "root:secret")
        monkeypatch.setattr(Server.__init__, "__defaults__", ("", 1.0))

    @pytest.mark.parametrize("command", [["migrate"], ["build"], ["search", ASKED], ["rollback"], ["verify"], ["prune"]])
    def test_commands_say_so(self, gone, command):
        before = on_disk()
        said = told(run(*command))
        assert f"Milvus（{NOWHERE}）" in said
        assert "secret" not in said
        assert on_disk() == before
        assert not (Settings().index_root / "lease.json").exists()

    def test_so_does_the_doctor_in_the_terminal(self, gone):
        assert f"Milvus（{NOWHERE}）" in told(CliRunner().invoke(bot, ["ask", ASKED]))

    def test_an_address_that_is_none(self, house, monkeypatch):
        monkeypatch.setenv("ENVDOCTOR_MILVUS", "milvus")
        assert "Milvus（milvus）" in told(run("migrate"))

    def test_the_site_says_so_in_a_sentence_and_answers_when_it_is_back(self, house, tmp_path, monkeypatch, caplog):
        from milvus_lite.adapter.grpc.server import start_server_in_thread
        from starlette.testclient import TestClient

        from api.app import create_app
        from api.chat.answering import NOT_SEARCHED
        from api.database import Database
        from api.rooms import open_rooms
        from tests.api.support import SITE, ask, start

        server, database, port = start_server_in_thread(str(tmp_path / "milvus"), "127.0.0.1", 0)
        monkeypatch.setenv("ENVDOCTOR_MILVUS", f"http://127.0.0.1:{port}")
        monkeypatch.setattr(Server.__init__, "__defaults__", ("", 2.0))
        assert run("migrate").exit_code == 0
        settings = SiteSettings(data_dir=tmp_path)
        tables = Database(settings.database)
        tables.migrate()
        with TestClient(create_app(settings, open_rooms(settings), tables), **SITE) as user:
            conversation, headers = start(user)
            assert "五年" in ask(user, conversation, headers, ASKED).text
            server.stop(grace=None).wait()
            database.close()
            failed = ask(user, conversation, headers, LAY).text
            assert "event: error" in failed
            assert NOT_SEARCHED in failed
            assert "Milvus" not in failed
            mine = [record for record in caplog.records if record.name.startswith("api")]
            assert [f"Milvus（http://127.0.0.1:{port}）没有办成" in record.getMessage() for record in mine] == [True]
            assert not any(record.exc_info for record in mine)
            assert "没有查正文" in user.get("/documents", params={"q": ASKED}).text
            server, database, _ = start_server_in_thread(str(tmp_path / "milvus"), "127.0.0.1", port)
            for _ in range(60):  # gRPC waits between its tries to connect again
                answer = ask(user, conversation, headers, LAY).text
                if NOT_SEARCHED not in answer:
                    break
                time.sleep(0.5)
            assert "有效期 5 年" in answer
        tables.close()
        server.stop(grace=None).wait()
        database.close()


def site_search():
    from api.rooms import open_rooms

    rooms = open_rooms(SiteSettings(data_dir=os.environ["ENVDOCTOR_DATA_DIR"]))
    assert rooms.search(ASKED, TODAY, WUHAN)
    rooms.catalogue.close()


def system_search():
    assert open_system().index.search(ASKED, on=TODAY, region=WUHAN)
