"""A document as the reader shows it: contents at the side, articles with anchors, the cited words marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.anchors import anchor
from api.documents.shelf import Instead, Opened
from corpus.model import Passage, Status
from corpus.starter import unmarked

MOST_FINDS = 200
_ENTRIES = frozenset({"digest", "faq"})  # their heading is a title or question of their own, no part of a book


@dataclass(frozen=True, slots=True)
class Segment:
    text: str
    mark: str = ""  # '', cited, or found


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    depth: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Article:
    """`opens` are the headings that begin with this article; `lines` its paragraphs, cut where something is marked.

    `citation` is what is copied: it says so where the text is in force no more. `instead`: what took its place.
    """

    anchor: str
    label: str
    citation: str
    lines: tuple[tuple[Segment, ...], ...]
    opens: tuple[Heading, ...]
    digest: tuple[tuple[Segment, ...], ...]
    cited: bool
    kind: str
    instead: Instead | None


@dataclass(frozen=True, slots=True)
class Reading:
    articles: tuple[Article, ...]
    contents: tuple[Heading, ...]
    finds: tuple[Article, ...]
    found: int


def reading(
    opened: Opened,
    *,
    passage_id: str = "",
    quoted: str = "",
    find: str = "",
    status: Status = Status.IN_FORCE,
    instead: Mapping[str, Instead] | None = None,
) -> Reading:
    """Lay out a document. `quoted` is marked in the cited passage, `find` wherever it stands."""
    articles: list[Article] = []
    contents: list[Heading] = []
    finds: list[Article] = []
    before: tuple[str, ...] = ()
    hits = 0
    ended = f"（{status}）" if status in (Status.REPEALED, Status.AMENDED) else ""
    for passage in opened.passages:
        text = unmarked(passage.text)
        cited = passage.id == passage_id
        title = passage.headings[-1] if passage.headings and passage.kind in _ENTRIES else ""
        label = " ".join(part for part in (passage.article, title) if part)
        headings = passage.headings if passage.kind not in _ENTRIES else ()
        opens = _opens(headings, before, passage)
        before = headings
        digest = opened.digests.get(passage.article)
        article = Article(
            anchor=anchor(passage.article, passage.id),
            label=label,
            citation=(passage.label if passage.article else f"《{passage.title}》") + ended,
            lines=tuple(lines(text, quoted if cited else "", find)),
            opens=opens,
            digest=tuple(lines(unmarked(digest.text), quoted if cited and quoted not in text else "", ""))
            if digest
            else (),
            cited=cited,
            kind=passage.kind,
            instead=(instead or {}).get(passage.article),
        )
        articles.append(article)
        contents += opens
        shown = "\n".join([text, title, *(heading.text for heading in opens)])
        if find and (count := shown.count(find)):
            hits += count
            if len(finds) < MOST_FINDS:
                finds.append(article)
    if not contents:
        contents = [Heading(a.label, 1, a.anchor) for a in articles if a.label]
    return Reading(tuple(articles), tuple(contents), tuple(finds), hits)


def lines(text: str, quoted: str, find: str) -> list[tuple[Segment, ...]]:
    """The paragraphs of a text, cut into plain and marked runs. A quote may run over the end of a paragraph."""
    marks = [""] * len(text)
    for needle, kind in ((find, "found"), (quoted, "cited")):
        at = text.find(needle) if needle else -1
        while at >= 0:
            marks[at : at + len(needle)] = [kind] * len(needle)
            at = text.find(needle, at + len(needle)) if kind == "found" else -1
    rows, at = [], 0
    for line in text.split("\n"):
        if line.strip():
            rows.append(_segments(line, marks[at : at + len(line)]))
        at += len(line) + 1
    return rows


def _segments(line: str, marks: Sequence[str]) -> tuple[Segment, ...]:
    cuts = [0, *(i for i in range(1, len(line)) if marks[i] != marks[i - 1]), len(line)]
    return tuple(Segment(line[start:end], marks[start]) for start, end in zip(cuts, cuts[1:], strict=False))


def _opens(headings: tuple[str, ...], before: tuple[str, ...], passage: Passage) -> tuple[Heading, ...]:
    same = 0
    while same < min(len(headings), len(before)) and headings[same] == before[same]:
        same += 1
    place = anchor(passage.article, passage.id)
    return tuple(Heading(text, depth, place) for depth, text in enumerate(headings[same:], start=same + 1))
