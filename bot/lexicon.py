"""What two texts have in common, in the words of the library: synonyms made one, rare terms weighing more."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from sys import intern

from bot.rules import read
from bot.text import overlap, terms
from corpus.starter import Starter, Term

_LEAST, _MOST = 0.3, 6.0
_REMEMBERED = 98_304  # texts, most of them questions of the library: some 500 bytes each


class Lexicon:
    """Pure once built; remembers the terms of texts that it has seen."""

    def __init__(self, glossary: Sequence[Term], texts: Iterable[str]) -> None:
        """:param texts: what the library holds, to learn how common each term is."""
        # By the two characters that a word begins with, for few words begin with the same; a word of one by itself.
        self._words: dict[str, list[tuple[str, str]]] = defaultdict(list)
        pairs = {str(word): str(plain) for word, plain in read("dialect").items()}
        for term in glossary:
            pairs |= {word: term.term for word in term.synonyms if len(word) >= 2} | {term.term: term.term}
        self._matters: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for term in glossary:
            for word in term.words:
                self._matters[word[:2]].append((word, term.term))
        for named in self._matters.values():
            named.sort(key=lambda pair: -len(pair[0]))
        for word, plain in sorted(pairs.items(), key=lambda pair: -len(pair[0])):
            self._words[word[:2]].append((word, plain))
        self.terms: Callable[[str], tuple[str, ...]] = lru_cache(maxsize=_REMEMBERED)(self._terms)
        self._weighed: Callable[[str], tuple[frozenset[str], float]] = lru_cache(maxsize=_REMEMBERED)(self._with_weight)
        self.weights: Mapping[str, float] = self._weights(texts)

    def canonical(self, text: str) -> str:
        """:returns: `text` with each colloquial word in the words of the statutes; longest word first, from left to right."""
        out: list[str] = []
        at = 0
        while at < len(text):
            word, plain = _first(self._words, text, at) or (text[at], text[at])
            out.append(plain)
            at += len(word)
        return "".join(out)

    def names_matter(self, text: str) -> bool:
        """Whether a term of the glossary stands in `text`, beyond the ordinary and general ones (多少, 罚款)."""
        return any(
            text.startswith(word, at) and not {word, plain} & _general()
            for at in range(len(text))
            for key in {text[at], text[at : at + 2]}
            for word, plain in self._matters.get(key, ())
        )

    def matters(self, text: str) -> set[str]:
        """:returns: the terms of the glossary that stand in `text`, in the words of the statutes; the longest where some overlap."""
        found: set[str] = set()
        at = 0
        while at < len(text):
            word, term = _first(self._matters, text, at) or (text[at], "")
            if term and not {word, term} & _general():
                found.add(term)
            at += len(word)
        return found

    def coverage(self, question: str, *texts: str) -> float:
        """:returns: the weighted share of the question's content terms that occur in any of `texts`."""
        given = {term for text in texts for term in self.terms(text)}
        return overlap(self.terms(question), given, self.weights)

    def telling(self, question: str, texts: Sequence[str]) -> list[float]:
        """:returns: for each of several texts side by side how much of the question it holds (0..1), where a term counts
        the less the more of these texts hold it; a term that all hold tells none from the others
        """
        asked = set(self.terms(question))
        held = [asked & set(self.terms(text)) for text in texts]
        shared = Counter(term for terms in held for term in terms)
        value = {term: self._weight(term) * math.log(len(texts) / count) for term, count in shared.items()}
        most = math.fsum(value.values())
        return [math.fsum(value[term] for term in terms) / most if most else 0.0 for terms in held]

    def holds(self, text: str, share: float, *texts: str) -> bool:
        """Whether `texts` hold at least `share` of the content of `text`; of a text without content, they do."""
        return not self.terms(text) or self.coverage(text, *texts) >= share

    def weight(self, terms: Iterable[str]) -> float:
        """:returns: how telling terms are together; rarer ones weigh more. Summed exactly, here and below: a set has another
        order in each process, and a tie must break the same way in all
        """
        return math.fsum(map(self._weight, set(terms)))

    def likeness(self, question: str, other: str) -> float:
        """:returns: how much two short texts ask the same (0..1): shared weight over the weight of both."""
        (left, asked), (right, known) = self._weighed(question), self._weighed(other)
        return math.fsum(map(self._weight, left & right)) / (0.55 * asked + 0.45 * known) if left and right else 0.0

    def _weight(self, term: str) -> float:
        return self.weights.get(term, _MOST * 2 / 3)

    def _terms(self, text: str) -> tuple[str, ...]:
        return tuple(map(intern, terms(self.canonical(text))))  # the same few thousand in all texts

    def _with_weight(self, text: str) -> tuple[frozenset[str], float]:
        terms = frozenset(self.terms(text))
        return terms, self.weight(terms)

    def _weights(self, texts: Iterable[str]) -> dict[str, float]:
        counts: Counter[str] = Counter()
        total = 0
        for text in texts:
            counts.update(set(terms(self.canonical(text))))
            total += 1
        return {term: min(_MOST, max(_LEAST, math.log((total + 1) / (count + 0.5)))) for term, count in counts.items()}


def _first(words: Mapping[str, Sequence[tuple[str, str]]], text: str, at: int) -> tuple[str, str] | None:
    """:param words: by how they begin, the longest first
    :returns: the longest that stands in `text` at that place, and what is said for it
    """
    for key in (text[at : at + 2], text[at]):
        for pair in words.get(key, ()):
            if text.startswith(pair[0], at):
                return pair
    return None


def of(starter: Starter) -> Lexicon:
    """:returns: the lexicon of a library: its glossary, weighted by its questions and digests."""
    return Lexicon(starter.glossary, starter.texts)


@lru_cache(maxsize=1)
def _general() -> frozenset[str]:
    return frozenset(word for words in read("general").values() for word in words)
