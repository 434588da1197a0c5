"""What leans on a document: to be looked at again when it changes or ends."""

from __future__ import annotations

from corpus.model import Passage
from corpus.starter import Starter


def touched(starter: Starter, title: str, article: str = "") -> list[Passage]:
    """The FAQs and digests that cite an instrument, or one article of it.

    An entry that cites the instrument as a whole is touched by each of its articles.

    :param title: short title
    """
    return [
        entry.passage
        for entry in starter.entries.values()
        if any(cite.title == title and (not article or cite.article in ("", article)) for cite in entry.passage.stands_for)
    ]
