"""Training of the static encoder: a vector a term, a text is the sum of its terms, scaled to length 1."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.utils.extmath import randomized_svd
from torch.nn import functional

from indexer.tokenizer import Keys
from indexer.training.terms import Bags, Ints
from indexer.training.views import Views

Progress = Callable[[str, float, float], None]  # stage, share done (0..1), loss


@dataclass(frozen=True, slots=True)
class Recipe:
    """Sizes and rates as measured; a batch holds `batch` pairs.

    The tuning epoch, by its own ranking of questions held out (right article or its entry among the first five; left:
    articles with other questions, right: articles that no training question cites):
    none .40 / .34; 128 pairs a batch at .005 .69 / .53; 256 .72 / .55; 512 .72 / .57; 512 at .01 .72 / .58.
    The epoch of questions alone: docs/encoder.md.
    """

    terms: int = 60_000
    dimension: int = 256
    epochs: int = 4
    tuning_epochs: int = 1
    asked_epochs: int = 1
    batch: int = 1024
    supervised: int = 512  # of the pairs of a batch, in the tuning epochs
    rate: float = 0.02
    tuning_rate: float = 0.01
    asked_rate: float = 0.02
    temperature: float = 0.05
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Supervised:
    """Questions and answering texts as terms; `groups` numbers the articles."""

    questions: Bags
    texts: Bags
    groups: Ints


class Trainer:
    """Runs the epochs; after each one the weights go to `folder`, from where a stopped run goes on."""

    def __init__(self, views: Views, vocabulary: Keys, recipe: Recipe, folder: Path) -> None:
        self._views = views
        self._recipe = recipe
        stamp = hashlib.sha256(vocabulary.tobytes() + f"{sorted(asdict(recipe).items())} {len(views)}".encode())
        self._folder = folder / stamp.hexdigest()[:12]
        self._bag = torch.nn.EmbeddingBag(len(vocabulary), recipe.dimension, mode="sum", sparse=True)

    def run(self, supervised: Supervised | None, progress: Progress) -> NDArray[np.float32]:
        """:returns: the vectors, of shape (terms, dimension)."""
        for older in self._folder.parent.glob("*"):  # 60 MB an epoch, of no use for other words
            if older != self._folder:
                shutil.rmtree(older, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        stages = ["start", *(f"epoch-{at + 1}" for at in range(self._recipe.epochs))]
        if supervised:
            stages += [f"tuning-{at + 1}" for at in range(self._recipe.tuning_epochs)]
            stages += [f"asked-{at + 1}" for at in range(self._recipe.asked_epochs)]
        for number, stage in enumerate(stages):
            path = self._folder / f"{stage}.safetensors"
            if path.exists() and not stage.startswith(("tuning", "asked")):  # the questions may have changed since
                self._load(path)
                progress(stage, 1.0, float("nan"))
                continue
            if stage == "start":
                self._start()
            elif supervised and stage.startswith("asked"):
                self._asked(number, stage, supervised, progress)
            else:
                self._epoch(number, stage, supervised if stage.startswith("tuning") else None, progress)
            save_file({"vectors": self._bag.weight.detach().contiguous()}, path)
            progress(stage, 1.0, float("nan"))
        weights: NDArray[np.float32] = self._bag.weight.detach().numpy()
        return weights

    def _load(self, path: Path) -> None:
        self._bag.weight.data.copy_(load_file(path)["vectors"])

    def _start(self) -> None:
        """Vectors that begin as a truncated singular value decomposition of tf-idf: words of like articles lie close."""
        texts, idf = self._views.whole(), self._views.idf
        matrix = csr_matrix((idf[texts.ids], texts.ids, texts.starts), shape=(len(texts), len(idf)))
        matrix.sum_duplicates()
        matrix.data = np.log1p(matrix.data)
        _, _, right = randomized_svd(matrix, self._recipe.dimension, n_iter=2, random_state=self._recipe.seed)
        start = right.T * idf[:, None]
        start /= np.sqrt((start**2).sum(axis=1).mean())
        self._bag.weight.data.copy_(torch.from_numpy(start.astype(np.float32)))

    def _epoch(self, number: int, stage: str, supervised: Supervised | None, progress: Progress) -> None:
        recipe = self._recipe
        random = np.random.default_rng((recipe.seed, number))
        optimizer = torch.optim.SparseAdam(self._bag.parameters(), lr=recipe.tuning_rate if supervised else recipe.rate)
        taught = recipe.supervised if supervised else 0
        order = random.permutation(len(self._views))
        own = recipe.batch - taught
        batches = [order[at : at + own] for at in range(0, len(order), own)]
        lessons = _lessons(supervised, taught, random) if supervised else iter(())
        for done, batch in enumerate(batches, 1):
            left, right, groups = self._pairs(batch, random)
            if supervised:
                picked = next(lessons)
                left += [supervised.questions.bag(at) for at in picked]
                right += [supervised.texts.bag(at) for at in picked]
                groups = np.concatenate([groups, -1 - supervised.groups[picked]])
            progress(stage, done / len(batches), self._learn(optimizer, left, right, groups))

    def _asked(self, number: int, stage: str, supervised: Supervised, progress: Progress) -> None:
        """Each question once beside its text, and nothing else: between views of articles too few of them are learned."""
        optimizer = torch.optim.SparseAdam(self._bag.parameters(), lr=self._recipe.asked_rate)
        order = np.random.default_rng((self._recipe.seed, number)).permutation(len(supervised.groups))
        for start in range(0, len(order), self._recipe.batch):
            picked = order[start : start + self._recipe.batch]
            asked, texts = ([bags.bag(at) for at in picked] for bags in (supervised.questions, supervised.texts))
            lost = self._learn(optimizer, asked, texts, supervised.groups[picked])
            progress(stage, (start + len(picked)) / len(order), lost)

    def _pairs(self, batch: Ints, random: np.random.Generator) -> tuple[list[Ints], list[Ints], Ints]:
        drawn = [(*self._views.draw(int(at), random), at) for at in batch]
        drawn = [row for row in drawn if len(row[0]) and len(row[1])]
        return [row[0] for row in drawn], [row[1] for row in drawn], np.array([row[2] for row in drawn], dtype=np.int64)

    def _learn(self, optimizer: torch.optim.Optimizer, left: Sequence[Ints], right: Sequence[Ints], groups: Ints) -> float:
        """One step. :returns: the loss before it"""
        loss = self._loss(left, right, groups)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        return loss.item()

    def _loss(self, left: Sequence[Ints], right: Sequence[Ints], groups: Ints) -> torch.Tensor:
        """Softmax over the other texts of the batch, those of the same article left out."""
        scores = self._encode(left) @ self._encode(right).T / self._recipe.temperature
        same = torch.from_numpy((groups[:, None] == groups[None, :]) & ~np.eye(len(groups), dtype=bool))
        return functional.cross_entropy(scores.masked_fill(same, float("-inf")), torch.arange(len(left)))

    def _encode(self, texts: Sequence[Ints]) -> torch.Tensor:
        starts = np.cumsum([0] + [len(text) for text in texts[:-1]])
        return functional.normalize(self._bag(torch.from_numpy(np.concatenate(texts)), torch.from_numpy(starts)))


def _lessons(supervised: Supervised, size: int, random: np.random.Generator) -> Iterator[Ints]:
    """Endless portions of the pairs, each pair once before any comes again."""
    waiting: Ints = np.array([], dtype=np.int64)
    while True:
        while len(waiting) < size:
            waiting = np.concatenate([waiting, random.permutation(len(supervised.groups))])
        yield waiting[:size]
        waiting = waiting[size:]
