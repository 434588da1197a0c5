"""Characters that were mistyped for others of the same sound (油咽, 排污正): most people type Chinese by its sound.

A word of the glossary is put in place of a run of characters that differs from it in one, where the two sound alike without
their tones. The pairs of characters that this changes inside the word must be known in the library, and those that were typed
hardly; and what was typed must not belong to the words beside it (软管|往塘里). Accents (n for l, z for zh) are not heard: they
brought more wrong words than right ones.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

from bot.rules import read
from corpus.starter import Starter, Term

_HAN = re.compile(r"[一-鿿]{2,}")
_LONGEST = 6  # characters of a word
_WORD = re.compile(rf"[一-鿿]{{2,{_LONGEST}}}")
_FEWER = 30  # how many times rarer a pair that was typed must be than the one that was meant: the library has slips too
_CLOSER = 4  # how many times more often the two of a word must stand together than one of them with its neighbour
_UNKNOWN = 3  # a pair that occurs no more often is no word
_MOST = 5  # slips in a text; more are no slips
_STORY = 400  # characters; of what is longer one word decides nothing


@dataclass(frozen=True, slots=True)
class Mended:
    """A text as it was meant, and the words that were put in, each behind what was typed."""

    text: str
    words: tuple[tuple[str, str], ...] = ()


class Slips:
    """Pure once built."""

    def __init__(self, glossary: Iterable[Term], texts: Iterable[str]) -> None:
        """:param texts: what the library holds, to learn which pairs of characters are common"""
        self._pairs, self._counts = _pairs("\n".join(texts))
        ordinary = set(read("general")["ordinary"])
        words = {word for term in glossary for word in term.words if _WORD.fullmatch(word)} - ordinary
        self._words = {word for word in words if min(map(self._count, _two(word))) > _UNKNOWN}
        self._blurred: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for word in sorted(self._words):
            for at, sound in enumerate(lazy_pinyin(word)):
                self._blurred[_blur(word, at)].append((word, sound))

    def mended(self, text: str) -> Mended:
        """Cost grows with the length of the text, and with the number of slips."""
        if len(text) > _STORY:
            return Mended(text)
        words: list[tuple[str, str]] = []
        mended = _HAN.sub(lambda run: self._mended(run[0], words), text)
        return Mended(mended, tuple(dict.fromkeys(words)))

    def _mended(self, run: str, words: list[tuple[str, str]]) -> str:
        """:param words: those that were typed, each with the one that was meant; new ones are added"""
        while len(words) < _MOST and (found := self._first(run)):  # a longer word may stand where one was put in
            at, word = found
            words.append((run[at : at + len(word)], word))
            run = run[:at] + word + run[at + len(word) :]
        return run

    def _first(self, run: str) -> tuple[int, str] | None:
        """:returns: place and word of the longest slip, the first of them"""
        places = ((at, size) for size in range(_LONGEST, 1, -1) for at in range(len(run) - size + 1))
        return next(((at, word) for at, size in places if (word := self._meant(run, at, size))), None)

    def _meant(self, run: str, at: int, size: int) -> str:
        """:returns: the word that was meant by the characters at a place, '' where they stand for themselves"""
        typed = run[at : at + size]
        if typed in self._words:
            return ""
        for place in range(size):
            for word, sound in self._blurred.get(_blur(typed, place), ()):
                heard = sound == lazy_pinyin(typed[place])[0]
                if heard and self._rarer(typed, word) and self._stands_apart(run, at, word, place):
                    return word
        return ""

    def _rarer(self, typed: str, word: str) -> bool:
        changed = [pair for pair in zip(_two(typed), _two(word), strict=True) if pair[0] != pair[1]]
        return all(self._count(one) * _FEWER <= self._count(other) for one, other in changed)

    def _stands_apart(self, run: str, at: int, word: str, place: int) -> bool:
        """Whether the character at a place of a word belongs to nothing beside it, nor, in a word of two, the other one."""
        last = len(word) - 1
        before, behind = run[max(0, at - 1) : at + 1] if at else "", run[at + last : at + last + 2]
        if (place == 0 and self._count(before) > _UNKNOWN) or (place == last and self._count(behind) > _UNKNOWN):
            return False
        return last > 1 or self._count(behind if place == 0 else before) * _CLOSER <= self._count(word)

    def _count(self, pair: str) -> int:
        """:returns: how often two characters stand side by side in the library, 0 for less than two"""
        if len(pair) != 2:
            return 0
        key = _key(pair)
        at = int(np.searchsorted(self._pairs, key))
        return int(self._counts[at]) if at < len(self._pairs) and self._pairs[at] == key else 0


def of(starter: Starter) -> Slips:
    return Slips(starter.glossary, starter.texts)


def _pairs(text: str) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """:returns: the pairs of characters that stand side by side, each as one ascending number, and how often each does"""
    codes = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    return np.unique((codes[:-1] << np.uint64(32)) | codes[1:], return_counts=True)


def _key(pair: str) -> np.uint64:
    return np.uint64(ord(pair[0]) << 32 | ord(pair[1]))


def _two(text: str) -> Sequence[str]:
    return [text[at : at + 2] for at in range(len(text) - 1)]


def _blur(word: str, at: int) -> str:
    return f"{word[:at]}?{word[at + 1 :]}"
