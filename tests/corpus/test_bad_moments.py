"""Killed, interrupted, run twice at once, out of disk: what is stored is whole, and the same command goes on from there."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from sqlalchemy import event

from corpus import intake
from corpus.catalogue import Catalogue, Outcome
from corpus.database import StoreError
from corpus.loaders import reader

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS, ARTICLES = 40, 9


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("collection")
    for n in range(DOCUMENTS):
        articles = "\n\n".join(
            f"第{'一二三四五六七八九'[i]}条 根据《水法》，{n}市单位{'应当遵守，' * 150}制定。" for i in range(ARTICLES)
        )
        (folder / f"{n}市条例(2020-01-{n % 28 + 1:02}).md").write_text(f"# 第{n}号市条例\n\n{articles}\n", encoding="utf-8")
    return folder


def hears_ctrl_c():
    """What a shell runs in the background ignores Ctrl-C, and so would all that it starts."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def start(folder, data, **options):
    options.setdefault("preexec_fn", hears_ctrl_c)
    environment = os.environ | {"ENVDOCTOR_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}
    environment.pop("ENVDOCTOR_DATABASE_URL", None)
    command = [sys.executable, "-m", "corpus", "import-collection", str(folder)]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, env=environment, stdout=pipe, stderr=pipe, text=True, start_new_session=True, **options
    )


def opened(data):
    return Catalogue.open(f"sqlite:///{data / 'env-doctor.db'}")


def check_whole(catalogue):
    """:returns: how many documents are stored, each with all its passages and links, and each logged once"""
    documents = catalogue.documents()
    for document in documents:
        assert len(catalogue.passages(document.id)) == ARTICLES
        assert len(catalogue.links(document.id)) == 1
    assert catalogue.revision() == len(documents) == len(catalogue.log(limit=1000))
    with catalogue._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    return len(documents)


def check_resumes(catalogue, folder, stored):
    results = list(intake.take_in(catalogue, intake.files([folder]), reader.read, actor="again"))
    outcomes = [result.outcome for result in results]
    assert (outcomes.count(Outcome.THERE), outcomes.count(Outcome.ADDED)) == (stored, DOCUMENTS - stored)
    assert check_whole(catalogue) == DOCUMENTS


def kill_at_random_instants(folder, tmp_path, times):
    begun = time.monotonic()
    child = start(folder, tmp_path / "measure")
    assert child.communicate(timeout=120)[1] is not None
    assert child.returncode == 0
    duration = time.monotonic() - begun
    chance, stored = random.Random(20260815), []
    for n in range(times):
        data = tmp_path / f"killed{n}"
        child = start(folder, data)
        time.sleep(chance.uniform(0, duration))
        readers = psutil.Process(child.pid).children() if child.poll() is None else []
        child.send_signal(signal.SIGKILL)
        child.communicate()
        assert psutil.wait_procs(readers, timeout=20)[1] == [], "the reading child outlives its parent"
        catalogue = opened(data)
        stored.append(check_whole(catalogue))
        check_resumes(catalogue, folder, stored[-1])
        catalogue.close()
    assert any(0 < count < DOCUMENTS for count in stored), f"no kill fell into the import: {stored}"


@pytest.mark.timeout(900)
def test_killed_at_20_random_instants(folder, tmp_path):
    kill_at_random_instants(folder, tmp_path, 20)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_killed_at_100_random_instants(folder, tmp_path):
    kill_at_random_instants(folder, tmp_path, 100)


def test_ctrl_c_says_what_is_stored_and_how_to_go_on(folder, tmp_path):
    child = start(folder, tmp_path)
    catalogue = opened(tmp_path)
    while not catalogue.documents() and child.poll() is None:
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    said = child.communicate(timeout=60)[1]
    assert child.returncode == 130, said
    assert "已中断" in said
    assert "未处理" in said
    check_resumes(catalogue, folder, check_whole(catalogue))
    catalogue.close()


def test_two_processes_import_the_same_folder(folder, tmp_path):
    children = [start(folder, tmp_path) for _ in range(2)]
    said = [child.communicate(timeout=200)[1] for child in children]
    assert [child.returncode for child in children] == [0, 0], said
    catalogue = opened(tmp_path)
    assert check_whole(catalogue) == DOCUMENTS
    catalogue.close()


def test_a_full_database_stops_the_batch_and_keeps_what_was(folder, tmp_path):
    url = f"sqlite:///{tmp_path / 'env-doctor.db'}"
    Catalogue.open(url).close()
    full = Catalogue.open(url)

    @event.listens_for(full._engine, "connect")
    def limit(connection, _):
        connection.execute("PRAGMA max_page_count=160")

    full._engine.dispose()
    stored = []
    with pytest.raises(StoreError, match="磁盘已满"):
        stored.extend(intake.take_in(full, intake.files([folder]), reader.read, actor="a"))
    before = check_whole(full)
    assert 0 < before < DOCUMENTS
    with pytest.raises(StoreError, match="磁盘已满"):
        list(intake.take_in(full, intake.files([folder]), reader.read, actor="a"))
    assert check_whole(full) == before
    full.close()
    wider = Catalogue.open(url)
    check_resumes(wider, folder, before)
    wider.close()


@pytest.mark.parametrize("size", [4096, 600_000], ids=["no room for the tables", "no room for all"])
def test_a_full_disk_is_told_in_one_line(folder, tmp_path, size):
    child = start(folder, tmp_path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    said = child.communicate(timeout=120)[1]
    assert child.returncode == 1, said
    assert "Traceback" not in said
    assert "请腾出空间" in said
    catalogue = opened(tmp_path)
    check_resumes(catalogue, folder, check_whole(catalogue))
    catalogue.close()
