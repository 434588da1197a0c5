"""Two views of one article that a good encoder puts side by side: the pairs that need no person to write them.

The mix was measured on lay questions over statutes: a clause taken out of its article four times, terms drawn by rarity
three times, headings, halves and neighbours once each. After the inverse cloze task of Lee et al. 2019 (arXiv 1906.00300).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.model import Passage
from indexer.tokenizer import Keys
from indexer.training.terms import Bags, Ints, bags

_CLAUSE = re.compile(r"[^。；;\n]+[。；;\n]?")
_MIX = np.array([4, 3, 1, 1, 1], dtype=np.float64)
_MIX /= _MIX.sum()
_LONGEST = 400  # terms of the longer view


class Views:
    """Draws pairs from articles that stand in the order of their laws."""

    def __init__(self, articles: Sequence[Passage], vocabulary: Keys) -> None:
        clauses = [_CLAUSE.findall(article.text) or [article.text] for article in articles]
        self._clauses = bags([clause for row in clauses for clause in row], vocabulary)
        self._first = np.cumsum([0] + [len(row) for row in clauses])
        self._headings = bags(["\n".join([article.title, *article.headings]) for article in articles], vocabulary)
        self._law = [article.document_id for article in articles]
        self.idf = inverse_frequency(self._whole(), len(vocabulary))

    def __len__(self) -> int:
        return len(self._law)

    def _whole(self) -> Bags:
        return Bags(self._clauses.ids, self._clauses.starts[self._first])

    def whole(self) -> Bags:
        """:returns: each article with its headings."""
        parts = [np.concatenate([self._headings.bag(at), self._text(at)]) for at in range(len(self))]
        return Bags(np.concatenate(parts), np.cumsum([0] + [len(part) for part in parts]))

    def _text(self, at: int) -> Ints:
        return self._clauses.span(self._first[at], self._first[at + 1])

    def draw(self, at: int, random: np.random.Generator) -> tuple[Ints, Ints]:
        """:returns: the terms of two views of article `at`; either may be empty for an article of few words."""
        kind = int(random.choice(5, p=_MIX))
        start, end = int(self._first[at]), int(self._first[at + 1])
        text = self._text(at)
        heading = self._headings.bag(at) if random.random() < 0.5 else text[:0]
        if kind == 0 and end - start > 1:
            clause = int(random.integers(start, end))
            kept = clause if random.random() < 0.1 else -1  # now and then the clause stays, so that exact words count
            rest = [self._clauses.bag(each) for each in range(start, end) if each != clause or each == kept]
            return self._clauses.bag(clause), _cut(np.concatenate([heading, *rest]))
        if kind == 2 and len(self._headings.bag(at)):
            return self._headings.bag(at), _cut(text)
        if kind == 3 and end - start > 1:
            half = (start + end) // 2
            return self._clauses.span(start, half), _cut(np.concatenate([heading, self._clauses.span(half, end)]))
        if kind == 4 and at + 1 < len(self) and self._law[at + 1] == self._law[at]:
            return _cut(text), _cut(self._text(at + 1))
        return self._rare(text, random), _cut(np.concatenate([heading, text]))

    def _rare(self, text: Ints, random: np.random.Generator) -> Ints:
        """Three to a dozen terms, rare ones more likely: what somebody who recalls an article would type."""
        weights = self.idf[text].astype(np.float64)
        wanted = min(int(random.integers(3, 13)), int((weights > 0).sum()))
        if not wanted:
            return text[:0]
        return random.choice(text, size=wanted, replace=False, p=weights / weights.sum())


def inverse_frequency(texts: Bags, size: int) -> NDArray[np.float32]:
    """:returns: ln((n + 1) / (df + 1)) for each term, of shape (size,)."""
    owners = np.repeat(np.arange(len(texts)), np.diff(texts.starts))
    distinct = np.unique(owners * size + texts.ids) % size
    counts = np.bincount(distinct, minlength=size)
    idf: NDArray[np.float32] = np.log((len(texts) + 1) / (counts + 1)).astype(np.float32)
    return idf


def _cut(terms: Ints) -> Ints:
    return terms[:_LONGEST]
