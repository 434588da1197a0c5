"""How near is near: the similarity that an index gives to sentences which have nothing to do with the field.

Encoders differ in what they call similar; measured from this floor, one set of weights serves them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from indexer.hit import Hit, Index

LEGS = ("near", "near_asked")
_PROBES = (
    "讲个笑话听听",
    "明天哪只股票会涨",
    "推荐一部好看的电影",
    "红烧肉怎么做好吃",
    "孩子发烧吃什么药",
    "帮我写一首情诗",
    "手机屏幕碎了去哪修",
    "这届世界杯哪个队会赢",
)


def floor(index: Index, on: date, region: str) -> dict[str, float]:
    """:returns: for each leg the mean similarity of the nearest passage to a sentence from elsewhere; no entry for a leg that is missing."""
    found = [index.search(probe, on=on, region=region, k=10) for probe in _PROBES]
    out = {}
    for leg in LEGS:
        best = [max(values) for hits in found if (values := [hit.legs[leg] for hit in hits if leg in hit.legs])]
        if best:
            out[leg] = min(0.95, max(0.0, sum(best) / len(best)))
    return out


def nearness(hits: Sequence[Hit], leg: str, floors: Mapping[str, float], otherwise: float) -> float:
    """:param otherwise: what stands in for an index that has no such leg
    :returns: the best similarity among `hits` by a leg, 0 at the floor and 1 for the same words
    """
    if leg not in floors:
        return otherwise
    best = max((hit.legs.get(leg, 0.0) for hit in hits), default=0.0)
    return min(1.0, max(0.0, (best - floors[leg]) / (1.0 - floors[leg])))
