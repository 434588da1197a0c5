"""The training of the shipped encoder from beginning to end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch

from corpus.model import Cite
from corpus.starter import Starter
from indexer.encoder import StaticEncoder
from indexer.tokenizer import Keys
from indexer.training import texts
from indexer.training.fit import Progress, Recipe, Supervised, Trainer
from indexer.training.terms import bags, vocabulary
from indexer.training.views import Views

THREADS = 2


def train_encoder(
    laws: Iterable[Path],
    starter: Starter,
    stard: Path | None,
    questions: Path | None,
    work: Path,
    out: Path,
    seed: int,
    progress: Progress,
    recipe: Recipe | None = None,
) -> str:
    """Train and store the encoder.

    :param laws: folders of Markdown texts, for the pairs that need no person
    :param stard: lay questions of other fields of law; `questions`: lay questions on articles; both optional
    :param work: where the weights of each epoch go; a stopped run goes on from there
    :param out: the folder of the encoder
    :returns: a line on what was trained
    :raises ValueError: if there are no articles under `laws`
    """
    torch.manual_seed(seed)
    torch.set_num_threads(THREADS)
    progress("texts", 0.0, float("nan"))
    articles = texts.read_articles(laws)
    if not articles:
        raise ValueError("no articles found: give folders of Markdown law texts")
    known = {Cite(article.title, article.article): article for article in articles}
    pairs = list(texts.starter_pairs(starter, known))
    pairs += texts.lay_pairs(questions, known) if questions else []
    pairs += texts.stard_pairs(stard) if stard else []
    recipe = recipe or Recipe(seed=seed)
    words = vocabulary([texts.body(article) for article in articles], [pair.question for pair in pairs], recipe.terms)
    views = Views(articles, words)
    vectors = Trainer(views, words, recipe, work).run(_supervised(pairs, words) if pairs else None, progress)
    encoder = StaticEncoder.quantised(words, vectors)
    encoder.save(
        out,
        articles=len(articles),
        pairs=len(pairs),
        epochs=recipe.epochs,
        tuning=recipe.tuning_epochs,
        asked=recipe.asked_epochs,
        seed=seed,
    )
    return f"{encoder.name}: {len(words)} terms x {encoder.dimension}, {len(articles)} articles, {len(pairs)} questions -> {out}"


def _supervised(pairs: list[texts.Pair], words: Keys) -> Supervised:
    numbers: dict[str, int] = {}
    groups = np.array([numbers.setdefault(pair.group, len(numbers)) for pair in pairs], dtype=np.int64)
    return Supervised(bags([pair.question for pair in pairs], words), bags([pair.text for pair in pairs], words), groups)
