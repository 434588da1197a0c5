"""The variants side by side, question by question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corpus.model import Cite
from eval.ablation.variants import Served, variants
from eval.metrics import retrieval
from eval.questions import Question
from eval.run import Setting, stands_for
from eval.statistics import difference, interval
from indexer.hit import Index

MEASURES = ("Success@5", "Success@10", "RR@10")


@dataclass(frozen=True, slots=True)
class Row:
    """One variant: mean of each measure, and what the served index has over it (positive: the step helps)."""

    name: str
    means: Mapping[str, float]
    worth: Mapping[str, tuple[float, float, float]]

    def proven(self, measure: str) -> bool:
        _, low, high = self.worth[measure]
        return low > 0 or high < 0


def ablate(
    questions: Sequence[Question], served: Served, setting: Setting, tell: Callable[[str], None] = lambda name: None
) -> list[Row]:
    """:returns: a row for each variant, the served index first
    :raises ValueError: if no question has a gold article
    """
    asked = [q for q in questions if q.gold]
    if not asked:
        raise ValueError("none of the questions has a gold article")
    groups = {q.id: q.group for q in asked}
    rows: list[Row] = []
    full: dict[str, dict[str, float]] = {}
    for name, opened in variants(served).items():
        tell(name)
        scores = retrieval.score(asked, _hits(opened(), asked, setting))
        own = {measure: {key: row[measure] for key, row in scores.items()} for measure in MEASURES}
        full = full or own
        names = [groups[key] for key in scores]
        means = {measure: interval(list(own[measure].values()), names)[0] for measure in MEASURES}
        worth = {measure: difference(own[measure], full[measure], groups) for measure in MEASURES}
        rows.append(Row(name, means, worth))
    return rows


def _hits(index: Index, questions: Sequence[Question], setting: Setting) -> dict[str, list[tuple[Cite, ...]]]:
    def found(q: Question) -> list[tuple[Cite, ...]]:
        region = setting.region if q.region is None else q.region
        return [stands_for(hit) for hit in index.search(q.question, on=q.on or setting.on, region=region, k=10)]

    return {q.id: found(q) for q in questions}
