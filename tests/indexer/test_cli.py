from dataclasses import replace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from corpus.catalogue import Catalogue
from indexer.__main__ import app
from indexer.settings import Settings
from indexer.store import Store


@pytest.fixture
def run(tmp_path, monkeypatch, documents, passages):
    monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("indexer.__main__.console", Console(width=200, highlight=False))
    (tmp_path / "data").mkdir()
    catalogue = Catalogue.open(Settings().database)
    for document in documents:
        own = [row for row in passages if row.document_id == document.id]
        catalogue.add(document, [replace(row, ordinal=at) for at, row in enumerate(own)], actor="test")
    catalogue.close()
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def test_from_build_to_search(run):
    built = run("build")
    assert built.exit_code == 0, built.output
    assert "已建立" in built.stdout
    assert "没有变化" in run("build").stdout
    found = run("search", "排污许可管理条例第十四条", "-k", "2")
    assert "《排污许可管理条例》第十四条" in found.stdout
    assert "near" in found.stdout


def test_status_verify_rollback_prune(run):
    assert "还没有索引" in run("status").stdout
    run("build")
    run("build", "--full")
    store = Store(Settings().index_root)
    first, second = store.ids()
    assert "→" in run("status").stdout
    assert run("verify").stdout.count("完好") == 2
    assert first in run("rollback").stdout.replace("\n", "")
    assert store.current() == first
    assert run("prune").exit_code == 0
    assert store.ids() == [first]
    (store.folder(first) / "vectors.npy").write_bytes(b"")
    damaged = run("verify")
    assert damaged.exit_code == 1
    assert "vectors.npy" in damaged.stderr


def test_failures_are_one_line(run):
    missing = run("search", "排污")
    assert missing.exit_code == 1
    assert "python -m indexer build" in missing.stderr.replace("\n", "")
    assert "Traceback" not in missing.output
    assert run("search", "排污", "--on", "昨天").exit_code == 2
    assert run("rollback").exit_code == 1


def test_an_encoder_that_is_not_there(run, monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("ENVDOCTOR_ENCODER", str(tmp_path / "none"))
    refused = run("build")
    assert refused.exit_code == 1
    assert "编码器" in refused.stderr
