"""Is there a kind of question for which all this is worse than BM25 alone? Every slice of a set, paired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.model import Cite
from eval.ablation.variants import Served
from eval.metrics import retrieval
from eval.questions import Question
from eval.run import Setting, stands_for
from eval.statistics import difference
from indexer import tokenizer
from indexer.fusion import best
from indexer.index import open_parts

KINDS = ("wording", "topic", "persona")
MEASURES = ("Success@5", "RR@10")
LEAST = 10  # questions; fewer say nothing
_DEPTH = 10


@dataclass(frozen=True, slots=True)
class Slice:
    """`ours` and `plain` (BM25): mean of each measure; `gain`: ours less plain, with its paired 95 % interval."""

    kind: str
    value: str
    count: int
    ours: Mapping[str, float]
    plain: Mapping[str, float]
    gain: Mapping[str, tuple[float, float, float]]

    @property
    def loses(self) -> bool:
        """Lower than BM25 on any measure, proven or not."""
        return any(mean < 0 for mean, _, _ in self.gain.values())


def slices(questions: Sequence[Question], served: Served, setting: Setting) -> list[Slice]:
    """:returns: all questions first, then each value of KINDS that LEAST or more questions with a gold article have"""
    asked = [q for q in questions if q.gold]
    ours, plain = (retrieval.score(asked, hits) for hits in _both(asked, served, setting))
    groups = {q.id: q.group for q in asked}
    out = []
    for kind, value, ids in _parts(asked):
        if kind and len(ids) < LEAST:
            continue
        here, there = ({m: {key: scores[key][m] for key in ids} for m in MEASURES} for scores in (ours, plain))
        gain = {m: difference(there[m], here[m], groups) for m in MEASURES}
        out.append(Slice(kind, value, len(ids), _means(here), _means(there), gain))
    return out


def _means(values: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    return {measure: sum(each.values()) / len(each) for measure, each in values.items()}


def _parts(asked: Sequence[Question]) -> Iterator[tuple[str, str, list[str]]]:
    yield "", "", [q.id for q in asked]
    for kind in KINDS:
        for value in sorted({getattr(q, kind) for q in asked} - {""}):
            yield kind, value, [q.id for q in asked if getattr(q, kind) == value]


Hits = dict[str, list[tuple[Cite, ...]]]


def _both(asked: Sequence[Question], served: Served, setting: Setting) -> tuple[Hits, Hits]:
    """:returns: what the served index finds, and what BM25 over characters and pairs finds in the same texts (with their
    digests and questions) under the same law, every term of the question counting alike
    """
    parts = open_parts(served.folder)
    index = served.opened(parts)
    ours: Hits = {}
    plain: Hits = {}
    for q in asked:
        on, region = q.on or setting.on, setting.region if q.region is None else q.region
        ours[q.id] = [stands_for(hit) for hit in index.search(q.question, on=on, region=region, k=_DEPTH)]
        words = tokenizer.weighted((term, 1.0) for term in tokenizer.terms(q.question))
        scores = np.where(index.legal().allowed(on, region), parts.text.score(*words), 0)
        found = best(scores, _DEPTH)
        rows = parts.passages.get(found[np.argsort(-scores[found], kind="stable")].tolist())
        plain[q.id] = [row.stands_for or (Cite(row.title, row.article),) for row in rows]
    return ours, plain
