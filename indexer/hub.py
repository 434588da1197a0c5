"""Encoders and rerankers of the hub, or from a folder, through Sentence-Transformers. Importing this module loads torch."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer

from indexer.encoder import EncoderError
from indexer.fusion import Floats
from indexer.hit import Vectors
from indexer.rerank import RerankerError

_TASK = "Instruct: Given a question, retrieve the legal provisions that answer it"
# What each family puts before a question and before a passage, by its model card.
_PREFIXES: tuple[tuple[str, str, str], ...] = (
    (r"bge-m3", "", ""),
    (r"bge-.*zh", "为这个句子生成表示以用于检索相关文章：", ""),
    (r"bge-.*en", "Represent this sentence for searching relevant passages: ", ""),
    (r"m3e", "", ""),
    (r"qwen3-embedding", f"{_TASK}\nQuery:", ""),
    (r"e5-.*instruct", f"{_TASK}\nQuery: ", ""),
    (r"e5", "query: ", "passage: "),
)
_BATCH = 32
_RERANKERS = ("ForSequenceClassification", "ForCausalLM")
_TOKENS = 512  # of question and passage together


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


class HubReranker:
    """A cross-encoder with one score a pair, such as BAAI/bge-reranker-v2-m3, behind the Reranker interface."""

    def __init__(self, name: str) -> None:
        """:param name: hub name or path
        :raises RerankerError: if it cannot be loaded, such as without a network, or scores several classes
        """
        try:
            self._model = CrossEncoder(name, max_length=_TOKENS)
        except (OSError, ValueError, RuntimeError) as error:
            raise RerankerError(
                f"载入不了重排模型 {name}：没有网络时请先下载到本机，再把 ENVDOCTOR_RERANKER 设为该文件夹，或者不设 / "
                f"cannot load the reranker {name}; without a network download it first and give its folder, or unset it: {error}"
            ) from error
        kinds, classes = self._model.config.architectures or [], self._model.num_labels
        if classes != 1 or not any(kind.endswith(_RERANKERS) for kind in kinds):  # of an encoder the last layer is random
            raise RerankerError(
                f"{name} 不是重排模型（{', '.join(kinds)}，{classes} 个分数），请改设 ENVDOCTOR_RERANKER 或不设 / "
                f"{name} is no reranker: it is a {', '.join(kinds)} with {classes} scores a pair"
            )

    def scores(self, question: str, texts: Sequence[str]) -> Floats:
        """:returns: the raw score of each pair, not squeezed between 0 and 1, where good ones would all be alike"""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        pairs = [(question, text) for text in texts]
        raw = torch.nn.Identity()
        said = self._model.predict(pairs, batch_size=_BATCH, activation_fn=raw, show_progress_bar=False)
        scores: Floats = np.asarray(said, dtype=np.float32)
        return scores


def prefixes(name: str) -> tuple[str, str]:
    """:returns: what goes before a question and before a passage for a model of this name; '' for unknown families"""
    for pattern, query, passage in _PREFIXES:
        if re.search(pattern, name.lower()):
            return query, passage
    return "", ""
