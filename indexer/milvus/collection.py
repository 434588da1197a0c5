"""The collection of one index: what each field finds, through LangChain's vector store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.milvus.folder import Sparse
from indexer.milvus.server import DENSE, FIELDS, MilvusError, Server, collection_name
from indexer.milvus.windows import Stored

MOST = 16_000  # rows of one reply; Milvus allows 16,384
_NOT_LOADED = 101  # code of Milvus and of milvus-lite
_SEARCHED = 256  # nodes that a graph looks at


@dataclass(frozen=True, slots=True)
class Found:
    """Rows in the order of their scores: the passage of each, and whether it is one of its questions."""

    positions: NDArray[np.int64]
    questions: NDArray[np.bool_]
    scores: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.positions)


class Collection:
    """Safe to share between threads."""

    def __init__(self, server: Server, index_id: str) -> None:
        """:raises MilvusError: if it is not there"""
        self.server = server
        self._name = collection_name(index_id)
        client = server.client
        with server.told():
            if not client.has_collection(self._name):
                raise MilvusError(
                    f"Milvus（{server.uri}）里没有索引 {index_id}，请运行 python -m indexer migrate / "
                    f"Milvus at {server.uri} has no index {index_id}: run python -m indexer migrate"
                )
            fields = client.describe_collection(self._name)["fields"]
        self.dimension = next(int(field["params"]["dim"]) for field in fields if field["name"] == DENSE)
        self._stores = {field: server.store(index_id, field=field) for field in FIELDS}

    def search(self, field: str, vector: Sparse | list[float], expression: str, wanted: int) -> Found:
        """:returns: the `wanted` rows for which the expression holds that lie nearest by inner product
        :raises MilvusError: if Milvus does not answer
        """
        most = min(wanted, MOST)
        param = {"metric_type": "IP", "params": {"ef": max(most, _SEARCHED)} if field == DENSE else {}}
        asked = self._stores[field].similarity_search_with_score_by_vector
        rows = self._loaded(lambda: asked(vector, k=most, param=param, expr=expression))
        return Found(
            np.array([row.metadata["position"] for row, _ in rows], dtype=np.int64),
            np.array([row.metadata["question"] for row, _ in rows], dtype=bool),
            np.array([score for _, score in rows], dtype=np.float32),
        )

    def count(self) -> int:
        """:returns: how many rows everybody sees by now"""
        return int(self._query("", ["count(*)"], consistency_level="Strong")[0]["count(*)"])

    def windows(self, holders: int) -> Stored:
        """:raises MilvusError: if a holder is missing"""
        rows: list[dict[str, Any]] = []
        for start in range(0, holders, MOST):
            portion = f"lead == true and holder >= {start} and holder < {start + MOST}"
            rows += self._query(portion, ["holder", "start", "end", "region"], limit=MOST)
        found = {row["holder"]: (row["start"], row["end"], row["region"]) for row in rows}
        if len(found) != holders:
            raise MilvusError(
                f"集合 {self._name} 不完整，请运行 python -m indexer build --full / "
                f"{self._name} has windows of {len(found)} holders, the index folder has {holders}: build again with --full"
            )
        return Stored.of([found[holder] for holder in range(holders)])

    def _query(self, expression: str, fields: list[str], **how: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        client = self.server.client
        return list(self._loaded(lambda: client.query(self._name, filter=expression, output_fields=fields, **how)))

    def _loaded(self, ask: Callable[[], Any]) -> Any:  # noqa: ANN401 - what pymilvus returns
        """:returns: what Milvus answers, where need be after loading the collection: a restart or an operator may have released it"""
        from pymilvus import MilvusException

        with self.server.told():
            try:
                return ask()
            except MilvusException as error:
                if error.code != _NOT_LOADED:
                    raise
                self.server.client.load_collection(self._name, timeout=self.server.timeout)
                return ask()
