"""What the knowledge base holds: instruments by level and status, texts, and what the library covers, topic by topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from corpus.catalogue import Catalogue, State
from corpus.collection import Collection
from corpus.model import LEVELS, Status
from corpus.starter import Starter
from corpus.starter_check import TOPICS

NO_LEVEL = "（未判断）"


@dataclass(slots=True)
class Topic:
    """One topic of the library. `shown`: entries that may be used on the day; `articles`: different articles cited, and of
    how many the full text is here.
    """

    name: str
    digests: int = 0
    faqs: int = 0
    shown: int = 0
    articles: set[tuple[str, str]] = field(default_factory=set)
    with_text: int = 0


@dataclass(frozen=True, slots=True)
class Census:
    """Counts on a day. `levels`: level -> status -> how many; `kinds`: kind of passage -> how many."""

    levels: Mapping[str, Mapping[Status, int]]
    kinds: Mapping[str, int]
    drafts: int
    topics: tuple[Topic, ...]

    @property
    def documents(self) -> int:
        return sum(sum(row.values()) for row in self.levels.values())


def take(catalogue: Catalogue, starter: Starter, on: date) -> Census:
    """:returns: levels by rank, topics by name"""
    levels: dict[str, Counter[Status]] = {level: Counter() for level in [*LEVELS, NO_LEVEL]}
    for document in catalogue.documents():
        levels[document.level or NO_LEVEL][document.status_on(on)] += 1
    kinds: Counter[str] = Counter()
    for sizes in catalogue.sizes().values():
        kinds.update(sizes)
    held = {level: counts for level, counts in levels.items() if counts}
    return Census(held, kinds, len(catalogue.records(State.DRAFT)), _topics(catalogue, starter, on))


def _topics(catalogue: Catalogue, starter: Starter, on: date) -> tuple[Topic, ...]:
    held = {document.id for document in catalogue.documents()}
    collection = Collection(catalogue, starter)
    collection.refresh()
    topics = {name: Topic(name) for name in sorted(TOPICS)}
    entries = list(starter.entries.values())
    windows = collection.windows(entry.passage for entry in entries)
    for entry, window in zip(entries, windows, strict=True):
        topic = topics.setdefault(entry.topic, Topic(entry.topic))
        topic.digests += entry.kind == "digest"
        topic.faqs += entry.kind == "faq"
        topic.shown += window.open(on, window.region)
        topic.articles |= {(cite.title, cite.article) for cite in entry.passage.stands_for if cite.article}
    for topic in topics.values():
        behind = (collection.behind(title) for title, _ in topic.articles)
        topic.with_text = sum(bool(document and document.id in held) for document in behind)
    return tuple(topics.values())
