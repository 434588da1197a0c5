"""The systems that are compared on STARD: BM25 by the shipped terms, the static encoder retrained in each fold, and both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from eval.stard.data import Article, Lay
from indexer import lexical, tokenizer
from indexer.fusion import Ranker, Weights, best, drawn
from indexer.query import Words, understand
from indexer.training.fit import Progress, Recipe, Supervised, Trainer
from indexer.training.terms import Bags, bags, vocabulary
from indexer.training.views import Views

Floats = NDArray[np.float32]
DEPTH = 100
THREADS = 2
NEIGHBOURS, PULL = 5, 0.5  # 3 to 10 and .5 to 1.2 gave the same within .005 at 10 and .01 at 100


@dataclass(frozen=True, slots=True)
class Candidates:
    """Positions of articles, and what each leg says of them."""

    positions: NDArray[np.int64]
    legs: Mapping[str, Floats]


class Lexical:
    """BM25 over name and text. Plain: every term of the question counts alike; as shipped: read as a search reads it."""

    def __init__(self, articles: Sequence[Article], words: Words) -> None:
        self._counts = lexical.count([f"{article.name}\n{article.text}" for article in articles])
        self._postings = lexical.build(self._counts)
        self._words = words
        self._text = self._asked = self._postings
        self._parents: NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    def plain(self, question: str) -> Floats:
        """:returns: float32 array of shape (articles,)"""
        return self._postings.score(*tokenizer.weighted((term, 1.0) for term in tokenizer.terms(question)))

    def shipped(self, question: str) -> Floats:
        """The same with words of asking weighted down, statute words added for everyday ones and slips mended."""
        asked = understand(question, self._words, frozenset(), self._rare)
        return self._postings.score(asked.keys, asked.weights)

    def learn(self, pairs: Sequence[tuple[str, int]]) -> None:
        """Hold questions as an index of the product does: as words of the article that answers them, and each by itself.

        :param pairs: question, and the position of an article that answers it
        """
        more = [""] * self._counts.count
        for question, at in pairs:
            more[at] += f"\n{question}"
        self._text = lexical.build(self._counts.with_more(lexical.count(more)))
        self._asked = lexical.build(lexical.count([question for question, _ in pairs]))
        self._parents = np.array([at for _, at in pairs], dtype=np.int64)

    def legs(self, question: str) -> dict[str, Floats]:
        """:returns: the legs of words as an index has them, each of shape (articles,); needs `learn`"""
        query = understand(question, self._words, frozenset(), self._rare)
        law, text, each = (leg.score(query.keys, query.weights) for leg in (self._postings, self._text, self._asked))
        return {"law": law, "text": text, "asked": _highest(each, self._parents, len(law))}

    def covered(self, question: str, positions: NDArray[np.int64]) -> Floats:
        """:returns: as `Postings.covered`, for the question read as a search reads it"""
        query = understand(question, self._words, frozenset(), self._rare)
        return self._postings.covered(query.keys, query.weights, positions)

    def _rare(self, pair: str) -> bool:
        return bool(self._postings.frequency(np.array([tokenizer.key(pair)], dtype=np.uint64))[0] <= 3)


class Dense:
    """The recipe of the shipped encoder on the articles alone; one supervised epoch a fold goes on from there.

    The vocabulary comes from the articles, and the epochs before the supervised one see no question.
    """

    def __init__(self, articles: Sequence[Article], recipe: Recipe, work: Path) -> None:
        self._recipe, self._work = recipe, work
        self._texts = [f"{article.name}\n{article.text}" for article in articles]
        self._place = {article.id: at for at, article in enumerate(articles)}
        self._vocabulary = vocabulary(self._texts, [], recipe.terms)
        self._bags = bags(self._texts, self._vocabulary)
        self._views = Views([article.passage for article in articles], self._vocabulary)

    def taught(self, questions: Sequence[Lay], progress: Progress) -> Floats:
        """:param questions: what the encoder is tuned on; none for the encoder that read articles only
        :returns: the vectors of the terms, of shape (terms, dimension)
        """
        torch.manual_seed(self._recipe.seed)
        torch.set_num_threads(THREADS)
        trainer = Trainer(self._views, self._vocabulary, self._recipe, self._work)
        return trainer.run(self._supervised(questions) if questions else None, progress)

    def pairs(self, questions: Sequence[Lay]) -> list[tuple[str, int]]:
        """:returns: each question with the position of each article that answers it"""
        return [(q.question, self._place[gold]) for q in questions for gold in sorted(q.gold)]

    def _supervised(self, questions: Sequence[Lay]) -> Supervised:
        pairs = self.pairs(questions)
        groups = np.array([at for _, at in pairs], dtype=np.int64)
        return Supervised(
            bags([question for question, _ in pairs], self._vocabulary),
            bags([self._texts[at] for at in groups], self._vocabulary),
            groups,
        )

    def scores(self, vectors: Floats, questions: Sequence[Lay]) -> Floats:
        """:returns: cosines of shape (questions, articles)"""
        asked = bags([q.question for q in questions], self._vocabulary)
        out: Floats = summed(asked, vectors) @ summed(self._bags, vectors).T
        return out

    def asked(self, vectors: Floats, questions: Sequence[Lay], known: Sequence[tuple[str, int]]) -> Floats:
        """:param known: as `pairs` gives them
        :returns: of each article the cosine with its nearest question, of shape (questions, articles)
        """
        own, theirs = ([q.question for q in questions], [question for question, _ in known])
        cosines = summed(bags(own, self._vocabulary), vectors) @ summed(bags(theirs, self._vocabulary), vectors).T
        parents = np.array([at for _, at in known], dtype=np.int64)
        return np.stack([_highest(row, parents, len(self._texts)) for row in cosines])

    def guided(self, vectors: Floats, questions: Sequence[Lay], known: Sequence[Lay]) -> Floats:
        """Each question moved towards the articles that answered the questions most like it: feedback from what people asked
        before, which reaches articles that nobody asked about.

        :param known: the questions whose articles may be used
        :returns: cosines of shape (questions, articles)
        """
        articles = summed(self._bags, vectors)
        own, theirs = (summed(bags([q.question for q in rows], self._vocabulary), vectors) for rows in (questions, known))
        answers = np.stack([articles[[self._place[gold] for gold in q.gold]].mean(axis=0) for q in known])
        alike = own @ theirs.T
        nearest = np.argsort(-alike, axis=1)[:, :NEIGHBOURS]
        weights = np.maximum(np.take_along_axis(alike, nearest, axis=1), 1e-9)
        weights /= weights.sum(axis=1, keepdims=True)
        moved = own + PULL * np.einsum("qn,qnd->qd", weights, answers[nearest])
        out: Floats = (moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)) @ articles.T
        return out


def _highest(scores: Floats, parents: NDArray[np.int64], count: int) -> Floats:
    """:returns: of each article the highest score of its questions, 0 where it has none; of shape (count,)"""
    out = np.zeros(count, dtype=np.float32)
    np.maximum.at(out, parents, scores)
    return out


def summed(texts: Bags, vectors: Floats) -> Floats:
    """:returns: the vector of each text, of length 1 (0 for a text without known terms)"""
    matrix = csr_matrix((np.ones(len(texts.ids), np.float32), texts.ids, texts.starts), shape=(len(texts), len(vectors)))
    sums = matrix @ vectors
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    out: Floats = (sums / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return out


def top(scores: Floats) -> list[int]:
    """:returns: positions of the best, best first"""
    found = best(scores, DEPTH)
    order: list[int] = found[np.argsort(-scores[found], kind="stable")].tolist()
    return order


def served(legs: Mapping[str, Floats], laws: NDArray[np.int32], words: Lexical, question: str) -> Candidates:
    """What the shipped index would choose from: the best of each leg, and what its ranker is told of them.

    :param legs: `law`, `text`, `asked`, `near` and `near_asked` of one question, each of shape (articles,); others bring
        candidates too
    :param laws: the law of each article
    """
    nearest = np.maximum(legs["near"], legs["near_asked"])
    finding = [nearest, *(leg for name, leg in legs.items() if not name.startswith("near"))]
    positions = np.unique(np.concatenate([best(leg, DEPTH) for leg in finding]))
    nothing = np.zeros(len(positions), dtype=np.float32)
    told = {name: leg[positions] for name, leg in legs.items()} | {"titled": nothing, "prior": nothing}
    told |= drawn(told, laws[positions]) | {"covered": words.covered(question, positions)}
    return Candidates(positions, told | _of_the_law(told["near_asked"], laws[positions]))


def _of_the_law(near_asked: Floats, laws: NDArray[np.int32]) -> dict[str, Floats]:
    """What the questions of other articles of the same law say: the nearest, and the sum over the ten nearest of all.

    No leg of the product, where documents that staff add have no questions and would lose by it.
    """
    _, own = np.unique(laws, return_inverse=True)
    nearest = _highest(near_asked, own, int(own.max()) + 1)
    first = np.argsort(-near_asked, kind="stable")[:10]
    votes = np.bincount(own[first], weights=np.maximum(near_asked[first], 0), minlength=len(nearest))
    return {"law_asked": nearest[own], "law_votes": votes.astype(np.float32)[own]}


def silent(words: Floats, near: Floats) -> dict[str, Floats]:
    """:returns: the legs of `served` where no question is heard"""
    nobody = np.zeros_like(words)
    return {"law": words, "text": words, "asked": nobody, "near": near, "near_asked": nobody}


def simple(words: Floats, near: Floats, dense: float) -> list[int]:
    """The words, and the vectors at a weight of `dense` beside them.

    :returns: positions, best first
    """
    positions = np.unique(np.concatenate([best(words, DEPTH), best(near, DEPTH)]))
    legs = {"text": words[positions], "near": near[positions]}
    return ordered(Candidates(positions, legs), Weights({"text": 1.0, "near": dense}, {}))


def ordered(found: Candidates, ranker: Ranker) -> list[int]:
    """:returns: positions, best first"""
    order: list[int] = found.positions[np.argsort(-ranker.score(found.legs), kind="stable")[:DEPTH]].tolist()
    return order
