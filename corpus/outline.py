"""The shape of a text: its headings in order, each with the passages that stand under it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus.model import Passage

_KINDS = {"article": "条", "section": "段", "row": "行"}


@dataclass(frozen=True, slots=True)
class Part:
    """A heading at its depth (1 = topmost; 0 = passages under no heading), and what stands directly under it."""

    depth: int
    heading: str
    first: str = ""
    last: str = ""
    count: int = 0
    unit: str = ""

    @property
    def span(self) -> str:
        """第一条—第七条，7 条."""
        if not self.count:
            return ""
        labels = self.first if self.first == self.last else f"{self.first}—{self.last}"
        return f"{labels}，{self.count} {self.unit}"


def outline(passages: Iterable[Passage]) -> Iterator[Part]:
    """:returns: the parts in reading order; passages of one kind under the same headings form one part"""
    above: tuple[str, ...] = ()
    group: list[Passage] = []
    for passage in passages:
        if group and (passage.headings, passage.kind) != (group[0].headings, group[0].kind):
            yield from _parts(group, above)
            above, group = group[0].headings, []
        group.append(passage)
    if group:
        yield from _parts(group, above)


def _parts(group: list[Passage], above: tuple[str, ...]) -> Iterator[Part]:
    headings = group[0].headings
    common = 0
    while common < min(len(above), len(headings)) and above[common] == headings[common]:
        common += 1
    for depth in range(common, len(headings) - 1):
        yield Part(depth + 1, headings[depth])
    heading = headings[-1] if len(headings) > common else ""
    depth = len(headings)
    yield Part(depth, heading, group[0].article, group[-1].article, len(group), _KINDS[group[0].kind])
