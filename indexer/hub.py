"""Encoders of the hub, or from a folder, through Sentence-Transformers. Importing this module loads torch."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from sentence_transformers import SentenceTransformer

from indexer.encoder import EncoderError
from indexer.hit import Vectors

# What each family puts before a question and before a passage, by its model card.
_PREFIXES: tuple[tuple[str, str, str], ...] = (
    (r"bge-m3", "", ""),
    (r"bge-.*zh", "为这个句子生成表示以用于检索相关文章：", ""),
    (r"bge-.*en", "Represent this sentence for searching relevant passages: ", ""),
    (r"m3e", "", ""),
    (
        r"e5-.*instruct|qwen3-embedding",
        "Instruct: Given a question, retrieve the legal provisions that answer it\nQuery: ",
        "",
    ),
    (r"e5", "query: ", "passage: "),
)
_BATCH = 32


class HubEncoder:
    """A Sentence-Transformers model behind the Encoder interface."""

    def __init__(self, name: str, model: SentenceTransformer | None = None) -> None:
        """:param name: hub name or path; decides the prefixes, unless the model brings prompts of its own
        :param model: an already loaded model
        :raises EncoderError: if it cannot be loaded, such as without a network
        """
        try:
            self._model = model or SentenceTransformer(name)
        except (OSError, ValueError, RuntimeError) as error:
            raise EncoderError(
                f"载入不了编码器 {name}：没有网络时请先下载到本机，再把 ENVDOCTOR_ENCODER 设为该文件夹 / "
                f"cannot load the encoder {name}; without a network download it first and give its folder: {error}"
            ) from error
        dimension = self._model.get_embedding_dimension()
        if not dimension:
            raise EncoderError(f"编码器 {name} 没有说明维数 / the encoder {name} does not state its dimension")
        self.name = f"hub:{name}"
        self.dimension = int(dimension)
        self._before_query, self._before_passage = prefixes(name)
        own = self._model.prompts or {}
        self._before_query = own.get("query") or self._before_query
        self._before_passage = own.get("document") or own.get("passage") or self._before_passage

    def passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._encode(list(texts), self._before_passage)

    def query(self, text: str) -> Vectors:
        vector: Vectors = self._encode([text], self._before_query)[0]
        return vector

    def _encode(self, texts: list[str], prefix: str) -> Vectors:
        vectors: Vectors = np.asarray(
            self._model.encode(texts, prompt=prefix, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False),
            dtype=np.float32,
        )
        return vectors


def prefixes(name: str) -> tuple[str, str]:
    """:returns: what goes before a question and before a passage for a model of this name; '' for unknown families"""
    for pattern, query, passage in _PREFIXES:
        if re.search(pattern, name.lower()):
            return query, passage
    return "", ""
