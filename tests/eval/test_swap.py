"""An index has to pass before it serves: asked on the new one, while the old one serves on."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from eval.__main__ import app
from eval.run import summary_of
from indexer.store import Store


@pytest.fixture
def shop(data, tmp_path, monkeypatch):
    """A folder of its own with a served index, to be replaced."""
    folder = tmp_path / "shop"
    shutil.copytree(data, folder)
    monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


def swap(small_set, limits, *more):
    small_set.with_name("limits.yaml").write_text(limits, encoding="utf-8")
    return CliRunner().invoke(app, ["swap", str(small_set), "--limits", "limits.yaml", "--out", "r", *more])


def test_an_index_that_passes_serves(shop, small_set):
    before = Store(shop / "index").current()
    passed = swap(small_set, "emergency_missed: {at most: 0}", "--full")
    assert passed.exit_code == 0, passed.output
    after = Store(shop / "index").current()
    assert after != before
    assert summary_of(small_set.with_name("r"))["versions"]["index"] == after


def test_an_index_that_fails_never_serves(shop, small_set):
    before = Store(shop / "index").current()
    failed = swap(small_set, "answered_should_refuse: {at most: 0}", "--full")
    assert failed.exit_code == 1
    assert "没有启用，原索引继续使用" in failed.stderr
    assert "answered_should_refuse：1，要求至多 0" in failed.stderr
    assert Store(shop / "index").current() == before
    assert not [path for path in (shop / "index").iterdir() if path.name.startswith(".building")]
    assert json.loads((small_set.with_name("r") / "summary.json").read_text(encoding="utf-8"))["harms"]


def test_nothing_new_is_not_asked(shop, small_set):
    same = swap(small_set, "failed: {at most: 0}")
    assert same.exit_code == 0, same.output
    assert "没有变化" in same.output
