"""The last look at a new index before it serves: does it still find what everybody asks, and nothing that is repealed?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from corpus.collection import LIBRARY
from corpus.model import Cite, Status
from indexer.hit import Hit, Index
from indexer.store import StoreError

FIRST = 5  # hits in which an article must stand
LOST = 0.2  # share of the questions that may miss it: wording and law change, an index that is broken loses far more


def smoke(index: Index, questions: Sequence[tuple[str, Cite]], on: date) -> int:
    """:param questions: each with the article that it must find; those whose article is not here or not in force are passed over
    :returns: how many were asked
    :raises StoreError: where the index does not find enough, or finds a repealed text as if it were in force
    """
    missed: list[str] = []
    asked = 0
    for question, cite in questions:
        article = index.article(cite.title, cite.article, on=on)
        if article is None or article.status is not Status.IN_FORCE or _without_text(article):
            continue
        asked += 1
        hits = index.search(question, on=on, k=FIRST)
        if wrong := next((hit for hit in hits if hit.status in (Status.REPEALED, Status.AMENDED)), None):
            raise StoreError(
                f"新索引把已失效的{wrong.passage.label}当作现行规定找了出来，没有启用，原索引继续使用 / "
                f"the new index finds a repealed text: {wrong.passage.label}"
            )
        if not any(cite in (*hit.passage.stands_for, Cite(hit.passage.title, hit.passage.article)) for hit in hits):
            missed.append(question)
    if asked and len(missed) > asked * LOST:
        raise StoreError(
            f"新索引没有通过自检，没有启用，原索引继续使用：{asked} 个常见问题里有 {len(missed)} 个找不到该有的条文，"
            f"如“{missed[0]}” / the new index misses {len(missed)} of {asked} smoke questions"
        )
    return asked


def _without_text(hit: Hit) -> bool:
    """A digest whose instrument is here as a text without this article, such as an excerpt: it is never used."""
    return hit.passage.kind == "digest" and not hit.document.id.startswith(LIBRARY)
