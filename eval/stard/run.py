"""Cross-validation on STARD, split at random and by article; each fold is kept, so that a run that was stopped goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus import starter
from eval.run import write
from eval.stard.data import Article, Lay, common_articles, near_duplicates, read, split
from eval.stard.learned import LEGS, keep, kept, learned
from eval.stard.systems import DEPTH, Candidates, Dense, Lexical, ordered, served, silent, simple, top
from eval.statistics import difference, interval
from indexer import tokenizer
from indexer.fusion import Weights
from indexer.query import Words
from indexer.training.fit import Recipe

MEASURES = ("R@5", "R@10", "R@100", "RR@10", "nDCG@10")
BASELINE = "BM25 uni+bigrams"
SPLITS = ("random", "article")
TRAINED = (
    "dense, one supervised epoch",
    "fused as shipped",
    "fused, vectors at 0.3",
    "fused, guided",
    "questions heard",
    "questions heard, guided",
)
LEARNT = "questions heard, weights learned"
SEED = 20260815
Ranking = dict[str, list[str]]  # id of a question -> ids of articles, best first
Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """`supervised`: pairs of questions in a batch of the tuning epoch, at `tuning_rate`; STARD has few, so it takes a
    smaller share than the recipe of the shipped encoder, whose questions are ten times as many, and no epoch of their own.
    """

    folds: int = 5
    epochs: int = 4
    supervised: int = 128
    tuning_rate: float = 0.005
    terms: int = 60_000
    dimension: int = 256

    @property
    def recipe(self) -> Recipe:
        return Recipe(
            terms=self.terms,
            dimension=self.dimension,
            epochs=self.epochs,
            supervised=self.supervised,
            tuning_rate=self.tuning_rate,
            asked_epochs=0,
        )


def folds_of(questions: Sequence[Lay], kind: str, count: int) -> list[int]:
    """Near-duplicates stay together in both kinds; by article, questions that share an article do too.

    :returns: the fold of each question
    """
    links = near_duplicates(questions)
    if kind == "article":
        links += common_articles(questions)
    return split(len(questions), links, count, SEED)


def run(training: Path, work: Path, out: Path, plan: Plan, tell: Tell) -> dict[str, Any]:
    """:param training: folder with stard_corpus.jsonl.gz and stard_train.jsonl
    :param work: weights and finished folds stay here
    :param out: JSON with every figure goes here
    :returns: what was written
    """
    began = perf_counter()
    articles, questions = read(training)
    tools = _Tools(articles, plan.recipe, work / "weights")  # under a stamp of their own
    work = work / _stamp(articles, questions, plan)
    fixed = _untrained(tools, questions, work, tell)
    report: dict[str, Any] = {"plan": asdict(plan), "questions": len(questions), "articles": len(articles), "splits": {}}
    for kind in SPLITS:
        where = folds_of(questions, kind, plan.folds)
        trained: dict[str, Ranking] = {}
        for fold in range(plan.folds):
            path = work / f"{kind}-{fold}.json"
            if not path.exists():
                rankings, told = _fold(tools, questions, where, fold, tell)
                keep(path.with_suffix(".npz"), told)
                write(path, json.dumps(rankings))
            for system, ranking in json.loads(path.read_text(encoding="utf-8")).items():
                trained.setdefault(system, {}).update(ranking)
        trained[LEARNT] = _learnt(articles, questions, [work / f"{kind}-{fold}.npz" for fold in range(plan.folds)])
        sizes = [where.count(fold) for fold in range(plan.folds)]
        report["splits"][kind] = {"folds": sizes, "systems": table(questions, {**fixed, **trained})}
    report["seconds"] = round(perf_counter() - began, 1)
    write(out, json.dumps(report, ensure_ascii=False, indent=1))
    return report


def table(questions: Sequence[Lay], rankings: Mapping[str, Ranking]) -> dict[str, dict[str, dict[str, float]]]:
    """:returns: system -> measure -> mean, and the paired difference to BASELINE with its 95 % interval"""
    groups = _groups(questions)
    scored = {system: measured(questions, ranking) for system, ranking in rankings.items()}
    out: dict[str, dict[str, dict[str, float]]] = {}
    for system, values in scored.items():
        out[system] = {}
        for measure in MEASURES:
            mean, low, high = interval([values[measure][q.id] for q in questions], [groups[q.id] for q in questions])
            delta, below, above = difference(scored[BASELINE][measure], values[measure], groups)
            out[system][measure] = dict(mean=mean, low=low, high=high, delta=delta, delta_low=below, delta_high=above)
    return out


def measured(questions: Sequence[Lay], ranking: Ranking) -> dict[str, dict[str, float]]:
    """:returns: measure -> id of the question -> value; a question without an answer scores 0"""
    import ir_measures

    qrels = [ir_measures.Qrel(q.id, gold, 1) for q in questions for gold in q.gold]
    found = [
        ir_measures.ScoredDoc(q.id, article, float(-rank))
        for q in questions
        for rank, article in enumerate(ranking.get(q.id, ()))
    ]
    values = {measure: {q.id: 0.0 for q in questions} for measure in MEASURES}
    for row in ir_measures.iter_calc([ir_measures.parse_measure(name) for name in MEASURES], qrels, found):
        values[str(row.measure)][row.query_id] = float(row.value)
    return values


class _Tools:
    """Made when first needed: a run whose folds are all kept needs none."""

    def __init__(self, articles: Sequence[Article], recipe: Recipe, work: Path) -> None:
        self.articles, self._recipe, self._work = articles, recipe, work

    @cached_property
    def laws(self) -> NDArray[np.int32]:
        """The law of each article, as a number."""
        names = {name: at for at, name in enumerate(sorted({article.law for article in self.articles}))}
        return np.array([names[article.law] for article in self.articles], dtype=np.int32)

    @cached_property
    def lexical(self) -> Lexical:
        return Lexical(self.articles, Words(starter.load().glossary))

    @cached_property
    def dense(self) -> Dense:
        return Dense(self.articles, self._recipe, self._work)


def _untrained(tools: _Tools, questions: Sequence[Lay], work: Path, tell: Tell) -> dict[str, Ranking]:
    """What needs no question to learn from is ranked once, for both splits."""
    path = work / "untrained.json"
    if path.exists():
        kept: dict[str, Ranking] = json.loads(path.read_text(encoding="utf-8"))
        return kept
    tell("BM25", 0.0)
    near = tools.dense.scores(tools.dense.taught((), lambda stage, done, _: tell(stage, done)), questions)
    out: dict[str, Ranking] = {BASELINE: {}, "BM25 as shipped": {}, "dense, articles only": {}, "fused, articles only": {}}
    for q, cosines in zip(questions, near, strict=True):
        plain, shipped = tools.lexical.plain(q.question), tools.lexical.shipped(q.question)
        fused = ordered(served(silent(shipped, cosines), tools.laws, tools.lexical, q.question), Weights())
        for system, order in zip(out, (top(plain), top(shipped), top(cosines), fused), strict=True):
            out[system][q.id] = [tools.articles[at].id for at in order]
    work.mkdir(parents=True, exist_ok=True)
    write(path, json.dumps(out))
    return out


def _fold(
    tools: _Tools, questions: Sequence[Lay], where: Sequence[int], fold: int, tell: Tell
) -> tuple[dict[str, Ranking], dict[str, Candidates]]:
    """:returns: the rankings of each system, and what the shipped one chose from"""
    train = [q for q, own in zip(questions, where, strict=True) if own != fold]
    test = [q for q, own in zip(questions, where, strict=True) if own == fold]
    vectors = tools.dense.taught(train, lambda stage, done, _: tell(f"fold {fold + 1}, {stage}", done))
    pairs = tools.dense.pairs(train)
    tools.lexical.learn(pairs)
    out: dict[str, Ranking] = {name: {} for name in TRAINED}
    told: dict[str, Candidates] = {}
    near, asked = tools.dense.scores(vectors, test), tools.dense.asked(vectors, test, pairs)
    moved = tools.dense.guided(vectors, test, train)
    for q, cosines, heard, guided in zip(test, near, asked, moved, strict=True):
        legs = tools.lexical.legs(q.question) | {"near": cosines, "near_asked": heard}
        words = legs["law"]
        chosen = [
            served(each, tools.laws, tools.lexical, q.question)
            for each in (
                silent(words, cosines),
                silent(words, guided),
                legs,
                legs | {"near": guided},
                legs | {"guided": guided},
            )
        ]
        *plain, told[q.id] = chosen
        shipped, *others = (ordered(each, Weights()) for each in plain)
        orders = (top(cosines), shipped, simple(words, cosines, 0.3), *others)
        for system, order in zip(TRAINED, orders, strict=True):
            out[system][q.id] = [tools.articles[at].id for at in order]
    return out, told


def _learnt(articles: Sequence[Article], questions: Sequence[Lay], folds: Sequence[Path]) -> Ranking:
    place = {article.id: at for at, article in enumerate(articles)}
    gold = {q.id: np.array([place[each] for each in q.gold], dtype=np.int64) for q in questions}
    found = learned([kept(path) for path in folds], gold)
    return {question: [articles[at].id for at in order] for question, order in found.items()}


def _groups(questions: Sequence[Lay]) -> dict[str, str]:
    """Near-duplicates are drawn together: their results are not independent."""
    parent = {q.id: q.id for q in questions}
    for a, b in near_duplicates(questions):
        old, new = parent[questions[b].id], parent[questions[a].id]
        parent = {key: new if own == old else own for key, own in parent.items()}
    return parent


def _stamp(articles: Sequence[Article], questions: Sequence[Lay], plan: Plan) -> str:
    digest = hashlib.blake2b(
        f"{tokenizer.VERSION} {plan.recipe} {plan.folds} {SEED} {DEPTH} {TRAINED} {LEGS} {Weights()}".encode(),
        digest_size=6,
    )
    rows = [(article.id, article.text) for article in articles] + [(q.id, q.question) for q in questions]
    digest.update("\x1e".join("\x1f".join(row) for row in rows).encode())
    return digest.hexdigest()
