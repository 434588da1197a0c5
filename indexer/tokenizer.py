"""One tokenizer for building and for asking: characters, pairs of characters, Latin words and numbers.

On 1,543 lay questions over 57,711 articles (BM25, right article among the first five) single characters with pairs found
.441, jieba's words .396, both together .439: so no word list has to be loaded to serve.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Self, overload

import numpy as np
from numpy.typing import NDArray

from indexer.normalise import normalise, normalised

VERSION = "pairs-2"  # raise it when the same text gives other terms: indexes and encoder are then made anew
Keys = NDArray[np.uint64]

_WORD = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")  # digits of other scripts are no terms
_RUN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+|[a-z]+|[0-9]+(?:\.[0-9]+)?")
_SHIFT = np.uint64(21)
_HASHED = 1 << 42  # above every pair of code points
KEY_BITS = 43
_PORTION = 4096  # texts cut at once


def terms(text: str) -> list[str]:
    """:returns: the terms of a text, with repeats: 排污证 gives 排, 污, 证, 排污, 污证."""
    out: list[str] = []
    for run in _RUN.findall(normalise(text)):
        if run[0].isascii():
            out.append(run)
        else:
            out += run
            out += [run[at : at + 2] for at in range(len(run) - 1)]
    return out


def key(term: str) -> int:
    """:returns: the number that stands for a term in every array: code points for one or two characters, else a hash."""
    if term[0].isascii():
        return _word_key(term)
    if len(term) == 1:
        return ord(term)
    return ord(term[0]) << int(_SHIFT) | ord(term[1])


def keys(texts: Sequence[str]) -> tuple[Keys, NDArray[np.int64]]:
    """The keys of many texts at once, ten times faster than term by term.

    :returns: the keys of all terms, of shape (terms,), in no particular order inside a text, and for each the position of
        its text, ascending
    """
    if isinstance(texts, Cut):
        return texts.keys()
    joined = "\n".join(text.replace("\n", " ") for text in normalised(texts)) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.cumsum(codes == ord("\n")) - (codes == ord("\n"))
    wide = ((codes >= 0x3400) & (codes <= 0x9FFF)) | ((codes >= 0x20000) & (codes <= 0x3FFFF))
    single = np.flatnonzero(wide)
    pair = np.flatnonzero(wide[:-1] & wide[1:])
    big = codes.astype(np.uint64)
    found = [(match.start(), _word_key(match[0])) for match in _WORD.finditer(joined)]
    at = np.array([row[0] for row in found], dtype=np.int64)
    word = np.array([row[1] for row in found], dtype=np.uint64)
    places = np.concatenate([single, pair, at])
    values = np.concatenate([big[single], big[pair] << _SHIFT | big[pair + 1], word])
    order = np.argsort(owner[places], kind="stable")
    return values[order], owner[places][order]


class Cut(Sequence[str]):
    """Texts that keep their keys: an index counts the words of a text, and its vector is the sum of them."""

    def __init__(self, texts: Sequence[str], found: Keys, starts: NDArray[np.int64], places: NDArray[np.int64]) -> None:
        """:param found: the keys of all texts; text i has `found[starts[i]:starts[i + 1]]`
        :param places: which of the texts stand here
        """
        self._texts, self._found, self._starts, self._places = texts, found, starts, places

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        parts = [keys(texts[at : at + _PORTION]) for at in range(0, len(texts), _PORTION)]
        lengths = [np.bincount(owners, minlength=min(_PORTION, len(texts))) for _, owners in parts]
        ends = np.cumsum(np.concatenate([np.zeros(1, np.int64), *lengths])[: len(texts) + 1])
        return cls(
            texts, np.concatenate([np.zeros(0, np.uint64), *(part for part, _ in parts)]), ends, np.arange(len(texts))
        )

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Self: ...
    def __getitem__(self, at: int | slice) -> str | Self:
        if isinstance(at, slice):
            return type(self)(self._texts, self._found, self._starts, self._places[at])
        return self._texts[int(self._places[at])]

    def take(self, positions: Sequence[int] | NDArray[np.int64]) -> Self:
        """:returns: the texts at these positions, in this order"""
        return type(self)(self._texts, self._found, self._starts, self._places[np.asarray(positions, dtype=np.int64)])

    def keys(self) -> tuple[Keys, NDArray[np.int64]]:
        """:returns: as the function of this name"""
        starts = self._starts[self._places]
        lengths = self._starts[self._places + 1] - starts
        owners = np.repeat(np.arange(len(self)), lengths)
        return self._found[np.repeat(starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(len(owners))], owners


def weighted(words: Iterable[tuple[str, float]]) -> tuple[Keys, NDArray[np.float32]]:
    """:returns: the distinct keys of weighted terms, ascending, with the sum of each key's weights."""
    sums: dict[int, float] = {}
    for term, weight in words:
        found = key(term)
        sums[found] = sums.get(found, 0.0) + weight
    ordered = sorted(sums)
    return np.array(ordered, dtype=np.uint64), np.array([sums[each] for each in ordered], dtype=np.float32)


@lru_cache(maxsize=100_000)
def _word_key(word: str) -> int:
    digest = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
    return digest % _HASHED | _HASHED
