"""What is a term? BM25 alone over characters with pairs, over jieba's words with the domain dictionary, and over both.

The measurement behind docs/decisions/0004: run it again when the library or the field's language changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from corpus.catalogue import Catalogue
from corpus.collection import Collection, searchable
from corpus.model import Cite, Passage
from corpus.starter import Starter
from eval.metrics import retrieval
from eval.questions import Question
from eval.statistics import difference
from indexer import tokenizer
from indexer.build import encoded, explained
from indexer.normalise import normalise

Terms = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """`against`: RR@10 minus that of the first kind, with its paired 95 % interval."""

    kind: str
    seconds: float  # to cut all passages into terms
    found: float  # Success@5
    rank: float  # RR@10
    against: tuple[float, float, float]


def kinds(starter: Starter) -> Mapping[str, Terms]:
    """:returns: ways to cut a text; jieba gets every term and synonym of the glossary as a word."""
    import jieba

    cutter = jieba.Tokenizer()
    for term in starter.glossary:
        for word in term.words:
            cutter.add_word(word)

    def words(text: str) -> list[str]:
        return [f"/{word}" for word in cutter.cut_for_search(normalise(text)) if word.strip()]

    return {
        "characters and pairs": tokenizer.terms,
        "jieba words": words,
        "both": lambda text: tokenizer.terms(text) + words(text),
    }


def measure(catalogue: Catalogue, starter: Starter, questions: Sequence[Question], on: date, region: str) -> list[Row]:
    """BM25 of bm25s over every passage in force, no other leg, no ranking."""
    collection = Collection(catalogue, starter)
    collection.refresh()
    held = list(searchable(catalogue, starter))
    windows = collection.windows(held)
    passages = [passage for passage, window in zip(held, windows, strict=True) if window and window.open(on, region)]
    asked = [question for question in questions if question.gold]
    groups = {question.id: question.group for question in asked}
    rows: list[Row] = []
    first: dict[str, float] = {}
    for kind, cut in kinds(starter).items():
        began = time.perf_counter()
        texts = [cut(f"{encoded(passage)}\n{explained(passage)}") for passage in passages]
        seconds = time.perf_counter() - began
        scores = retrieval.score(asked, _hits(texts, passages, asked, cut))
        ranks = {key: row["RR@10"] for key, row in scores.items()}
        first = first or ranks
        found = sum(row["Success@5"] for row in scores.values()) / len(scores)
        rows.append(Row(kind, seconds, found, sum(ranks.values()) / len(ranks), difference(first, ranks, groups)))
    return rows


def _hits(
    texts: Sequence[list[str]], passages: Sequence[Passage], asked: Sequence[Question], cut: Terms
) -> dict[str, list[tuple[Cite, ...]]]:
    import bm25s

    index = bm25s.BM25()
    index.index(texts, show_progress=False)
    hits = {}
    for question in asked:
        known = [term for term in cut(question.question) if term in index.vocab_dict]
        scores = index.get_scores(known) if known else np.zeros(len(passages))
        best = (passages[at] for at in np.argsort(-scores, kind="stable")[:10])
        hits[question.id] = [p.stands_for or (Cite(p.title, p.article),) for p in best]
    return hits
