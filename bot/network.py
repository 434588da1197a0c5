"""A small network beside the classifier: it reads the order of the characters, which a sum of weights does not.

A character is what it and the pair that it begins mean to the encoder (`indexer/model`), and what was learned of it here; a convolution over
three, two layers of self-attention (Vaswani et al. 2017, layer norm first), then four weighted means, the maximum and the lists of
words that occur (`concepts.yaml`) before one hidden layer. Serving needs numpy alone, two milliseconds a text; `python -m bot train`
(bot/training_network.py) makes the weights.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from bot.text import ends
from indexer import tokenizer

MOST = 100  # characters; of a longer text the beginning and the end are seen
HEADS, LAYERS = 4, 2
NAME = "network.safetensors"
Floats = NDArray[np.floating[Any]]


class NetworkError(RuntimeError):
    """The network cannot be used; says why."""


class Network:
    """Pure. Of each array the shape stands in `bot.training_network.Reader`, of which this is the evaluation."""

    def __init__(self, arrays: Mapping[str, NDArray[Any]], classes: tuple[str, ...], lists: tuple[str, ...]) -> None:
        """:param lists: the names of the lists of words, in the order of `lists.weight`"""
        self.classes = classes
        self._lists = {name: at for at, name in enumerate(lists)}
        self._keys = arrays["keys"].view(np.uint64)
        self._terms, self._scales = arrays["terms"], arrays["scales"].astype(np.float32)
        self._characters = {int(code): at + 1 for at, code in enumerate(arrays["characters"])}
        kept = ("keys", "terms", "scales", "characters")
        self._of = {name: array.astype(np.float32) for name, array in arrays.items() if name not in kept}

    @classmethod
    def load(cls, path: Path) -> Network:
        """:raises NetworkError: if the file is missing or damaged"""
        try:
            with safe_open(path, "np") as file:
                told = file.metadata()
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            return cls(arrays, tuple(json.loads(told["classes"])), tuple(json.loads(told["lists"])))
        except (OSError, KeyError, TypeError, SafetensorError) as error:
            raise NetworkError(f"读不了分流网络 / cannot read the network of triage in {path}: {error}") from error

    def read(self, text: str, found: set[str]) -> NDArray[np.float64]:
        """:param text: squeezed, as rules see it
        :param found: the names of the lists of words that occur in it
        :returns: the logarithm of how likely each class is, of shape (classes,)
        """
        of = self._of
        shown = ends(text, MOST)
        own = np.array([self._characters.get(ord(char), len(self._characters) + 1) for char in shown] or [0])
        singles, pairs = term_keys(shown)
        x: Floats = self._vectors(singles) @ of["single.weight"].T + self._vectors(pairs) @ of["pair.weight"].T
        x += of["single.bias"] + of["own.weight"][own] + of["place.weight"][: len(own)]
        x += _gelu(_three(x) @ of["three"] + of["three.bias"])
        for layer in range(LAYERS):
            x = self._layer(x, f"layers.{layer}.")
        x = _norm(x, of["last.weight"], of["last.bias"])
        shares = _softmax((x @ of["weigh.weight"].T + of["weigh.bias"]).T)
        listed = sorted(
            self._lists[name] for name in found if name in self._lists
        )  # a set has another order in each process
        lists = of["lists.weight"][listed].sum(axis=0)
        whole = np.concatenate([(shares @ x).ravel(), x.max(axis=0), lists])
        hidden = _gelu(of["hidden.weight"] @ whole + of["hidden.bias"])
        return logarithms(of["out.weight"] @ hidden + of["out.bias"])

    def _vectors(self, keys: NDArray[np.uint64]) -> Floats:
        rows = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        known = self._keys[rows] == keys
        vectors: Floats = self._terms[rows].astype(np.float32) * (self._scales[rows] * known)[:, None]
        return vectors

    def _layer(self, x: Floats, name: str) -> Floats:
        of = self._of
        length, width = x.shape
        seen = _norm(x, of[f"{name}before.weight"], of[f"{name}before.bias"])
        drawn = (seen @ of[f"{name}drawn.weight"].T + of[f"{name}drawn.bias"]).reshape(length, 3, HEADS, width // HEADS)
        query, key, value = drawn.transpose(1, 2, 0, 3)
        shares = _softmax(query @ key.transpose(0, 2, 1) / np.float32(math.sqrt(width // HEADS)))
        mixed = (shares @ value).transpose(1, 0, 2).reshape(length, width)
        x = x + mixed @ of[f"{name}mixed.weight"].T + of[f"{name}mixed.bias"]
        seen = _norm(x, of[f"{name}after.weight"], of[f"{name}after.bias"])
        wide = _gelu(seen @ of[f"{name}wide.weight"].T + of[f"{name}wide.bias"])
        return np.asarray(x + wide @ of[f"{name}narrow.weight"].T + of[f"{name}narrow.bias"])


def logarithms(scores: NDArray[Any]) -> NDArray[np.float64]:
    """:returns: of scores of classes the logarithms of how likely each is"""
    apart = np.asarray(scores, dtype=np.float64) - scores.max()
    return np.asarray(apart - math.log(math.fsum(np.exp(apart).tolist())))


def term_keys(text: str) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """:returns: the encoder's key of each character, and of the pair that it begins; 0 where it has none. One 0 for a text without
    characters.
    """
    singles = [0 if char.isascii() else tokenizer.key(char) for char in text]
    pairs = [
        0 if one.isascii() or two.isascii() else tokenizer.key(one + two) for one, two in zip(text, text[1:], strict=False)
    ]
    return np.array(singles or [0], dtype=np.uint64), np.array([*pairs, 0], dtype=np.uint64)[: max(1, len(text))]


@lru_cache(maxsize=2)
def shipped(path: Path) -> Network:
    return Network.load(path)


def _three(x: Floats) -> Floats:
    """:returns: each row between its neighbours, side by side"""
    padded = np.pad(x, ((1, 1), (0, 0)))
    return np.concatenate([padded[:-2], padded[1:-1], padded[2:]], axis=1)


def _gelu(x: Floats) -> Floats:
    inner = np.float32(math.sqrt(2 / math.pi)) * (x + np.float32(0.044715) * x * x * x)
    return np.asarray(np.float32(0.5) * x * (1 + np.tanh(inner)))


def _norm(x: Floats, weight: Floats, bias: Floats) -> Floats:
    apart = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((apart * apart).mean(axis=-1, keepdims=True) + np.float32(1e-5))
    return np.asarray(apart / spread * weight + bias)


def _softmax(x: Floats) -> Floats:
    shares = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))
