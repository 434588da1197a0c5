"""Fit the weights of the confidence to questions with known articles (development files only)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answer import Answer
from bot.decide import FEATURES, Calibration


@dataclass(frozen=True, slots=True)
class Sample:
    """The features of one draft and whether it was right."""

    features: Mapping[str, float]
    right: bool


def read(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """:returns: the rows of development sets.

    :raises ValueError: for a held-out file, which must not be learned from
    """
    rows: list[dict[str, Any]] = []
    for path in paths:
        if "heldout" in path.name:
            raise ValueError(f"{path.name} is held out and must not be used for fitting")
        rows += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return rows


def fit(samples: Sequence[Sample], *, ridge: float = 0.002, rounds: int = 6000, rate: float = 1.0) -> Calibration:
    """Logistic regression by gradient descent with a ridge; weights are kept at zero or above.

    Each feature speaks for an answer, so a negative weight would only fit the noise of a small set.
    """
    if not samples or len({sample.right for sample in samples}) < 2:
        raise ValueError("fitting needs right and wrong answers")
    weights = dict.fromkeys(FEATURES, 0.0)
    bias = 0.0
    for _ in range(rounds):
        gradient = dict.fromkeys(FEATURES, 0.0)
        slope = 0.0
        model = Calibration(bias, weights)
        for sample in samples:
            error = model.confidence(sample.features) - sample.right
            slope += error
            for name in FEATURES:
                gradient[name] += error * sample.features.get(name, 0.0)
        bias -= rate * slope / len(samples)
        for name in FEATURES:
            weights[name] = max(0.0, weights[name] - rate * (gradient[name] / len(samples) + ridge * weights[name]))
    return Calibration(bias, weights)


def log_loss(model: Calibration, samples: Sequence[Sample]) -> float:
    """Mean of -log p(outcome); lower is better."""
    total = 0.0
    for sample in samples:
        p = min(1 - 1e-9, max(1e-9, model.confidence(sample.features)))
        total -= math.log(p if sample.right else 1 - p)
    return total / len(samples)


def write(model: Calibration, path: Path, about: str) -> None:
    data = {
        "about": about,
        "bias": round(model.bias, 3),
        "weights": {name: round(value, 3) for name, value in model.weights.items()},
    }
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def is_right(row: Mapping[str, Any], answer: Answer) -> bool:
    """Whether a draft may be shown for a row: it was to be answered, and one of its gold articles is cited."""
    gold = {(cite["title"], cite["article"]) for cite in row.get("gold") or ()}
    cited = {key for cite in answer.citations for key in ((cite.title, cite.article), (cite.title, ""))}
    return row.get("outcome") == "answered" and bool(gold & cited)
