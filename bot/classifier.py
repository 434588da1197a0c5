"""A small softmax classifier behind the rules: character n-grams, weights in a readable file.

Rules are exact and few; people are neither. What no rule decides is held against this model, which only speaks up where
it is sure. Trained by `python -m bot train` from `classes/examples.yaml` and the questions of the library.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import yaml

FOLDER = Path(__file__).parent / "classes"
WEIGHTS = FOLDER / "weights.json"
PASS = "pass"  # noqa: S105 - a class, no secret
_LENGTHS = (1, 2, 3)
_SEEN, _MOST = 3, 12_000
_SLOT = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Classifier:
    """`weights` holds for each n-gram a row of one number a class."""

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    weights: Mapping[str, tuple[float, ...]]

    def probabilities(self, text: str) -> dict[str, float]:
        """:param text: squeezed, as rules see it
        :returns: the probability of each class
        """
        grams = [gram for gram in ngrams(text) if gram in self.weights]
        total = np.array(self.bias)
        if grams:
            total = total + np.sum([self.weights[gram] for gram in grams], axis=0) / np.sqrt(len(grams))
        odds = np.exp(total - total.max())
        return dict(zip(self.classes, (odds / odds.sum()).tolist(), strict=True))


def ngrams(text: str) -> set[str]:
    """:returns: the distinct runs of one to three characters, the edges of the text marked."""
    padded = f"^{text}$"
    return {padded[at : at + n] for n in _LENGTHS for at in range(len(padded) - n + 1)}


@lru_cache(maxsize=2)
def shipped(path: Path = WEIGHTS) -> Classifier:
    data = json.loads(path.read_text(encoding="utf-8"))
    return Classifier(
        tuple(data["classes"]), tuple(data["bias"]), {gram: tuple(row) for gram, row in data["weights"].items()}
    )


def examples(path: Path = FOLDER / "examples.yaml", seed: int = 7) -> list[tuple[str, str]]:
    """:returns: (sentence, class): the written sentences, and patterns filled at random, the same for the same seed."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    slots: Mapping[str, Sequence[str]] = data["slots"]
    chance = random.Random(seed)  # noqa: S311 - no secret
    out: dict[str, str] = {}
    for name, spec in data["classes"].items():
        for sentence in spec.get("sentences", ()):
            out[str(sentence)] = name
        for _ in range(spec["count"]):
            pattern = chance.choice(spec["patterns"])
            filled = _SLOT.sub(lambda slot: str(chance.choice(slots[slot[1]])), pattern)
            out.setdefault(filled.strip("，"), name)
    return list(out.items())


def train(rows: Iterable[tuple[str, str]], *, rounds: int = 300, rate: float = 1.0, ridge: float = 2e-4) -> Classifier:
    """Softmax regression by full-batch gradient descent with momentum; each class weighs by the root of its size.

    :param rows: (squeezed text, class)
    """
    data = list(rows)
    classes = tuple(sorted({name for _, name in data}))
    counts = Counter(gram for text, _ in data for gram in ngrams(text))
    grams = [gram for gram, count in counts.most_common(_MOST) if count >= _SEEN]
    place = {gram: at for at, gram in enumerate(grams)}
    inside = [[place[gram] for gram in sorted(ngrams(text)) if gram in place] for text, _ in data]
    row = np.repeat(np.arange(len(data)), [len(found) for found in inside])
    column = np.concatenate([np.array(found, dtype=np.int64) for found in inside])
    value = np.concatenate([np.full(len(found), 1 / np.sqrt(max(1, len(found)))) for found in inside])
    wanted = np.zeros((len(data), len(classes)))
    wanted[np.arange(len(data)), [classes.index(name) for _, name in data]] = 1.0
    share = (wanted / np.sqrt(wanted.sum(axis=0))).sum(axis=1, keepdims=True)
    share /= share.sum()
    weights = np.zeros((len(grams), len(classes)))
    bias = np.zeros(len(classes))
    speed, drift = np.zeros_like(weights), np.zeros_like(bias)
    for _ in range(rounds):
        totals = np.zeros_like(wanted)
        np.add.at(totals, row, weights[column] * value[:, None])
        totals += bias
        odds = np.exp(totals - totals.max(axis=1, keepdims=True))
        error = (odds / odds.sum(axis=1, keepdims=True) - wanted) * share
        slope = np.zeros_like(weights)
        np.add.at(slope, column, error[row] * value[:, None])
        speed = 0.9 * speed - rate * (slope + ridge * weights)
        drift = 0.9 * drift - rate * error.sum(axis=0)
        weights += speed
        bias += drift
    return Classifier(classes, tuple(bias.round(3).tolist()), _readable(grams, weights))


def write(model: Classifier, path: Path = WEIGHTS) -> None:
    head = {
        "about": "Made by `python -m bot train`: n-gram -> one weight a class.",
        "classes": model.classes,
        "bias": model.bias,
    }
    rows = ",\n".join(
        f"{json.dumps(gram, ensure_ascii=False)}: {json.dumps(row)}" for gram, row in sorted(model.weights.items())
    )
    text = json.dumps(head, ensure_ascii=False, indent=1)
    path.write_text(f'{text[:-2]},\n "weights": {{\n{rows}\n}}\n}}\n', encoding="utf-8")


def _readable(grams: Sequence[str], weights: np.ndarray) -> dict[str, tuple[float, ...]]:
    kept = np.abs(weights).max(axis=1) >= 0.05
    return {gram: tuple(weights[at].round(2).tolist()) for at, gram in enumerate(grams) if kept[at]}
