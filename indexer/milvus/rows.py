"""What is written into a collection: one row for every passage and one for each of its questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from indexer.legal import Library
from indexer.lexical import Postings
from indexer.milvus.folder import Folder, Sparse


def rows_of(folder: Folder, library: Library) -> Iterator[tuple[str, str, list[Any], dict[str, object]]]:
    """:returns: number, id of the passage, the four vectors and the scalar fields of each row: every passage, then its
    questions
    """
    parts, passages, starts = folder.parts, folder.parts.passages, folder.starts
    windows = library.windows(passages.representatives())
    law, text, asked = _Shares(parts.law), _Shares(parts.text), _Shares(parts.asked)
    leads = set(np.unique(passages.holders, return_index=True)[1].tolist())
    question = 0
    for position in range(len(passages)):
        passage = passages.get([position])[0]
        holder = int(passages.holders[position])
        window = windows[holder]
        for row in range(int(starts[position]), int(starts[position + 1])):
            own = row == starts[position]
            scalars = {
                "position": position,
                "holder": holder,
                "lead": own and position in leads,
                "question": not own,
                "start": window.start,
                "end": window.end,
                "region": window.region,
                "trust": str(window.trust),  # for people who look into the collection
            }
            words = [law[position], text[position], asked.none] if own else [law.none, text.none, asked[question]]
            question += not own
            yield str(row), passage.id, [folder.vectors[row].tolist(), *words], scalars


class _Shares:
    """Postings turned round: for each text the BM25 shares of its terms."""

    def __init__(self, postings: Postings) -> None:
        order = np.argsort(postings.texts, kind="stable")
        terms = np.repeat(np.arange(len(postings.terms)), np.diff(postings.starts))
        self._terms, self._scores = terms[order], postings.scores[order]
        lengths = np.bincount(postings.texts, minlength=postings.count)
        self._starts = np.append(0, np.cumsum(lengths))
        self.none: Sparse = {len(postings.terms): 1.0}  # no question has this term; Milvus wants at least one

    def __getitem__(self, text: int) -> Sparse:
        here = slice(int(self._starts[text]), int(self._starts[text + 1]))
        return dict(zip(self._terms[here].tolist(), self._scores[here].tolist(), strict=True)) or self.none
