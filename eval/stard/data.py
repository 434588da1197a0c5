"""Questions and articles of STARD, and splits of the questions that leak nothing from training to test."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.model import Passage

ALIKE = 0.6  # Jaccard of the pairs of characters from which two questions are the same question
_LABEL = re.compile(r"第[零〇一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?$")


@dataclass(frozen=True, slots=True)
class Article:
    id: str
    name: str
    text: str

    @property
    def law(self) -> str:
        return _LABEL.sub("", self.name)

    @property
    def passage(self) -> Passage:
        return Passage(self.id, self.law, self.law, self.name.removeprefix(self.law), self.text)


@dataclass(frozen=True, slots=True)
class Lay:
    """A lay question with the ids of all articles that answer it."""

    id: str
    question: str
    gold: frozenset[str]


def read(folder: Path) -> tuple[list[Article], list[Lay]]:
    """:param folder: holds stard_corpus.jsonl.gz and stard_train.jsonl
    :raises FileNotFoundError: if one is missing
    :raises ValueError: if a question cites an article that the corpus lacks
    """
    articles = [Article(str(row["id"]), row["name"], row["text"]) for row in _rows(folder / "stard_corpus.jsonl.gz")]
    questions = [
        Lay(str(row["query_id"]), row["question"], frozenset(str(gold["id"]) for gold in row["gold"]))
        for row in _rows(folder / "stard_train.jsonl")
    ]
    if missing := frozenset().union(*(q.gold for q in questions)) - {article.id for article in articles}:
        raise ValueError(f"{len(missing)} gold articles are not in the corpus, such as {min(missing)}")
    return articles, questions


def near_duplicates(questions: Sequence[Lay]) -> list[tuple[int, int]]:
    """:returns: positions of questions that ask the same: alike by ALIKE, or answered by the same set of articles"""
    pairs = [frozenset(q.question[at : at + 2] for at in range(len(q.question) - 1)) for q in questions]
    holders: dict[str, list[int]] = {}
    for at, pair in enumerate(pairs):
        for each in pair:
            holders.setdefault(each, []).append(at)
    found = _chained((q.gold, at) for at, q in enumerate(questions))
    for at, pair in enumerate(pairs):
        shared = np.bincount(np.array([other for each in pair for other in holders[each]], dtype=np.int64), minlength=1)
        for other in np.flatnonzero(shared).tolist():
            if other < at and shared[other] >= ALIKE * (len(pair) + len(pairs[other]) - shared[other]):
                found.append((other, at))
    return found


def common_articles(questions: Sequence[Lay]) -> list[tuple[int, int]]:
    """:returns: positions of questions that share an article, chained so that the links connect all that do"""
    return _chained((article, at) for at, q in enumerate(questions) for article in q.gold)


def split(count: int, links: Iterable[tuple[int, int]], folds: int, seed: int) -> list[int]:
    """Deal the questions out so that linked ones fall into the same fold and folds are as even as that permits.

    :returns: the fold of each question
    :raises ValueError: if there are fewer folds than two, or so many that one stays empty
    """
    parent = list(range(count))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for a, b in links:
        parent[root(a)] = root(b)
    groups: dict[int, list[int]] = {}
    for at in range(count):
        groups.setdefault(root(at), []).append(at)
    if not 2 <= folds <= len(groups):
        raise ValueError(f"{folds} folds cannot be made of {len(groups)} groups of questions")
    order = np.random.default_rng(seed).permutation(len(groups)).tolist()
    members = list(groups.values())
    sizes, out = [0] * folds, [0] * count
    for group in sorted(order, key=lambda at: -len(members[at])):  # stable: equal sizes stay shuffled
        fold = sizes.index(min(sizes))
        sizes[fold] += len(members[group])
        for at in members[group]:
            out[at] = fold
    return out


def _chained(rows: Iterable[tuple[Any, int]]) -> list[tuple[int, int]]:
    last: dict[Any, int] = {}
    links = []
    for key, at in rows:
        if key in last:
            links.append((last[key], at))
        last[key] = at
    return links


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
        return [json.loads(line) for line in stream if line.strip()]
