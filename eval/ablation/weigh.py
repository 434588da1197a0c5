"""What the weights of the legs should be: fitted to questions with an article, as the library is and as if nobody had asked.

The library has lay questions for nearly every article that people ask about; what staff add has none. Weights that are fitted
to the first alone bury the second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from corpus.model import Cite
from eval.ablation.variants import Served
from eval.metrics import retrieval
from eval.questions import Question
from eval.run import Setting
from indexer.fusion import Floats, Weights, drawn
from indexer.index import LocalIndex, Parts, open_parts
from indexer.training.ranker import Case, fit, stacked

LEGS = ("near", "best", "covered", "kin", "law", "text", "asked")
SITUATIONS = {"as it is": 1.0, "nobody asked about the article": 0.3, "nor about its document": 0.3}  # and their share
MEASURES = ("Success@5", "RR@10")
_FOLDS, _SEED = 5, 20260815


@dataclass(frozen=True, slots=True)
class Candidates:
    """A question with what the index would choose from; `legs` as the index has them."""

    question: Question
    cites: Sequence[tuple[Cite, ...]]
    legs: Mapping[str, Floats]
    documents: NDArray[np.int32]
    right: NDArray[np.bool_]
    entries: NDArray[np.bool_]  # the FAQs, which would not be there had nobody asked


@dataclass(frozen=True, slots=True)
class Row:
    """:param means: situation -> measure -> mean"""

    name: str
    weights: Mapping[str, float]
    means: Mapping[str, Mapping[str, float]]


def weigh(
    questions: Sequence[Question], served: Served, setting: Setting, tell: Callable[[str], None] = lambda name: None
) -> list[Row]:
    """:returns: the shipped weights, then fitted ones; the figures of those are cross-validated, groups kept together
    :raises ValueError: if no question has a gold article among its candidates
    """
    parts = open_parts(served.folder)
    index = served.opened(parts)
    asked = [q for q in questions if q.gold]
    tell("candidates")
    found = [candidates(index, parts, q, setting) for q in asked]
    tell("fit")
    situations = [[situation(each, at) for each in found] for at in range(len(SITUATIONS))]
    shipped = Weights()
    scores = {each.question.id: [_scored(row[at], shipped) for row in situations] for at, each in enumerate(found)}
    rows = [Row("shipped", dict(shipped.standard), _means(situations, scores))]
    groups = sorted({q.group for q in asked})
    dealt = dict(zip(np.random.default_rng(_SEED).permutation(groups).tolist(), range(len(groups)), strict=True))
    fold = np.array([dealt[each.question.group] % _FOLDS for each in found])
    fitted = {}
    for own in range(_FOLDS):
        weights = _fitted(situations, fold != own)
        for at in np.flatnonzero(fold == own).tolist():
            fitted[found[at].question.id] = [_scored(row[at], weights) for row in situations]
    every = _fitted(situations, fold >= 0)
    return [*rows, Row("fitted", dict(every.standard), _means(situations, fitted))]


def candidates(index: LocalIndex, parts: Parts, q: Question, setting: Setting) -> Candidates:
    """:returns: what the index would rank for a question"""
    legal = index.legal()
    region = setting.region if q.region is None else q.region
    allowed = legal.allowed(q.on or setting.on, region)
    positions, legs = index.candidates(index.understood(q.question), allowed, legal.prior)
    passages = parts.passages.get(positions.tolist())
    cites = [passage.stands_for or (Cite(passage.title, passage.article),) for passage in passages]
    right = np.array([not name.startswith("rank ") for each in cites for name in retrieval.judged([each], q.gold)])
    entries = np.array([passage.kind == "faq" for passage in passages], dtype=bool)
    return Candidates(q, cites, legs, parts.passages.holders[positions], right, entries)


def situation(found: Candidates, number: int) -> Candidates:
    """:param number: of SITUATIONS
    :returns: the same candidates as if nobody had asked about the right ones, or about their documents
    """
    if not number:
        return found
    own = found.right & ~found.entries
    unasked = found.right if number == 1 else np.isin(found.documents, found.documents[own]) | found.right
    legs = {name: np.where(unasked, 0, leg).astype(np.float32) for name, leg in found.legs.items() if "asked" in name}
    legs = {**found.legs, **legs, "text": np.where(unasked, found.legs["law"], found.legs["text"])}
    kept = ~(found.right & found.entries)
    legs = {name: leg[kept] for name, leg in legs.items()}
    documents = found.documents[kept]
    cites = [each for each, keep in zip(found.cites, kept.tolist(), strict=True) if keep]
    legs |= drawn(legs, documents)
    return replace(found, cites=cites, legs=legs, documents=documents, right=found.right[kept], entries=found.entries[kept])


def _fitted(situations: Sequence[Sequence[Candidates]], chosen: NDArray[np.bool_]) -> Weights:
    cases = [
        Case(stacked(each.legs, LEGS), each.right, share)
        for row, share in zip(situations, SITUATIONS.values(), strict=True)
        for each, taught in zip(row, chosen.tolist(), strict=True)
        if taught
    ]
    return Weights(dict(zip(LEGS, fit(cases).tolist(), strict=True)))


def _scored(found: Candidates, weights: Weights) -> dict[str, float] | None:
    """:returns: the measures; None where no candidate is right"""
    if not found.right.any():
        return None
    order = np.argsort(-weights.score(found.legs), kind="stable")[:100].tolist()
    hits = {found.question.id: [found.cites[at] for at in order]}
    return retrieval.score([found.question], hits)[found.question.id]


def _means(
    situations: Sequence[Sequence[Candidates]], scores: Mapping[str, Sequence[Mapping[str, float] | None]]
) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = {}
    for at, name in enumerate(SITUATIONS):
        rows = [row[at] for row in scores.values()]
        out[name] = {m: float(np.mean([row[m] for row in rows if row])) for m in MEASURES}
    return out
