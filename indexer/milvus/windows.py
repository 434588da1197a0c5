"""The legal predicate as a filter expression.

A collection keeps the windows of the day on which it was written, and nobody writes to it later. What the catalogue says
now is compared with them on every question: holders whose answer differs are named in the expression. So a repeal acts in
the moment in which the catalogue is changed, in every process, without a write to Milvus that could come late or fail.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from corpus.regions import covers


@dataclass(frozen=True, slots=True)
class Stored:
    """The windows that stand in a collection, by holder (see `indexer.passages.write`), and the regions of all."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    region: NDArray[np.int64]
    regions: Sequence[str]

    @classmethod
    def of(cls, windows: Sequence[tuple[int, int, str]]) -> Stored:
        """:param windows: start, end and region of each holder"""
        regions = sorted({region for _, _, region in windows})
        code = {region: at for at, region in enumerate(regions)}
        rows = np.array([(start, end, code[region]) for start, end, region in windows], dtype=np.int64).reshape(-1, 3)
        return cls(rows[:, 0], rows[:, 1], rows[:, 2], regions)

    def expression(self, open_now: NDArray[np.bool_], asked: tuple[date, str] | None) -> str:
        """:param open_now: of shape (holders,): whether the catalogue opens the window of each for this question
        :param asked: day and region of the question; they only make the expression short
        :returns: Milvus' expression that holds for the passages of exactly these holders
        """
        if asked is None:
            return f"holder in {listed(open_now)}"
        day, inside = asked[0].toordinal(), [covers(each, asked[1]) for each in self.regions]
        stored = (self.start <= day) & (day < self.end) & np.array(inside, dtype=bool)[self.region]
        names = [region for region, here in zip(self.regions, inside, strict=True) if here]
        out = f"start <= {day} and end > {day} and region in {json.dumps(names, ensure_ascii=False)}"
        if (shut := stored & ~open_now).any():
            out = f"{out} and holder not in {listed(shut)}"
        if (opened := open_now & ~stored).any():
            out = f"({out}) or holder in {listed(opened)}"
        return out


def listed(mask: NDArray[np.bool_]) -> str:
    """:returns: the positions of a mask as Milvus writes a list"""
    return f"[{', '.join(map(str, np.flatnonzero(mask).tolist()))}]"
