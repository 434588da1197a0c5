"""Second opinions on a model's sentence: does it mean what the passages say, and do they entail it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from bot.compose.basis import Evidence
from bot.model import ModelError
from bot.text import sentences
from indexer.hit import Encoder

NEAR = 0.3  # cosine, of the encoder that ships; 99 % of the library's own sentences are nearer to what they cite
ENTAILED = 0.5
_LONGEST = 512  # tokens of premise and sentence together


class Judge(Protocol):
    """Called from several threads."""

    def objection(self, sentence: str, evidence: Sequence[Evidence]) -> str:
        """:returns: why the evidence does not carry the sentence, '' where it does"""


class Meaning:
    """The sentence lies near a sentence of the passages, or near one of them as a whole."""

    def __init__(self, encoder: Encoder, near: float = NEAR) -> None:
        self._encoder, self._near = encoder, near

    def objection(self, sentence: str, evidence: Sequence[Evidence]) -> str:
        texts = [text for part in evidence for text in (part.words(), *sentences(part.words()))]
        likeness = float((self._encoder.passages(texts) @ self._encoder.query(sentence)).max()) if texts else 0.0
        return "" if likeness >= self._near else f"meaning {likeness:.2f} below {self._near}"


class Entailment:
    """A Transformers model for natural language inference, of any number of labels as long as one is called entailment."""

    def __init__(self, folder: str, entailed: float = ENTAILED) -> None:
        """:param folder: as `save_pretrained` writes it; nothing is ever fetched
        :raises ModelError: if it cannot be read, or does not say which of its labels means entailment
        """
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            self._model: Any = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True).eval()
        except (OSError, ValueError) as error:
            raise ModelError(f"读不了蕴含模型 / cannot read the entailment model {folder}: {error}") from error
        self._label = _entailing(self._model.config.id2label, folder)
        self._entailed = entailed
        self._lock = threading.Lock()  # fast tokenizers are not safe between threads

    def objection(self, sentence: str, evidence: Sequence[Evidence]) -> str:
        sure = max((self._probability(part.words(), sentence) for part in evidence), default=0.0)
        return "" if sure >= self._entailed else f"entailment {sure:.2f} below {self._entailed}"

    def _probability(self, premise: str, sentence: str) -> float:
        import torch

        with self._lock, torch.inference_mode():
            longest = min(_LONGEST, self._tokenizer.model_max_length)
            pair = self._tokenizer(premise, sentence, truncation="only_first", max_length=longest, return_tensors="pt")
            return float(self._model(**pair).logits.softmax(dim=-1)[0, self._label])


def _entailing(labels: Mapping[int, str], folder: str) -> int:
    for number, name in labels.items():
        if name.lower().startswith("entail"):
            return int(number)
    raise ModelError(f"蕴含模型的标签里没有 entailment / no label of {folder} is entailment: {', '.join(labels.values())}")
