"""A real index of the starter library, built once; a small set; a scripted chat server."""

import json

import pytest

from corpus import starter
from corpus.catalogue import Catalogue
from indexer import service
from tests.bot.conftest import script  # noqa: F401 - a fixture

SET = [
    {"id": "fine", "question": "没有排污许可证就排污，罚多少？", "outcome": "answered", "key_facts": ["20万元", "100万元"],
     "gold": [{"title": "生态环境法典", "article": "第一千一百零二条"}], "why": "普通", "topic": "排污许可"},
    {"id": "spill", "question": "厂里的酸罐正在漏，有人晕倒了", "outcome": "emergency"},
    {"id": "wrong", "question": "排污许可证有效期几年？", "outcome": "refuse", "history": [
        {"role": "user", "content": "<b>你好</b>"}, {"role": "assistant", "content": "您好。"}]},
]  # fmt: skip


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    service.rebuild(folder, Catalogue.open(f"sqlite:///{folder / 'env-doctor.db'}"), starter.load())
    return folder


@pytest.fixture
def small_set(tmp_path):
    path = tmp_path / "small.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in SET), encoding="utf-8")
    return path


@pytest.fixture
def house(data, monkeypatch, tmp_path):
    monkeypatch.setenv("ENVDOCTOR_DATA_DIR", str(data))
    monkeypatch.chdir(tmp_path)
    return tmp_path
