"""The index in Milvus against the index on disk, on a milvus-lite inside this process."""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import islice

import numpy as np
import pytest

from corpus import starter
from corpus.catalogue import Catalogue
from corpus.collection import Collection, searchable
from indexer.build import build
from indexer.cache import EmbeddingCache
from indexer.encoder import load
from indexer.fusion import best
from indexer.index import LocalIndex, open_parts
from indexer.milvus import publish as publishing
from indexer.milvus.publish import publish
from indexer.milvus.reader import MilvusReader
from indexer.milvus.server import MilvusError, Server, collection_name
from indexer.milvus.windows import Stored
from indexer.query import Words, understand
from indexer.store import Store, StoreError

lite = pytest.importorskip("milvus_lite.server_manager", reason="needs pip install 'env-doctor[milvus]'")
pytest.importorskip("langchain_milvus", reason="needs pip install 'env-doctor[milvus]'")

DAYS = [date(2019, 1, 1), date(2026, 8, 14), date(2026, 11, 21), date(2027, 1, 1)]
PLACES = ["", "湖北省武汉市", "湖北省武汉市江汉区", "浙江省杭州市"]
ASKED = ["没有排污许可证罚多少", "湖泊污水", "按照日数处罚", "排污许可管理条例第14条", "东湖 水质"]


pytestmark = pytest.mark.usefixtures("hurried")


def opened(folder):
    path = str(folder / "milvus.db")
    server = Server(path)
    yield server
    server.close()
    lite.server_manager_instance.release_server(path)


def labels(index, question, on, region="", k=10):
    return [hit.passage.label for hit in index.search(question, on=on, region=region, k=k)]


def same(local, milvus, question, on, region):
    """The same hits in the same order, each leg the same within rounding. Legs are standardised over the candidates of all, and of
    equal scores in the hundredth place Milvus may bring another one: that moves the sum by some thousandths.
    """
    expected = local.search(question, on=on, region=region)
    found = milvus.search(question, on=on, region=region)
    assert [hit.passage.id for hit in found] == [hit.passage.id for hit in expected]
    assert [hit.status for hit in found] == [hit.status for hit in expected]
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.score == pytest.approx(theirs.score, rel=5e-3)
        assert _apart(mine.legs) == pytest.approx(_apart(theirs.legs), abs=1e-3)
    return len(found)


def _apart(legs):
    return {name: value for name, value in legs.items() if name != "score"}


