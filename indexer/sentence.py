"""Our encoder as a SentenceTransformer, for programs that expect one. Importing this module loads torch.

Sentence-Transformers loads no classes of other packages from a folder, so it is put together from its modules:

    from indexer.sentence import sentence_transformer
    model = sentence_transformer()
    model.encode(["没有排污许可证"])
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule, Normalize

from indexer.encoder import MODEL, StaticEncoder
from indexer.hit import Vectors


class TermBag(InputModule):  # type: ignore[misc]
    """Tokenizer and vectors of the terms in one module: the sum of the vectors of a text's terms."""

    def __init__(self, encoder: StaticEncoder) -> None:
        super().__init__()
        self._encoder = encoder
        self.bag = torch.nn.EmbeddingBag.from_pretrained(torch.from_numpy(encoder.table()), mode="sum", freeze=False)

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **_: Any) -> dict[str, Any]:  # noqa: ANN401
        rows, starts = self._encoder.numbers([(prompt or "") + str(text) for text in inputs])
        return {"input_ids": torch.from_numpy(rows), "offsets": torch.from_numpy(starts)}

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: ANN401
        return {**features, "sentence_embedding": self.bag(features["input_ids"], features["offsets"])}

    def get_embedding_dimension(self) -> int:
        return self._encoder.dimension

    def trained(self) -> StaticEncoder:
        """:returns: the encoder with the vectors as they are now, after a training with Sentence-Transformers"""
        vectors: Vectors = self.bag.weight.detach().cpu().numpy().astype(np.float32)
        return self._encoder.with_table(vectors)

    def save(self, output_path: str, *_: Any, **__: Any) -> None:  # noqa: ANN401
        self.trained().save(Path(output_path))


def sentence_transformer(folder: Path = MODEL) -> SentenceTransformer:
    """:raises EncoderError: if the encoder in `folder` cannot be read"""
    return SentenceTransformer(modules=[TermBag(StaticEncoder.load(folder)), Normalize()], device="cpu")
