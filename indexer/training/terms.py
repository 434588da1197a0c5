"""Texts as arrays of term numbers, and the vocabulary that numbers them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.tokenizer import Keys, keys

Ints = NDArray[np.int64]
_PORTION = 20_000


@dataclass(frozen=True, slots=True)
class Bags:
    """Texts as one array: text i has the terms `ids[starts[i]:starts[i + 1]]`."""

    ids: Ints
    starts: Ints

    def __len__(self) -> int:
        return len(self.starts) - 1

    def bag(self, at: int) -> Ints:
        return self.ids[self.starts[at] : self.starts[at + 1]]

    def span(self, start: int, end: int) -> Ints:
        """:returns: the terms of the texts from `start` to before `end`."""
        return self.ids[self.starts[start] : self.starts[end]]


def document_counts(texts: Sequence[str]) -> tuple[Keys, Ints]:
    """:returns: every key that occurs, ascending, and in how many texts."""
    all_keys, all_counts = [], []
    for start in range(0, len(texts), _PORTION):
        found, owners = keys(texts[start : start + _PORTION])
        rows = np.unique(np.stack([owners.astype(np.uint64), found], axis=1), axis=0)[:, 1]
        part, counts = np.unique(rows, return_counts=True)
        all_keys.append(part)
        all_counts.append(counts)
    merged, place = np.unique(np.concatenate(all_keys), return_inverse=True)
    return merged, np.bincount(place, weights=np.concatenate(all_counts), minlength=len(merged)).astype(np.int64)


def vocabulary(articles: Sequence[str], questions: Sequence[str], size: int) -> Keys:
    """The keys worth a vector, ascending: frequent in articles, or in questions, of which there are far fewer.

    :param size: at most this many
    """
    in_articles, counts = document_counts(articles)
    in_questions, asked = document_counts(questions) if questions else (in_articles[:0], counts[:0])
    merged, place = np.unique(np.concatenate([in_articles, in_questions]), return_inverse=True)
    weights = np.concatenate([counts, asked * 10])
    score = np.bincount(place, weights=weights, minlength=len(merged))
    best = np.argsort(-score, kind="stable")[:size]
    return np.sort(merged[best])


def bags(texts: Sequence[str], vocabulary: Keys) -> Bags:
    """:returns: the texts as term numbers; terms outside the vocabulary are left out."""
    ids, lengths = [], []
    for start in range(0, len(texts), _PORTION):
        part = texts[start : start + _PORTION]
        found, owners = keys(part)
        place = np.minimum(np.searchsorted(vocabulary, found), len(vocabulary) - 1)
        known = vocabulary[place] == found
        ids.append(place[known])
        lengths.append(np.bincount(owners[known], minlength=len(part)))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int64)
    return Bags(np.concatenate(ids).astype(np.int64), starts)