class World:
    """Three hundred passages of the starter library, on disk and in Milvus."""

    def __init__(self, folder, server):
        library, catalogue = starter.load(), Catalogue.open(f"sqlite:///{folder / 'env-doctor.db'}")
        passages = list(searchable(catalogue, library))
        passages = passages[:: len(passages) // 300][:300]
        passages = [replace(passage, questions=passage.questions[:3]) for passage in passages]
        self.questions = [passage.questions[-1] for passage in passages[::13] if passage.questions][:20]
        source, encoder, store, words = Collection(catalogue, library), load("own"), Store(folder), Words(library.glossary)
        cache = EmbeddingCache(folder / "embeddings.sqlite")
        self.id = build(store, passages, encoder, cache).id
        cache.close()
        publish(store, server, source)
        self.local = LocalIndex(self.id, open_parts(store.folder(self.id)), source, encoder, words)
        self.milvus = MilvusReader(folder, source, encoder, words, server).current()
        self.words = words


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("starter")
    servers = opened(folder)
    yield World(folder, next(servers))
    next(servers, None)


class TestStarterLibrary:
    def test_the_same_hits_and_scores(self, world, today, wuhan):
        assert len(world.questions) == 20
        for question in world.questions:
            assert same(world.local, world.milvus, question, today, wuhan) == 10

    def test_each_leg_finds_the_same_passages(self, world, today, wuhan):
        milvus, parts = world.milvus, world.local._parts
        allowed = world.local.legal().allowed(today, wuhan)
        expression = milvus._stored.expression(allowed[milvus._leads], (today, wuhan))
        for question in world.questions[:5]:
            query = understand(question, world.words, parts.passages.titles, lambda pair: False)
            vectors = milvus._vectors(query)
            asked = np.zeros(len(world.local), np.float32)
            np.maximum.at(asked, parts.asked_parents, parts.asked.score(query.keys, query.weights))
            legs = {"law": parts.law.score(query.keys, query.weights), "asked": asked}
            for leg, scores in legs.items():
                scores[~allowed] = 0
                found = milvus._found(leg, vectors, expression)
                assert set(found.tolist()) == set(best(scores, 100).tolist())
            near = parts.dense.nearest(np.array(vectors["vector"], np.float32), allowed, 100)
            assert set(milvus._found("vector", vectors, expression).tolist()) == set(near.tolist())

    def test_many_people_ask_at_once(self, world, today, wuhan):
        alone = [labels(world.milvus, question, today, wuhan) for question in world.questions[:6]]
        with ThreadPoolExecutor(6) as pool:
            together = pool.map(lambda question: labels(world.milvus, question, today, wuhan), world.questions[:6])
            assert list(together) == alone

    def test_nothing_to_ask(self, world, today, wuhan):
        assert world.milvus.search("？！", on=today, region=wuhan) == []
        assert world.milvus.search("zzzz", on=date(1900, 1, 1), region=wuhan, k=3) == world.local.search(
            "zzzz", on=date(1900, 1, 1), region=wuhan, k=3
        )


@pytest.fixture
def server(tmp_path):
    yield from opened(tmp_path)


@pytest.fixture
def reader(store, built, shelf, encoder, server):
    publish(store, server, shelf)
    return MilvusReader(store.root, shelf, encoder, Words(), server)


@pytest.fixture
def milvus(reader):
    return reader.current()


class TestLaw:
    def test_every_day_and_place_as_on_disk(self, index, milvus):
        counts = [same(index, milvus, question, on, place) for question in ASKED for on in DAYS for place in PLACES]
        assert min(counts) < max(counts)

    def test_a_repeal_acts_at_once(self, index, milvus, shelf, today, wuhan):
        label = "《排污许可管理条例》第三十三条"
        assert label in labels(milvus, "未取得排污许可证", today, wuhan)
        shelf.change("permit", ended_on=today, repealed=True)
        assert label not in labels(milvus, "未取得排污许可证", today, wuhan)
        same(index, milvus, "未取得排污许可证", today, wuhan)
        shelf.change("permit", ended_on=None, repealed=False)
        assert label in labels(milvus, "未取得排污许可证", today, wuhan)

    def test_so_does_a_day_of_effect_brought_forward(self, milvus, shelf, today, wuhan):
        label = "《排污许可管理办法》第六条"
        assert label not in labels(milvus, "持有排污许可证", today, wuhan)
        shelf.change("later", effective_date=today)
        assert label in labels(milvus, "持有排污许可证", today, wuhan)

    def test_a_document_that_was_removed_is_gone_at_once(self, milvus, shelf, today, wuhan):
        del shelf.documents["permit"]
        shelf.revision += 1
        assert not [label for label in labels(milvus, "排污许可证", today, wuhan) if "排污许可管理条例" in label]
        assert milvus.article("排污许可管理条例", "第十四条", on=today) is None

    def test_nothing_in_force(self, milvus, shelf, today, wuhan):
        shelf.documents.clear()
        shelf.revision += 1
        assert milvus.search("排污许可证", on=today, region=wuhan) == []

    def test_the_expression(self, today):
        stored = Stored.of([(0, 999_999, ""), (0, 999_999, "湖北省"), (999_998, 999_999, ""), (0, 999_999, '浙"省')])
        asked, day = (today, "湖北省武汉市"), today.toordinal()
        plain = f'start <= {day} and end > {day} and region in ["", "湖北省"]'
        assert stored.expression(np.array([True, True, False, False]), asked) == plain
        assert stored.expression(np.array([True, False, False, False]), asked) == f"{plain} and holder not in [1]"
        assert stored.expression(np.array([True, True, True, False]), asked) == f"({plain}) or holder in [2]"
        assert stored.expression(np.array([True, False, True, False]), None) == "holder in [0, 2]"


class TestChange:
    def test_the_alias_moves_while_a_reader_is_open(self, reader, server, store, passages, encoder, cache, shelf, today):
        first = reader.current()
        assert reader.current() is first
        changed = [replace(passages[3], text="排污许可证有效期为八年。"), *passages[4:]]
        second = build(store, changed, encoder, cache).id
        assert reader.current() is first, "a build on disk alone changes nothing"
        published = publish(store, server, shelf)
        assert published.id == second == server.serving()
        assert not published.unchanged
        assert reader.newest().id == second
        assert "有效期为5年" in first.search("排污许可证有效期", on=today)[0].passage.text
        assert "有效期为八年" in reader.current().search("排污许可证有效期", on=today)[0].passage.text

    def test_back_to_the_older_one_without_a_copy(self, reader, server, store, passages, encoder, cache, shelf):
        first = reader.current()
        build(store, passages[:5], encoder, cache)
        publish(store, server, shelf)
        store.rollback()
        assert publish(store, server, shelf).unchanged
        assert server.serving() == first.id == reader.newest().id

    def test_old_collections_go_by_count(self, server, store, passages, encoder, cache, shelf):
        ids = []
        for count in (3, 4, 5):
            ids.append(build(store, passages[:count], encoder, cache).id)
            publish(store, server, shelf, kept=2)
        assert server.ids() == ids[1:] == store.ids()

    def test_a_copy_that_was_cut_off_is_made_again(self, server, store, built, shelf, encoder, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr(publishing, "_PORTION", 4)
            patch.setattr(publishing, "_finish", None)
            rows = publishing.rows_of
            patch.setattr(publishing, "rows_of", lambda folder, library: islice(rows(folder, library), 8))
            with pytest.raises(TypeError):
                publish(store, server, shelf)
        assert server.ids() == [built.id]
        assert server.serving() is None
        published = publish(store, server, shelf)
        assert not published.unchanged
        assert published.rows == 12
        assert server.serving() == built.id

    def test_a_collection_that_scores_otherwise_never_serves(self, server, store, built, shelf, monkeypatch):
        rows = publishing.rows_of

        def spoilt(folder, library):
            for key, passage, (vector, law, text, asked), scalars in rows(folder, library):
                yield key, passage, [vector, law, {term: 2 * share for term, share in text.items()}, asked], scalars

        monkeypatch.setattr(publishing, "rows_of", spoilt)
        with pytest.raises(MilvusError, match="scores passage"):
            publish(store, server, shelf)
        assert server.serving() is None

    def test_a_graph_for_many_rows(self, server, store, built, index, shelf, encoder, today, wuhan, monkeypatch):
        monkeypatch.setattr(publishing, "GRAPH_FROM", 1)
        publish(store, server, shelf)
        assert server.client.describe_index(collection_name(built.id), "vector")["index_type"] == "HNSW"
        same(index, MilvusReader(store.root, shelf, encoder, Words(), server).current(), ASKED[0], today, wuhan)


class TestRefusals:
    def test_another_encoder(self, reader, server, store, shelf):
        class Wider:
            name, dimension = "wider", 64

        with pytest.raises(StoreError, match=r"made with hash \(256\), the encoder now is wider \(64\): rebuild"):
            MilvusReader(store.root, shelf, Wider(), Words(), server).current()

    def test_no_server(self, store, built, shelf, encoder):
        server = Server("http://127.0.0.1:1", token="root:secret", timeout=2)
        with pytest.raises(StoreError, match="Milvus at http://127.0.0.1:1 failed") as raised:
            MilvusReader(store.root, shelf, encoder, Words(), server).current()
        assert "secret" not in str(raised.value)
        with pytest.raises(MilvusError, match="Milvus at http://127.0.0.1:1 failed"):
            publish(store, server, shelf)

    def test_nothing_published_yet(self, server, store, built, shelf, encoder):
        with pytest.raises(StoreError, match="run python -m indexer migrate"):
            MilvusReader(store.root, shelf, encoder, Words(), server).current()

    def test_no_folder_on_this_machine(self, reader, server, shelf, encoder, tmp_path):
        with pytest.raises(StoreError, match="all machines need the same data folder"):
            MilvusReader(tmp_path / "elsewhere", shelf, encoder, Words(), server).current()

    @pytest.mark.parametrize("name", ["pymilvus", "langchain_milvus"])
    def test_no_packages(self, name, store, built, shelf, encoder, monkeypatch):
        monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(StoreError, match=r"pip install 'env-doctor\[milvus\]'"):
            MilvusReader(store.root, shelf, encoder, Words(), Server("http://127.0.0.1:1")).current()

    def test_a_server_that_goes_away(self, reader, server, store, shelf, encoder, today):
        patient = Server(server.uri, timeout=2)
        milvus = MilvusReader(store.root, shelf, encoder, Words(), patient).current()
        lite.server_manager_instance.release_server(server.uri)
        with pytest.raises(MilvusError, match="failed"):
            milvus.search("排污许可证", on=today)
        patient.close()
