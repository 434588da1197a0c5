"""What a question asks of the legs: weighted terms, statute words for everyday ones, instruments and articles named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.model import Cite, short_title
from corpus.numerals import ARTICLE, article_label
from corpus.starter import Term
from indexer import tokenizer
from indexer.normalise import normalise
from indexer.tokenizer import Keys

ADDED = 0.3  # weight of the terms of a statute word that stands for an everyday one
_GAP = 8  # characters between the name of a law and the number of its article
_SHORTEST_TYPO = 4
_LONGEST_TITLE = 40
_LONGEST = 1000  # characters of a question that are read
_QUESTION = re.compile(
    r"请问|想问|问一下|咨询一下|请教|你好|您好|怎么办|怎么样|怎么|怎样|咋个|咋办|咋|为什么|什么|么样|多少|几多|哪个|哪些|哪里|是不是|能不能|可不可以|"
    r"有没有|要不要|应该|应当|可以|需要|我们|你们|他们|我|你|吗|呢|吧|啊|呀|嘛|了|的|是|要|会|有"
)
_QUESTION_WEIGHT = 0.1


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready. `keys` are distinct and ascending, with one weight each."""

    text: str
    keys: Keys
    weights: NDArray[np.float32]
    added: tuple[str, ...] = ()
    cites: tuple[Cite, ...] = ()
    titles: tuple[str, ...] = ()


class Words:
    """The domain dictionary: statute terms with the words people use for them (the glossary of the library)."""

    def __init__(self, glossary: Iterable[Term] = ()) -> None:
        self._terms: dict[str, set[str]] = {}
        known: set[str] = set()
        for entry in glossary:
            term = normalise(entry.term)
            known.add(term)
            for synonym in map(normalise, entry.synonyms):
                known.add(synonym)
                if len(synonym) > 1:
                    self._terms.setdefault(synonym, set()).add(term)
        self._known = known
        self._longest = max(map(len, known), default=0)
        self._blurred: dict[str, set[str]] = {}
        self._halves: set[tuple[int, int, str]] = set()
        for word in known:
            self._halves.update(_halves(word))
            for blurred in _blurs(word):
                self._blurred.setdefault(blurred, set()).add(word)

    def statute_terms(self, text: str) -> list[str]:
        """:param text: normalised
        :returns: the statute terms that stand for words of the text, longer words before the shorter ones inside them
        """
        out: dict[str, None] = {}
        at = 0
        while at < len(text):
            word = next(
                (text[at : at + size] for size in range(self._longest, 1, -1) if text[at : at + size] in self._known), ""
            )
            for term in sorted(self._terms.get(word, ())):
                if term not in text:
                    out[term] = None
            at += max(len(word), 1)
        return list(out)

    def mended(self, text: str, rare: Callable[[str], bool]) -> list[str]:
        """Words of the dictionary that `text` has with one character wrong, such as 排乌许可证.

        :param text: normalised
        :param rare: whether a pair of characters hardly occurs in the passages; ordinary words are no slips
        """
        out: dict[str, None] = {}
        for size in range(_SHORTEST_TYPO, min(self._longest, len(text)) + 1):
            for at in range(len(text) - size + 1):
                word = text[at : at + size]
                if word in self._known or self._halves.isdisjoint(_halves(word)):
                    continue
                for blurred in _blurs(word):
                    if blurred in self._blurred and rare(_around(word, blurred.index("?"))):
                        out |= dict.fromkeys(sorted(self._blurred[blurred]))
        return list(out)


def understand(text: str, words: Words, titles: frozenset[str], rare: Callable[[str], bool]) -> Query:
    """Read a question, of a very long one the beginning.

    :param titles: short titles of the instruments in the index
    :param rare: see `Words.mended`
    """
    text = text[:_LONGEST]
    plain = normalise(text)
    mended = words.mended(plain, rare)
    added = [*dict.fromkeys([*words.statute_terms(plain), *mended])]
    weighted = [(term, 1.0) for term in tokenizer.terms(_QUESTION.sub(" ", plain))]
    weighted += [(term, _QUESTION_WEIGHT) for found in _QUESTION.findall(plain) for term in tokenizer.terms(found)]
    weighted += [(term, ADDED) for word in added for term in tokenizer.terms(word)]
    keys, weights = tokenizer.weighted(weighted)
    bare = short_title(text).replace("中华人民共和国", "")
    named = _titles(bare, titles)
    return Query(text, keys, weights, tuple(added), _cites(bare, named), tuple(dict.fromkeys(title for _, title in named)))


def _titles(text: str, titles: frozenset[str]) -> list[tuple[int, str]]:
    """:param text: without 《》, spaces and 中华人民共和国
    :returns: end and short title of each instrument named, the longest name at each place
    """
    named, at = [], 0
    while at < len(text):
        sizes = range(min(_LONGEST_TITLE, len(text) - at), 2, -1)
        title = next((text[at : at + size] for size in sizes if text[at : at + size] in titles), "")
        at += len(title) or 1
        if title:
            named.append((at, title))
    return named


def _cites(text: str, named: Sequence[tuple[int, str]]) -> tuple[Cite, ...]:
    """:returns: the articles named with their instrument just before them"""
    found: dict[Cite, None] = {}
    for match in ARTICLE.finditer(text):
        label = article_label(match)
        before = [title for end, title in named if 0 <= match.start() - end <= _GAP]
        if label and before:
            found[Cite(before[-1], label)] = None
    return tuple(found)


def _blurs(word: str) -> list[str]:
    return [word[:at] + "?" + word[at + 1 :] for at in range(len(word))] if len(word) >= _SHORTEST_TYPO else []


def _halves(word: str) -> tuple[tuple[int, int, str], tuple[int, int, str]]:
    """Words that differ in one character are alike in one of their halves."""
    middle = len(word) // 2
    return (len(word), 0, word[:middle]), (len(word), 1, word[middle:])


def _around(word: str, at: int) -> str:
    """The pair of characters around a place that might be a slip."""
    return word[at : at + 2] if at == 0 else word[at - 1 : at + 1]
