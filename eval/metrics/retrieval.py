"""Finding the right article: success and recall at k, reciprocal rank, nDCG, computed by ir-measures.

A question counts as found at rank r when the r-th hit is, or stands for, one of its gold articles. Hits that stand for
the same article count once, at their best rank, so that an article and the FAQ about it cannot both score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from corpus.model import Cite
from eval.questions import Question

MEASURES = ("Success@1", "Success@5", "Success@10", "R@5", "R@10", "RR@10", "nDCG@10")


def judged(hits: Sequence[Sequence[Cite]], gold: Sequence[Cite]) -> list[str]:
    """:returns: one document name a rank: the gold that the hit stands for, else a name of its own.

    A gold without an article is met by any passage of that document.
    """
    names: list[str] = []
    for rank, cites in enumerate(hits):
        match = next((str(g) for g in gold for c in cites if c == g or (not g.article and c.title == g.title)), None)
        names.append(match if match and match not in names else f"rank {rank + 1}")
    return names


def score(questions: Sequence[Question], hits: Mapping[str, Sequence[Sequence[Cite]]]) -> dict[str, dict[str, float]]:
    """:returns: for each question with gold: measure -> value in 0..1.

    Any one of several golds answers a question, so R@k is taken against the golds that stand in the index at all only
    through Success@k; R@k itself counts them all.
    """
    import ir_measures

    asked = [q for q in questions if q.gold]
    qrels = [ir_measures.Qrel(q.id, str(cite), 1) for q in asked for cite in q.gold]
    run = [
        ir_measures.ScoredDoc(q.id, name, float(-rank))
        for q in asked
        for rank, name in enumerate(judged(hits.get(q.id, ()), q.gold))
    ]
    table: dict[str, dict[str, float]] = {q.id: dict.fromkeys(MEASURES, 0.0) for q in asked}
    for metric in ir_measures.iter_calc([ir_measures.parse_measure(name) for name in MEASURES], qrels, run):
        table[metric.query_id][str(metric.measure)] = float(metric.value)
    return table
