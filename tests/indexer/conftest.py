"""A small library with every legal status, and an encoder that needs no file."""

import hashlib
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from corpus.legal import SHUT, window
from corpus.model import Cite, Document, Passage, Trust
from indexer.build import build
from indexer.cache import EmbeddingCache
from indexer.index import LocalIndex, open_parts
from indexer.query import Words
from indexer.store import Store
from indexer.tokenizer import terms

TODAY = date(2026, 11, 21)
WUHAN = "湖北省武汉市"
LAWS = Path(__file__).parents[2] / "../shared/laws"


class HashEncoder:
    """Terms drawn onto random directions: alike texts lie close, and nothing has to be trained."""

    name = "hash"
    dimension = 256

    def __init__(self):
        self.encoded = 0

    def passages(self, texts):
        self.encoded += len(texts)
        return np.stack([self._vector(text) for text in texts]) if texts else np.zeros((0, self.dimension), np.float32)

    def query(self, text):
        return self._vector(text)

    def _vector(self, text):
        out = np.zeros(self.dimension, dtype=np.float32)
        for term in terms(text):
            seed = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest(), "little")
            out += np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        length = np.linalg.norm(out)
        return out / length if length else out


class Shelf:
    """Documents in memory in place of the catalogue."""

    def __init__(self, documents):
        self.documents = {document.id: document for document in documents}
        self.revision = 1

    def refresh(self):
        return self.revision

    def document_for(self, passage):
        return self.documents.get(passage.document_id)

    def windows(self, passages):
        return [window(found) if (found := self.document_for(each)) else SHUT for each in passages]

    def change(self, document_id, **fields):
        self.documents[document_id] = replace(self.documents[document_id], **fields)
        self.revision += 1


def law(id_, title, level="国家法律", **fields):
    return Document(id_, title, level=level, **{"effective_date": date(2020, 1, 1), **fields})


def article(document, label, text, **fields):
    title = document.short_title
    cites = (Cite(title, label),)
    return Passage(f"{document.id}:{label}", document.id, title, label, text, stands_for=cites, **fields)


@pytest.fixture
def documents():
    return [
        law("new", "中华人民共和国生态环境法典", effective_date=date(2026, 8, 15)),
        law("old", "中华人民共和国水污染防治法", ended_on=date(2026, 8, 15), repealed=True),
        law("permit", "排污许可管理条例", "行政法规"),
        law("zhejiang", "浙江省生态环境保护条例", "地方性法规", region="浙江省"),
        law("wuhan", "武汉市湖泊保护条例", "地方性法规", region="湖北省武汉市"),
        law("draft", "武汉市十四五规划", "规划", trust=Trust.DRAFT, region="湖北省武汉市"),
        law("news", "长江日报专版", "新闻", trust=Trust.NEWS),
        law("later", "排污许可管理办法", "部门规章", effective_date=date(2027, 1, 1)),
    ]


@pytest.fixture
def passages(documents):
    by = {document.id: document for document in documents}
    return [
        article(
            by["new"],
            "第一千一百零二条",
            "违反本法规定，未依法取得排污许可证排放污染物的，处二十万元以上一百万元以下的罚款。",
            plain="没有排污许可证就排污的处罚",
            questions=("冇得排污证罚几多", "无证排污要罚多少钱"),
        ),
        article(by["new"], "第三百条", "禁止向水体排放油类、酸液、碱液或者剧毒废液。"),
        article(
            by["old"], "第八十三条", "违反本法规定，未依法取得排污许可证排放水污染物的，处十万元以上一百万元以下的罚款。"
        ),
        article(
            by["permit"],
            "第十四条",
            "排污许可证有效期为5年。有效期届满需要继续排放污染物的，应当于届满60日前提出延续申请。",
        ),
        article(by["permit"], "第三十三条", "未取得排污许可证排放污染物的，处20万元以上100万元以下的罚款。"),
        article(by["zhejiang"], "第十条", "浙江省内未取得排污许可证排放污染物的，按照日数处罚。"),
        article(by["wuhan"], "第九条", "禁止填占湖泊。任何单位不得向湖泊排放污水。"),
        article(by["draft"], "第3节", "到二〇二五年，湖泊水质优良率达到百分之八十，污水全收集。", kind="section"),
        article(by["news"], "", "武汉湖泊水质好转，市民夸赞东湖污水治理。", kind="section"),
        article(by["later"], "第六条", "排污单位应当持有排污许可证方可排放污染物。"),
    ]


@pytest.fixture
def shelf(documents):
    return Shelf(documents)


@pytest.fixture
def encoder():
    return HashEncoder()


@pytest.fixture
def cache(tmp_path):
    cache = EmbeddingCache(tmp_path / "embeddings.sqlite")
    yield cache
    cache.close()


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "index")


@pytest.fixture
def built(store, passages, encoder, cache):
    return build(store, passages, encoder, cache)


@pytest.fixture
def index(store, built, shelf, encoder):
    return LocalIndex(built.id, open_parts(store.folder(built.id)), shelf, encoder, Words())


@pytest.fixture
def today():
    return TODAY


@pytest.fixture
def wuhan():
    return WUHAN


@pytest.fixture
def laws():
    if not LAWS.exists():
        pytest.skip("the collection of texts beside the project is not here")
    return LAWS


@pytest.fixture(scope="module")
def hurried():
    """pymilvus looks every half second whether an index is there."""
    quick = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: time.sleep(min(seconds, 0.01))})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pymilvus.client.grpc_handler.time", quick)
        yield
