"""Making the weights of the two classifiers, of first messages and of later turns: `python -m bot train`. Needs scikit-learn, which serving does not.

The network beside the first one is made in bot/training_network.py, of the same sentences.
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml

from bot.classifier import FOLDER, UNIT, WEIGHTS, Classifier, features, likelihoods, values
from bot.text import squeezed

PASS = "pass"  # noqa: S105 - a class, no secret
STANDS = "stands"
SENTENCES = FOLDER / "sentences"
UNSEEN = FOLDER / "unseen.yaml"  # kept back from training; only tests read it
UNSEEN_STATEMENTS = FOLDER / "unseen_statements.yaml"  # and this
TURNS = FOLDER / "leaning"
UNSEEN_TURNS = FOLDER / "leaning_unseen.yaml"
_SEEN = 2  # a feature of fewer sentences is noise
_ORDINARY = 0.25  # the weight of a question of the library beside a written sentence
_URGENT = 0.2  # likelihood of an emergency
_EDGE = 0.2  # and of a sentence of edge_*.yaml, written in pairs as alike as can be: people send fewer of these
_ALONE = 0.05  # and of a first message among turns
_STRENGTH, _ROUNDS = 25.0, 200  # the inverse of the ridge; how long to optimise: 60 are too few by far, 400 change nothing
_LEAST = 5  # units; a feature that never weighs more is left out


class LeakError(RuntimeError):
    """A sentence that is kept back stands among those to learn from."""


def written(folder: Path = SENTENCES) -> list[tuple[str, str, float]]:
    """:returns: (sentence, class, weight) of the sentences to learn from.

    :raises LeakError: if one of them is kept back
    """
    kept_back = {sentence for path in (UNSEEN, UNSEEN_STATEMENTS) for sentence, _ in unseen(path)}
    return [(*row, _EDGE if path.name.startswith("edge_") else 1.0) for path, row in _learnable(folder, kept_back, UNSEEN)]


def turns(asked: Sequence[str], folder: Path = TURNS) -> list[tuple[str, str, float]]:
    """:param asked: questions of the library; they and the first messages that triage learns from stand alone too, save those
        in which a fact is missing
    :returns: (turn, leans or stands, weight) of the later turns of conversations

    :raises LeakError: if one of them is kept back
    """
    rows = [(*row, 1.0) for _, row in _learnable(folder, {turn for turn, _ in unseen_turns()}, UNSEEN_TURNS)]
    first = [sentence for sentence, name, _ in written() if not name.startswith("clarify")]
    return [*rows, *((text, STANDS, _ALONE) for text in (*sorted(set(asked)), *first))]


def ordinary(asked: Sequence[str]) -> list[str]:
    """:returns: the questions of the library but those that the shipped classifier takes for an emergency (放射源在高速上掉了一个铅罐): they
    are answered word for word, and would teach that such a message is an ordinary one
    """
    return [question for question in asked if likelihoods(squeezed(question))["emergency"] < _URGENT]


def unseen_turns(path: Path = UNSEEN_TURNS) -> list[tuple[str, str]]:
    """:returns: (turn, leans or stands) of those that are kept back."""
    return _read(path.read_text(encoding="utf-8"))


def unseen(path: Path = UNSEEN) -> list[tuple[str, str]]:
    """:returns: (sentence, class) of the fifth that is kept back; the class pass is followed by what it looks like."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        (sentence, f"{PASS}:{part}" if name == PASS else name)
        for part, classes in data.items()
        for name, situations in classes.items()
        for sentences in situations.values()
        for sentence in sentences
    ]


def beside(rows: Sequence[tuple[str, str, float]], asked: Sequence[str]) -> list[tuple[str, str, float]]:
    """:returns: written sentences, and questions of the library as ordinary ones"""
    return [*rows, *((question, PASS, _ORDINARY) for question in sorted(set(asked)))]


def train(rows: Sequence[tuple[str, str, float]], asked: Sequence[str] = ()) -> Classifier:
    """Multinomial logistic regression over all classes.

    :param rows: (sentence, class, weight), such as refuse:bribe
    :param asked: questions of the library, which are learned as `pass`
    """
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # only training comes here
    from sklearn.linear_model import LogisticRegression

    data = beside(rows, asked)
    found = [features(squeezed(text)) for text, *_ in data]
    counts = Counter(name for names in found for name in names)
    names = sorted(name for name, count in counts.items() if count >= _SEEN)
    place = {name: at for at, name in enumerate(names)}
    valued = [values(sorted(seen), place) for seen in found]
    starts = np.cumsum([0, *(len(row) for row in valued)])
    columns = [place[name] for row in valued for name, _ in row]
    matrix = csr_matrix(([value for row in valued for _, value in row], columns, starts), shape=(len(data), len(names)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sklearn about its own later versions, and of an end before the optimum
        model = LogisticRegression(C=_STRENGTH, max_iter=_ROUNDS).fit(
            matrix, [name for _, name, _ in data], sample_weight=[weight for *_, weight in data]
        )
    # of two classes scikit-learn keeps one row: what speaks for the second
    split = np.array([[-0.5], [0.5]]) if len(model.classes_) == 2 else np.eye(len(model.classes_))
    table = np.round((split @ model.coef_).T / UNIT)
    kept = np.abs(table).max(axis=1) >= _LEAST
    rows_kept = {name: at for at, name in enumerate(name for name, keep in zip(names, kept, strict=True) if keep)}
    return Classifier(tuple(model.classes_), np.round(split @ model.intercept_, 2), rows_kept, table[kept] * UNIT)


def write(model: Classifier, path: Path = WEIGHTS) -> None:
    head = {
        "about": f"Made by `python -m bot train`: feature -> one weight a class, in units of {UNIT}.",
        "classes": model.classes,
        "bias": model.bias.tolist(),
    }
    table = np.round(model.weights / UNIT).astype(int).tolist()
    rows = ",\n".join(
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(table[at], separators=(',', ':'))}"
        for name, at in model.rows.items()
    )
    text = json.dumps(head, ensure_ascii=False, indent=1)
    path.write_text(f'{text[:-2]},\n "weights": {{\n{rows}\n}}\n}}\n', encoding="utf-8")


def _learnable(folder: Path, kept_back: set[str], held: Path) -> list[tuple[Path, tuple[str, str]]]:
    """:returns: the rows of a folder, each with its file; raises LeakError where one stands in `held`, whose texts `kept_back` are"""
    rows = [(path, row) for path in sorted(folder.glob("*.yaml")) for row in _read(path.read_text(encoding="utf-8"))]
    if leaked := [text for _, (text, _) in rows if text in kept_back]:
        raise LeakError(f"kept back in {held.name}, yet among what is learned from: {leaked[0]}")
    return rows


def _read(text: str) -> list[tuple[str, str]]:
    classes = yaml.safe_load(text)
    return [
        (sentence, name)
        for name, situations in classes.items()
        for sentences in situations.values()
        for sentence in sentences
    ]
