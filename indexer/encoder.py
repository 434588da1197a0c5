"""Our own static encoder, which needs numpy alone to serve, and the door to all others."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from indexer import tokenizer
from indexer.hit import Encoder, Vectors

MODEL = Path(__file__).parent / "model"
OWN = "own"
_PORTION = 4096
_FEW = 20_000  # terms of all texts together: 20 MB


class EncoderError(RuntimeError):
    """An encoder cannot be used; says why and what to do."""


class StaticEncoder:
    """A text is the sum of the vectors of its terms, scaled to length 1: microseconds a text, no network, no torch.

    Vectors are kept as int8 with one scale a term (15 MB for 60,000 terms of 256 dimensions).
    """

    def __init__(self, keys: tokenizer.Keys, weights: NDArray[np.int8], scales: NDArray[np.float32], name: str) -> None:
        """:param keys: term keys, ascending, of shape (terms,); `weights` of shape (terms, dimension); `scales` of shape (terms,)"""
        if not len(keys) == len(weights) == len(scales):
            raise EncoderError(
                f"编码器损坏 / damaged encoder: {len(keys)} keys, {len(weights)} vectors, {len(scales)} scales"
            )
        self._keys, self._weights, self._scales = keys, weights, scales
        self.name = name
        self.dimension = int(weights.shape[1])

    @classmethod
    def load(cls, folder: Path = MODEL) -> StaticEncoder:
        """:raises EncoderError: if the files are missing, damaged or made for another tokenizer"""
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            arrays = load_file(folder / "encoder.safetensors")
            made_for = config["tokenizer"]
            encoder = cls(arrays["keys"].view(np.uint64), arrays["weights"], arrays["scales"], config["name"])
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise EncoderError(f"读不了编码器 / cannot read the encoder in {folder}: {error}") from error
        if made_for != tokenizer.VERSION:
            raise EncoderError(
                f"编码器与分词器版本不符，请重新训练 / the encoder was made for tokenizer {made_for}, this is {tokenizer.VERSION}: "
                "run `python -m indexer train`"
            )
        return encoder

    def save(self, folder: Path, **facts: object) -> None:
        """Write encoder.safetensors and config.json; `facts` tell in the config how it was trained."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, NDArray[Any]] = {
            "keys": self._keys.view(np.int64),
            "weights": self._weights,
            "scales": self._scales,
        }
        config = {"name": self.name, "tokenizer": tokenizer.VERSION, "dimension": self.dimension, "terms": len(self._keys)}
        described = json.dumps(config | facts, ensure_ascii=False, indent=2) + "\n"
        for name, data in (("encoder.safetensors", save(arrays)), ("config.json", described.encode())):
            (folder / f".{name}").write_bytes(data)
            os.replace(folder / f".{name}", folder / name)

    @classmethod
    def quantised(cls, keys: tokenizer.Keys, vectors: Vectors) -> StaticEncoder:
        """:param vectors: float32 of shape (terms, dimension); each term keeps 8 bits a dimension and its own scale"""
        weights, scales = eight_bits(vectors)
        name = f"static-{hashlib.sha256(keys.tobytes() + weights.tobytes()).hexdigest()[:12]}"
        return cls(keys, weights, scales, name)

    def passages(self, texts: Sequence[str]) -> Vectors:
        parts = [self._encode(texts[at : at + _PORTION]) for at in range(0, len(texts), _PORTION)]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimension), dtype=np.float32)

    def query(self, text: str) -> Vectors:
        vector: Vectors = self._encode([text])[0]
        return vector

    @property
    def keys(self) -> tokenizer.Keys:
        """The keys of the terms, ascending, of shape (terms,)."""
        return self._keys

    def table(self) -> Vectors:
        """:returns: the vectors of the terms as float32, of shape (terms, dimension)."""
        table: Vectors = self._weights.astype(np.float32) * self._scales[:, None]
        return table

    def with_table(self, vectors: Vectors) -> StaticEncoder:
        """:returns: the same terms with other vectors, of shape (terms, dimension)"""
        return self.quantised(self._keys, vectors)

    def numbers(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """:returns: the rows of the known terms of all texts, and where in it each text begins"""
        found, owners = tokenizer.keys(texts)
        rows = np.minimum(np.searchsorted(self._keys, found), len(self._keys) - 1)
        known = self._keys[rows] == found
        lengths = np.bincount(owners[known], minlength=len(texts))
        return rows[known], np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        rows, starts = self.numbers(texts)
        used, place = np.unique(rows, return_inverse=True)
        table = self._weights[used].astype(np.float32) * self._scales[used, None]
        if len(rows) <= _FEW:
            sums = np.zeros((len(texts), self.dimension), dtype=np.float32)
            some = np.flatnonzero(np.diff(np.append(starts, len(rows))))
            if len(some):
                sums[some] = np.add.reduceat(table[place], starts[some], axis=0)
        else:
            from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # loading it costs more than adding up a few texts

            ends = np.append(starts, len(rows))
            sums = csr_matrix((np.ones(len(rows), np.float32), place, ends), shape=(len(texts), len(used))) @ table
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        vectors: Vectors = (sums / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        return vectors


def eight_bits(vectors: Vectors) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """:returns: vectors of shape (terms, dimension) in 8 bits a dimension, and the scale of each of shape (terms,)"""
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-12).astype(np.float32) / np.float32(127)
    return np.round(vectors / scales[:, None]).astype(np.int8), scales


def load(name: str = OWN) -> Encoder:
    """The encoder of a setting: `own`, or name or path of a Sentence-Transformers model such as BAAI/bge-m3.

    :raises EncoderError: if it cannot be loaded
    """
    if name == OWN:
        return StaticEncoder.load()
    from indexer.hub import HubEncoder  # costs five seconds and torch

    return HubEncoder(name)
