"""The index that the alias names, reopened while questions run."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from indexer import tokenizer
from indexer.fusion import Ranker
from indexer.hit import Encoder
from indexer.legal import Library
from indexer.milvus.collection import Collection
from indexer.milvus.folder import Folder
from indexer.milvus.index import MilvusIndex
from indexer.milvus.server import MilvusError, Server
from indexer.query import Words
from indexer.reader import IndexReader
from indexer.store import MANIFEST, Store


class MilvusReader(IndexReader):
    """An `IndexReader` that follows the alias instead of CURRENT: all machines change over in the same moment.

    The passages are read from the index folder, so the data folder has to be the same for all of them.
    """

    def __init__(
        self, root: Path, library: Library, encoder: Encoder, words: Words, server: Server, ranker: Ranker | None = None
    ) -> None:
        super().__init__(root, library, encoder, words, ranker)
        self._store = Serving(root, server)
        self._server = server

    def _open(self, index_id: str) -> MilvusIndex:
        manifest, encoder = self._store.verify(index_id), self._encoder
        collection = Collection(self._server, index_id)
        if (manifest.encoder, manifest.dimension) != (encoder.name, encoder.dimension):
            raise MilvusError(
                f"Milvus 里的向量由编码器 {manifest.encoder}（{manifest.dimension} 维）生成，现在设置的是 {encoder.name}"
                f"（{encoder.dimension} 维），请重建 / the vectors in Milvus were made with {manifest.encoder} "
                f"({manifest.dimension}), the encoder now is {encoder.name} ({encoder.dimension}): rebuild"
            )
        if collection.dimension != encoder.dimension or manifest.tokenizer != tokenizer.VERSION:
            raise MilvusError(
                f"Milvus 里的索引与程序不符，请重建 / the collection has dimension {collection.dimension} and tokenizer "
                f"{manifest.tokenizer}, this program has {encoder.dimension} and {tokenizer.VERSION}: rebuild"
            )
        try:
            folder = Folder.open(self._store.folder(index_id))
        except (OSError, ValueError, sqlite3.Error) as error:
            raise MilvusError(f"打不开索引 {index_id} / cannot open index {index_id}: {error}") from error
        return MilvusIndex(index_id, folder.parts, self._library, encoder, self._words, collection, self._ranker)


class Serving(Store):
    """The folders of all indexes, of which the alias in Milvus says which one serves."""

    def __init__(self, root: Path, server: Server) -> None:
        super().__init__(root)
        self._server = server

    def ids(self) -> list[str]:
        """:returns: the indexes with a collection and a folder, oldest first
        :raises MilvusError: if Milvus does not answer
        """
        here = set(super().ids())
        return [each for each in self._server.ids() if each in here]

    def current(self) -> str:
        """:raises MilvusError: if Milvus does not answer, serves nothing yet, or serves what has no folder here"""
        name = self._server.serving()
        if name is None:
            raise MilvusError(
                "Milvus 里还没有索引，请运行 python -m indexer migrate / "
                f"Milvus at {self._server.uri} serves no index yet: run python -m indexer migrate"
            )
        if not (self.root / name / MANIFEST).is_file():
            raise MilvusError(
                f"Milvus 使用的索引 {name} 在本机没有文件夹，各台机器要共用数据目录 / Milvus serves {name}, of which "
                f"{self.root} has no folder: all machines need the same data folder"
            )
        return name
