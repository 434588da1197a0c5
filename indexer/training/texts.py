"""What is trained on: articles of law, and questions with the text that answers them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.loaders import markdown
from corpus.loaders.base import LoadError
from corpus.model import Cite, Passage, short_title
from corpus.starter import Starter, unmarked
from corpus.structure import parse


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with a text that answers it. `group` names the article, so that none serves as its own counterexample."""

    question: str
    text: str
    group: str


def read_articles(folders: Iterable[Path]) -> list[Passage]:
    """The articles of every Markdown file under these folders, each text once; files that are no law text are passed over."""
    found: dict[str, Passage] = {}
    for path in sorted(path for folder in folders for path in folder.rglob("*.md")):
        try:
            blocks = markdown.load(path).blocks
        except (LoadError, UnicodeDecodeError):
            continue
        title = short_title(path.stem.split("(")[0])
        for passage in parse(path.stem, title, blocks):
            if passage.kind == "article" and len(passage.text) >= 10:
                found.setdefault(passage.text, passage)
    return list(found.values())


def starter_pairs(starter: Starter, articles: dict[Cite, Passage]) -> Iterator[Pair]:
    """Questions of digests and FAQs with their entry, and with the articles behind it where their text is known."""
    for entry in (*starter.digests, *starter.faqs):
        own = "\n".join([entry.title, *entry.headings, unmarked(entry.text)])
        group = str(entry.stands_for[0]) if entry.stands_for else entry.id
        behind = [articles[cite] for cite in entry.stands_for if cite in articles]
        for question in entry.questions:
            yield Pair(question, own, group)
            yield from (Pair(question, body(article), str(Cite(article.title, article.article))) for article in behind)
    for term in starter.glossary:
        text = f"{term.term}\n{term.means}"
        yield from (Pair(synonym, text, term.term) for synonym in term.synonyms)


def lay_pairs(path: Path, articles: dict[Cite, Passage]) -> Iterator[Pair]:
    """Lines of {title, article, questions}; articles whose text is not known are passed over."""
    for row in _lines(path):
        article = articles.get(Cite(row["title"], row["article"]))
        if article:
            yield from (
                Pair(question, body(article), f"《{row['title']}》{row['article']}") for question in row["questions"]
            )


def stard_pairs(path: Path) -> Iterator[Pair]:
    """Lines of {question, gold: [{name, text}]} as STARD publishes them (MIT)."""
    for row in _lines(path):
        for gold in row["gold"]:
            yield Pair(row["question"], f"{gold['name']}\n{gold['text']}", gold["name"])


def body(passage: Passage) -> str:
    """The text of a passage with what stands above it, as it is encoded."""
    return "\n".join([passage.title, *passage.headings, passage.text])


def _lines(path: Path) -> Iterator[dict]:  # type: ignore[type-arg]
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            if line.strip():
                yield json.loads(line)
