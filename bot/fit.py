"""Fit the weights of the confidence to questions with known articles (development files only)."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.answer import Answer
from bot.decide import FEATURES, Calibration
from bot.values import unsupported, values
from corpus.model import short_title

# A FAQ left out of the index says less about real questions than a development row.
LIBRARY = 0.3
FOLDS = 8


@dataclass(frozen=True, slots=True)
class Sample:
    """The features of one draft and whether it was right. Paraphrases of one need share a `group`."""

    features: Mapping[str, float]
    right: bool
    weight: float = 1.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a threshold lets through: the share of the drafts, how many of them are right, and how sure they are of it."""

    share: float
    precision: float
    error: float  # expected calibration error, ten bins


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


def fit(samples: Sequence[Sample], *, ridge: float = 0.001, rounds: int = 1500) -> Calibration:
    """Logistic regression by accelerated gradient descent with a ridge; weights are kept at zero or above.

    Each feature speaks for an answer, so a negative weight would only fit the noise of a small set.
    """
    if not samples or len({sample.right for sample in samples}) < 2:
        raise ValueError("fitting needs right and wrong answers")
    given = np.array([[sample.features.get(name, 0.0) for name in FEATURES] for sample in samples])
    right = np.array([float(sample.right) for sample in samples])
    share = np.array([sample.weight for sample in samples])
    share = share / share.sum()
    weights, bias, momentum = np.zeros(len(FEATURES)), 0.0, 1.0
    ahead, ahead_bias = weights, bias
    for _ in range(rounds):
        error = share * (1.0 / (1.0 + np.exp(-np.clip(given @ ahead + ahead_bias, -30, 30))) - right)
        new = np.maximum(0.0, ahead - (given.T @ error + ridge * ahead))
        new_bias = ahead_bias - float(error.sum())
        grown = (1 + math.sqrt(1 + 4 * momentum**2)) / 2
        ahead = new + (momentum - 1) / grown * (new - weights)
        ahead_bias = new_bias + (momentum - 1) / grown * (new_bias - bias)
        weights, bias, momentum = new, new_bias, grown
    return Calibration(bias, dict(zip(FEATURES, weights.tolist(), strict=True)))


def log_loss(model: Calibration, samples: Sequence[Sample]) -> float:
    """Mean of -log p(outcome); lower is better."""
    total = 0.0
    for sample in samples:
        p = min(1 - 1e-9, max(1e-9, model.confidence(sample.features)))
        total -= math.log(p if sample.right else 1 - p)
    return total / len(samples)


def crossed(samples: Sequence[Sample], others: Sequence[Sample], folds: int = FOLDS) -> list[tuple[float, bool]]:
    """:param others: samples that are only learned from
    :returns: (confidence, right) of each of `samples`, by a model that has not seen its group
    """
    place = [zlib.crc32(sample.group.encode()) % folds for sample in samples]
    out: list[tuple[float, bool]] = []
    for fold in range(folds):
        held = [sample for sample, at in zip(samples, place, strict=True) if at == fold]
        seen = [*others, *(sample for sample, at in zip(samples, place, strict=True) if at != fold)]
        if held:
            model = fit(seen)
            out += [(model.confidence(sample.features), sample.right) for sample in held]
    return out


def report(pairs: Sequence[tuple[float, bool]], threshold: float) -> Report:
    """:param pairs: (confidence, right) of each draft"""
    shown = [right for confidence, right in pairs if confidence >= threshold]
    error = 0.0
    for at in range(10):
        bin_ = [pair for pair in pairs if min(9, int(pair[0] * 10)) == at]
        error += abs(sum(confidence for confidence, _ in bin_) - sum(right for _, right in bin_)) / max(1, len(pairs))
    return Report(len(shown) / max(1, len(pairs)), sum(shown) / max(1, len(shown)), error)


def write(model: Calibration, path: Path, about: str) -> None:
    data = {
        "about": about,
        "bias": round(model.bias, 3),
        "weights": {name: round(value, 3) for name, value in model.weights.items()},
    }
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def is_right(row: Mapping[str, Any], answer: Answer) -> bool:
    """Whether a draft may be shown for a row: it was to be answered, one of its gold articles is cited, its key facts are said."""
    gold = {(short_title(cite["title"]), cite.get("article", "")) for cite in row.get("gold") or ()}
    cited = {key for cite in answer.citations for key in ((cite.title, cite.article), (cite.title, ""), ("", ""))}
    return (
        row.get("outcome") == "answered"
        and bool((gold or {("", "")}) & cited)
        and all(_says(answer.text, fact) for fact in row.get("key_facts") or ())
    )


def _says(text: str, fact: str) -> bool:
    """Whether a text holds a fact: as written, or its numbers as values."""
    wanted = values(fact)
    return fact in text or bool(wanted and not unsupported(fact, values(text)))
