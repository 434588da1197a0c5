"""Collections of a wanted size: whole documents of a catalogue, or passages made of their sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from corpus.model import Passage

SEED = 20260815
_SENTENCE = re.compile(r"[^。；;\n]+[。；;\n]?")
_SPAN = 1_000  # synthetic passages that share the sentences of as many real ones


def sample(passages: Sequence[Passage], size: int) -> list[Passage]:
    """:returns: `size` passages, document by document in an order that is random but always the same, so that a smaller
    sample is the beginning of a larger one
    """
    documents: dict[str, list[Passage]] = {}
    for passage in passages:
        documents.setdefault(passage.document_id, []).append(passage)
    names = sorted(documents)
    order = np.random.default_rng(SEED).permutation(len(names))
    rows = [passage for at in order for passage in documents[names[at]]]
    return rows[:size]


def synthetic(passages: Sequence[Passage], size: int) -> Iterator[Passage]:
    """:returns: the passages themselves, then passages made of their sentences shuffled, `size` in all.

    Lengths, words and their frequencies stay those of real law texts; the vocabulary does not grow as it would with new texts.
    """
    random = np.random.default_rng(SEED)
    yield from passages[:size]
    made = len(passages)
    while made < size:
        near = [passages[at] for at in random.integers(0, len(passages), _SPAN)]
        sentences = [sentence for passage in near for sentence in _SENTENCE.findall(passage.text)]
        random.shuffle(sentences)
        shares = np.array_split(np.array(sentences, dtype=object), len(near))
        for passage, share in zip(near, shares, strict=True):
            if made < size:
                yield Passage(f"synthetic {made}", passage.document_id, passage.title, f"第{made}节", "".join(share))
                made += 1


def forecast(points: Sequence[tuple[int, float]], size: int) -> float:
    """What a cost will be at `size`: on the line through the two largest sizes measured, and no less than in proportion to
    the largest if it grew at all.

    :param points: size and cost, at least two, ascending
    """
    (small, low), (large, high) = points[-2:]
    slope = max(0.0, (high - low) / (large - small))
    return high + slope * (size - large)
