"""What leans on an instrument: to be looked at again when it is repealed or amended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.links import Kind, Link, plain_title
from corpus.model import Cite, Document, Passage
from corpus.starter import Starter

CASES = Path(__file__).resolve().parent.parent / "eval" / "sets"
Mention = tuple[str, Iterable[Cite]]


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument in force with the links by which it leans on the one in question."""

    document: Document
    links: tuple[Link, ...]

    @property
    def made_under(self) -> bool:
        return any(link.kind is Kind.BASED_ON for link in self.links)

    @property
    def places(self) -> tuple[str, ...]:
        """Its articles that name articles of the other: 第三十三条→第九十九条."""
        return tuple(f"{link.place}→{link.to.article}" for link in self.links if link.to.article)


@dataclass(frozen=True, slots=True)
class Impact:
    """FAQs and digests, instruments, ids of evaluation cases and of past answers."""

    entries: tuple[Passage, ...]
    instruments: tuple[Instrument, ...] = ()
    cases: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entries or self.instruments or self.cases or self.answers)


def touched(
    starter: Starter,
    title: str,
    article: str = "",
    *,
    leaning: Iterable[tuple[Document, tuple[Link, ...]]] = (),
    cases: Iterable[Mention] = (),
    answers: Iterable[Mention] = (),
) -> Impact:
    """Everything that names an instrument, or one article of it. What cites it as a whole is touched by each of its articles.

    :param title: of the instrument, in any form
    :param leaning: instruments, from `Catalogue.leaning_on`
    :param cases: evaluation cases with their gold, from `cases_in`
    :param answers: (id, cites) of what was answered; whoever keeps the answers hands them in
    """
    entries = {entry.passage.id: entry.passage for entry in starter.entries.values()}
    named = _naming(((id, passage.stands_for) for id, passage in entries.items()), title, article)
    return Impact(
        tuple(entries[id] for id in named),
        tuple(Instrument(document, links) for document, links in leaning),
        tuple(_naming(cases, title, article)),
        tuple(_naming(answers, title, article)),
    )


def cases_in(folder: Path) -> Iterator[Mention]:
    """The cases of the question sets (JSON lines) in a folder: `set/id` with the articles of their gold, never their words.

    :raises ValueError: naming file and line that cannot be read
    """
    for path in sorted(folder.glob("*.jsonl")):
        for id, cites in _lines(path, "gold", "题目，无法列出受影响的评测题"):
            yield f"{path.stem}/{id}", cites


def answers_in(file: Path) -> Iterator[Mention]:
    """Past answers as `python -m api answers FILE` writes them, for this room may not read the tables of that one.

    :raises ValueError: naming the line that cannot be read
    """
    return _lines(file, "cites", "回答的引用，无法列出受影响的回答")


def _lines(path: Path, field: str, what: str) -> Iterator[Mention]:
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            yield row["id"], [Cite(cite["title"], cite.get("article", "")) for cite in row.get(field, ())]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path.name} 第 {number} 行不是{what}") from error


def _naming(mentions: Iterable[Mention], title: str, article: str) -> Iterator[str]:
    name = plain_title(title)
    for id, cites in mentions:
        if any(plain_title(cite.title) == name and (not article or cite.article in ("", article)) for cite in cites):
            yield id
