"""A small classifier behind the rules: character n-grams and word lists in, the likelihood of each class out.

Rules are exact and few; people are neither. What no rule decides is held against this model, and against a network that reads the
same text in its order (bot/network.py): both were taught by the same sentences, err in different ones, and are heard together.
Serving needs numpy alone; `python -m bot train` (bot/training.py) makes the weights from the sentences of `classes/sentences`. A
second classifier, without a network, tells whether a later turn of a conversation leans on the one before (`classes/leaning`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from bot import network
from bot.network import Network, logarithms
from bot.text import ends

FOLDER = Path(__file__).parent / "classes"
WEIGHTS = FOLDER / "weights.json"
LEANING = FOLDER / "leaning.json"  # of turns, whether they lean on the one before
UNIT = 0.01  # of the whole numbers in the file of weights
MOST = 400  # characters; of a longer text the beginning and the end are seen
_READ = 0.45  # how much the network is heard: a weighted mean of logarithms
_CONCEPT, _PAIR = 0.4, 0.1  # the value of a word list that occurs, and of two that occur together
_TELLING = frozenset({"field", "law", "own"})  # wider kinds that change what any word means
_PLAIN = re.compile(r"[^\\.^$*+?{}\[\]|()]+")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Concepts:
    """Lists of words that mean much the same. `words` holds the plain ones, for a look-up; `patterns` the others."""

    words: Mapping[str, tuple[str, ...]]
    lengths: tuple[int, ...]
    patterns: Mapping[str, re.Pattern[str]]
    groups: Mapping[str, frozenset[str]]
    contacts: tuple[str, ...]

    def found(self, text: str) -> set[str]:
        """:returns: the names of the lists of which a word stands in `text`."""
        seen = {name for name, pattern in self.patterns.items() if pattern.search(text)}
        for length in self.lengths:
            for at in range(len(text) - length + 1):
                seen.update(self.words.get(text[at : at + length], ()))
        return seen


@dataclass(frozen=True, slots=True)
class Classifier:
    """`weights` has for each feature, in the order of `rows`, one number a class. `beside`: a network that knows the same classes."""

    classes: tuple[str, ...]
    bias: NDArray[np.float64]
    rows: Mapping[str, int]
    weights: NDArray[np.float64]
    beside: Network | None = None

    def probabilities(self, text: str) -> dict[str, float]:
        """:param text: squeezed, as rules see it
        :returns: how likely each class is (refuse:bribe), and each outcome (refuse) as the sum of its classes
        """
        valued = values(features(text), self.rows)
        total = self.bias.copy()
        if valued:
            total += np.array([value for _, value in valued]) @ self.weights[[self.rows[name] for name, _ in valued]]
        if self.beside:
            read = self.beside.read(text, concepts().found(text))
            total = (1 - _READ) * logarithms(total) + _READ * read
        out: dict[str, float] = {}
        for name, share in zip(self.classes, np.exp(logarithms(total)).tolist(), strict=True):
            for each in {name, name.partition(":")[0]}:
                out[each] = out.get(each, 0.0) + share
        return out


def features(text: str) -> set[str]:
    """:returns: runs of one and two characters, edges marked; `#name` for each list of words that occurs, `#a+b` for two
    together, `#@group` or `#!group` for each wider kind that holds or does not, and two of these together.
    """
    text = ends(text, MOST)
    padded = f"^{text}$"
    known = concepts()
    found = known.found(text)
    kinds = [f"{'@' if found & names else '!'}{group}" for group, names in known.groups.items()]
    return {
        *padded,
        *(padded[at : at + 2] for at in range(len(padded) - 1)),
        *(f"#{name}" for name in (*found, *kinds)),
        *(f"#{one}+{other}" for one, other in combinations(sorted(found), 2)),
        *(f"#{one}+{other}" for one, other in combinations(kinds, 2)),
        *(f"#{one}+{kind}" for one in found for kind in kinds if kind[1:] in _TELLING),
    }


def values(found: Iterable[str], known: Mapping[str, int]) -> list[tuple[str, float]]:
    """:returns: the features that the model knows, each with its value; those of characters have length 1 together."""
    kept = [name for name in found if name in known]
    grams = 1 / math.sqrt(max(1, sum(not _listed(name) for name in kept)))
    return [(name, (_PAIR if "+" in name else _CONCEPT) if _listed(name) else grams) for name in kept]


def contact(text: str) -> str:
    """:returns: the id in contacts.yaml of the office whose words stand in `text`, the first of several; '' for none."""
    found = concepts().found(text)
    return next((name for name in concepts().contacts if name in found), "")


@lru_cache(maxsize=1)
def concepts() -> Concepts:
    data = yaml.load((FOLDER / "concepts.yaml").read_text(encoding="utf-8"), Loader=_LOADER)
    words: dict[str, list[str]] = {}
    patterns: dict[str, re.Pattern[str]] = {}
    for name, pattern in (data["concepts"] | data["contacts"]).items():
        parts = _alternatives(pattern)
        for word in (part for part in parts if _PLAIN.fullmatch(part)):
            words.setdefault(word, []).append(name)
        if others := [part for part in parts if not _PLAIN.fullmatch(part)]:
            patterns[name] = re.compile("|".join(others))
    return Concepts(
        {word: tuple(names) for word, names in words.items()},
        tuple(sorted({len(word) for word in words})),
        patterns,
        {group: frozenset(names) for group, names in data["groups"].items()},
        tuple(data["contacts"]),
    )


@lru_cache(maxsize=2)
def shipped(path: Path = WEIGHTS) -> Classifier:
    data = json.loads(path.read_text(encoding="utf-8"))
    rows = {name: at for at, name in enumerate(data["weights"])}
    weights = np.array(list(data["weights"].values()), dtype=np.float64).reshape(len(rows), -1)
    beside = network.shipped(FOLDER / network.NAME) if path == WEIGHTS else None
    return Classifier(tuple(data["classes"]), np.array(data["bias"]), rows, weights * UNIT, beside)


# A turn is looked at by triage, understanding and the confidence, its earlier turns by each of them.
@lru_cache(maxsize=256)
def likelihoods(text: str, path: Path = WEIGHTS) -> Mapping[str, float]:
    """:returns: what the shipped classifier says of a text, as `Classifier.probabilities`"""
    return shipped(path).probabilities(text)


def _listed(name: str) -> bool:
    return len(name) > 2 and name[0] == "#"


def _alternatives(pattern: str) -> list[str]:
    """:returns: the parts between the | of `pattern` that stand in no bracket."""
    parts, depth = [""], 0
    for char in pattern:
        depth += (char in "([") - (char in ")]")
        if char == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += char
    return parts
