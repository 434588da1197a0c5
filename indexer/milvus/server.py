"""One Milvus: where it is, which collections are ours, and which of them serves."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from indexer.store import StoreError

ALIAS = "envdoctor"
DENSE, LAW, TEXT, ASKED = FIELDS = ("vector", "law", "text", "asked")
KEY, PASSAGE = "id", "passage"
_NAME = re.compile(rf"{ALIAS}_(\d{{8}}T\d{{6}})_(\d{{6}})_([0-9a-f]{{12}})")
_NO_ALIAS = (100, 1600)  # codes of milvus-lite and of Milvus
_PASSWORD = re.compile(r"//[^/]*@")  # it may stand in the address too
_TIMEOUT = 10.0  # seconds for one call
_THREADS = 32  # calls under way at once: eight questions with four legs each


class MilvusError(StoreError):
    """Milvus cannot be reached or has not what is wanted; says why in Chinese and English."""


class Server:
    """Reached on first use; safe to share between threads.

    An installation has a Milvus database for itself: whatever is named like one of its collections is taken for one.
    """

    def __init__(self, uri: str, token: str = "", timeout: float = _TIMEOUT) -> None:
        """:param uri: `http://host:19530`, with `/name` of a database if it is not the default one; a file that ends
            with .db is a milvus-lite inside this process
        :param token: an API key or `user:password`; neither it nor what the address has of it is ever shown
        :param timeout: seconds after which a call is given up
        """
        self.uri = _PASSWORD.sub("//", uri)
        self._reach = {"uri": uri, "token": token}
        self.timeout = timeout
        self._client: Any = None
        self._lock = threading.Lock()
        self.pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="milvus")

    @property
    def client(self) -> Any:  # noqa: ANN401 - pymilvus comes with an extra
        """:raises MilvusError: if the packages are missing or nothing answers at the address"""
        with self._lock, self.told():
            if self._client is None:
                from pymilvus import MilvusClient

                for name in ("pymilvus", "milvus_lite", "grpc._server"):  # they log a traceback of all that they raise
                    logging.getLogger(name).setLevel(logging.CRITICAL)
                self._client = MilvusClient(**self._reach, timeout=self.timeout)
            return self._client

    def store(self, index_id: str, *, field: str | None = None, **fields: Any) -> Any:  # noqa: ANN401
        """LangChain's vector store over the collection of an index.

        :param field: the vector field to search; None for a store that writes all four, described by `fields`
        :raises MilvusError: see `client`
        """
        self.client  # noqa: B018 - says first whether anything is there
        from langchain_milvus import Milvus

        if field:
            fields |= {"vector_field": field, "search_params": {"metric_type": "IP", "params": {}}, "timeout": self.timeout}
        with self.told():
            store = Milvus(
                _Made() if field else [_Made()] * len(FIELDS),
                collection_name=collection_name(index_id),
                connection_args={**self._reach, "timeout": self.timeout},
                consistency_level="Bounded",  # nothing is written to a collection that serves
                primary_field=KEY,
                text_field=PASSAGE,
                **fields,
            )
        if field:
            store.fields = [PASSAGE, "position", "question"]  # by itself it fetches the other vectors too
        return store

    def ids(self) -> list[str]:
        """:returns: the indexes that have a collection here, oldest first"""
        client = self.client
        with self.told():
            names = client.list_collections(timeout=self.timeout)
        return sorted(f"{found[1]}.{found[2]}-{found[3]}" for name in names if (found := _NAME.fullmatch(name)))

    def serving(self) -> str | None:
        """:returns: the index that the alias names, None before the first one"""
        client = self.client
        from pymilvus import MilvusException

        with self.told():
            try:
                name = client.describe_alias(alias=ALIAS, timeout=self.timeout)["collection_name"]
            except MilvusException as error:
                if error.code in _NO_ALIAS:
                    return None
                raise
        found = _NAME.fullmatch(name)
        if not found:
            raise MilvusError(f"Milvus 的别名 {ALIAS} 指向别的集合 / the alias {ALIAS} names a collection not ours: {name}")
        return f"{found[1]}.{found[2]}-{found[3]}"

    def serve(self, index_id: str) -> None:
        """Let the alias name this index, in one step."""
        known, client = self.serving(), self.client
        with self.told():
            change = client.alter_alias if known else client.create_alias
            change(collection_name(index_id), ALIAS, timeout=self.timeout)

    def drop(self, index_id: str) -> None:
        client = self.client
        with self.told():
            client.drop_collection(collection_name(index_id), timeout=self.timeout)

    def close(self) -> None:
        """End the connection; for tests and tools, a site keeps it."""
        self.pool.shutdown()
        if self._client is not None:
            self._client.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Failures of Milvus as MilvusError, in words."""
        try:
            import langchain_milvus  # noqa: F401
            from pymilvus import MilvusException
        except ImportError as error:
            raise MilvusError(
                f"没有安装 Milvus 的客户端，请运行 pip install 'env-doctor[milvus]' / "
                f"the Milvus client is not installed: pip install 'env-doctor[milvus]' ({error.name})"
            ) from error
        try:
            yield
        except MilvusException as error:
            said = str(error.message).replace(self._reach["uri"], self.uri)
            raise MilvusError(f"Milvus（{self.uri}）没有办成 / Milvus at {self.uri} failed: {said}") from error


class _Made:
    """Where LangChain wants its Embeddings: our vectors come ready made."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        raise NotImplementedError

    def embed_query(self, text: str) -> list[float]:
        raise NotImplementedError


def collection_name(index_id: str) -> str:
    """Milvus takes letters, digits and underscores only."""
    return f"{ALIAS}_{index_id.replace('.', '_').replace('-', '_')}"
