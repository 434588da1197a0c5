"""Making the weights of the network beside the classifier (bot/network.py). Needs torch, which serving does not."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional

from bot.classifier import concepts
from bot.network import HEADS, LAYERS, MOST, term_keys
from bot.text import ends, squeezed
from indexer.encoder import StaticEncoder, eight_bits
from indexer.tokenizer import Keys

Progress = Callable[[float, float], None]  # share done (0..1), loss of the batch
_LENGTH = 4.0  # of the encoder's vectors, on the average


@dataclass(frozen=True, slots=True)
class Recipe:
    """Sizes and rates. Dropout is heavy: 72,000 sentences are few for a network."""

    epochs: int = 10
    batch: int = 128
    rate: float = 0.002
    decay: float = 0.02
    width: int = 160
    narrow: int = 64  # of the encoder's 256 dimensions
    hidden: int = 256
    unread: float = 0.08  # share of the characters that are hidden in training
    smoothing: float = 0.05
    seed: int = 7


class Layer(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.drawn, self.mixed = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.narrow = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        many, length, width = x.shape
        drawn = self.drawn(self.before(x)).view(many, length, 3, HEADS, width // HEADS)
        query, key, value = drawn.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=seen[:, None, None, :], dropout_p=0.1 if self.training else 0.0
        )
        x = x + functional.dropout(self.mixed(mixed.transpose(1, 2).reshape(x.shape)), 0.1, self.training)
        return x + functional.dropout(self.narrow(_gelu(self.wide(self.after(x)))), 0.1, self.training)


class Reader(nn.Module):
    """The network in torch. The terms are the encoder's, of which `narrowed` keeps `narrow` dimensions."""

    def __init__(self, terms: Tensor, characters: int, lists: int, classes: int, recipe: Recipe) -> None:
        super().__init__()
        width = recipe.width
        self.terms = nn.Embedding.from_pretrained(terms)  # type: ignore[no-untyped-call]  # (terms + 1, 256), row 0 for none
        self.narrowed = nn.Linear(terms.shape[1], recipe.narrow, bias=False)
        self.single, self.pair = nn.Linear(recipe.narrow, width), nn.Linear(recipe.narrow, width, bias=False)
        self.own = nn.Embedding(characters + 2, width, padding_idx=0)  # row 0 for none, the last for one unknown or hidden
        self.place = nn.Embedding(MOST, width)
        self.three = nn.Linear(3 * width, width)
        self.layers = nn.ModuleList(Layer(width) for _ in range(LAYERS))
        self.last, self.weigh = nn.LayerNorm(width), nn.Linear(width, HEADS)
        self.lists = nn.EmbeddingBag(lists + 1, width, mode="sum", padding_idx=lists)
        self.hidden, self.out = nn.Linear(width * (HEADS + 2), recipe.hidden), nn.Linear(recipe.hidden, classes)
        for table, spread in ((self.own, 0.1), (self.place, 0.02), (self.lists, 0.05)):
            nn.init.normal_(table.weight, std=spread)

    def forward(self, batch: Batch) -> Tensor:
        """:returns: logits of shape (texts, classes)"""
        seen = batch.own > 0
        seen[:, 0] = True
        x = self.single(self.narrowed(self.terms(batch.singles))) + self.pair(self.narrowed(self.terms(batch.pairs)))
        x = functional.dropout(x + self.own(batch.own), 0.2, self.training) + self.place.weight[: x.shape[1]]
        x = x * seen[..., None]
        sides = functional.pad(x, (0, 0, 1, 1))
        x = x + _gelu(self.three(torch.cat([sides[:, :-2], sides[:, 1:-1], sides[:, 2:]], dim=2)))
        for layer in self.layers:
            x = layer(x, seen)
        x = self.last(x)
        shares = self.weigh(x).masked_fill(~seen[..., None], -1e4).softmax(1)
        means = torch.einsum("bld,blh->bhd", x, shares).flatten(1)
        most = x.masked_fill(~seen[..., None], -1e4).amax(1)
        whole = functional.dropout(torch.cat([means, most, self.lists(batch.lists)], 1), 0.3, self.training)
        found: Tensor = self.out(functional.dropout(_gelu(self.hidden(whole)), 0.3, self.training))
        return found


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts side by side, 0 behind the shorter ones: rows of terms, of own characters, of lists of words."""

    singles: Tensor
    pairs: Tensor
    own: Tensor
    lists: Tensor


@dataclass(frozen=True, slots=True)
class Text:
    singles: NDArray[np.int64]
    pairs: NDArray[np.int64]
    own: NDArray[np.int64]
    lists: list[int]


class Words:
    """Texts as numbers."""

    def __init__(self, keys: Keys, characters: Sequence[str], lists: Sequence[str]) -> None:
        self.keys, self.characters, self.lists = keys, characters, lists
        self._own = {char: at + 1 for at, char in enumerate(characters)}
        self._lists = {name: at for at, name in enumerate(lists)}

    def text(self, text: str) -> Text:
        shown = ends(text, MOST)
        singles, pairs = map(self._rows, term_keys(shown))
        own = np.array([self._own.get(char, len(self._own) + 1) for char in shown] or [0])
        return Text(singles, pairs, own, [self._lists[name] for name in concepts().found(text) if name in self._lists])

    def batch(self, texts: Sequence[Text], unread: float = 0.0) -> Batch:
        """:param unread: the share of the characters that are hidden by chance"""
        length, most = max(len(text.own) for text in texts), max(1, *(len(text.lists) for text in texts))
        singles, pairs, own = (np.zeros((len(texts), length), np.int64) for _ in range(3))
        lists = np.full((len(texts), most), len(self.lists), np.int64)
        for at, text in enumerate(texts):
            singles[at, : len(text.own)], pairs[at, : len(text.own)], own[at, : len(text.own)] = (
                text.singles,
                text.pairs,
                text.own,
            )
            lists[at, : len(text.lists)] = text.lists
        if unread:
            hidden = (np.random.rand(*own.shape) < unread) & (own > 0)
            singles[hidden], pairs[hidden], own[hidden] = 0, 0, len(self.characters) + 1
        return Batch(*map(torch.from_numpy, (singles, pairs, own, lists)))

    def _rows(self, keys: Keys) -> NDArray[np.int64]:
        """:returns: rows of the table of terms, 0 for none"""
        rows = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.asarray(np.where(self.keys[rows] == keys, rows + 1, 0))


def train(
    rows: Sequence[tuple[str, str, float]],
    path: Path,
    recipe: Recipe | None = None,
    progress: Progress = lambda done, loss: None,
) -> None:
    """:param rows: (text, class, weight), such as refuse:bribe
    :param path: of the file of weights that is written, when all epochs are done
    """
    recipe = recipe or Recipe()
    for seed in (torch.manual_seed, np.random.seed, random.seed):
        seed(recipe.seed)
    encoder = StaticEncoder.load()
    table = encoder.table()
    table *= _LENGTH / np.sqrt((table**2).sum(axis=1).mean())
    classes = sorted({name for _, name, _ in rows})
    lists = sorted({*(name for names in concepts().words.values() for name in names), *concepts().patterns})
    characters = sorted({char for text, *_ in rows for char in ends(squeezed(text), MOST)})
    words = Words(encoder.keys, characters, lists)
    texts = [words.text(squeezed(text)) for text, *_ in rows]
    wanted = torch.tensor([classes.index(name) for _, name, _ in rows])
    shares = torch.tensor([weight for *_, weight in rows])
    terms = torch.from_numpy(np.concatenate([np.zeros((1, table.shape[1]), np.float32), table]))
    reader = Reader(terms, len(characters), len(lists), len(classes), recipe)
    learned = [weight for weight in reader.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learned, lr=recipe.rate, weight_decay=recipe.decay)
    steps = recipe.epochs * -(-len(texts) // recipe.batch)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, recipe.rate, total_steps=steps + recipe.epochs, pct_start=0.1)
    lengths = [len(text.own) for text in texts]
    epochs = chain.from_iterable(_batches(lengths, recipe.batch) for _ in range(recipe.epochs))
    for step, some in enumerate(epochs, 1):
        logits = reader(words.batch([texts[at] for at in some], recipe.unread))
        each = functional.cross_entropy(logits, wanted[some], reduction="none", label_smoothing=recipe.smoothing)
        loss = (each * shares[some]).sum() / shares[some].sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimiser.step()
        rate.step()
        progress(min(1.0, step / steps), loss.item())
    _write(reader.eval(), words, classes, path)


def _batches(lengths: Sequence[int], size: int) -> list[list[int]]:
    """:returns: all texts once, by chance, those of a batch near each other in length"""
    order = list(range(len(lengths)))
    random.shuffle(order)
    portions = [sorted(order[at : at + 50 * size], key=lengths.__getitem__) for at in range(0, len(order), 50 * size)]
    batches = [portion[at : at + size] for portion in portions for at in range(0, len(portion), size)]
    random.shuffle(batches)
    return batches


def _write(reader: Reader, words: Words, classes: Sequence[str], path: Path) -> None:
    """The terms narrowed, 8 bits a dimension with a scale each; all else in 16 bits."""
    state = {name: value for name, value in reader.state_dict().items() if name not in ("terms.weight", "narrowed.weight")}
    terms = (reader.terms.weight[1:] @ reader.narrowed.weight.T).detach()
    arrays: dict[str, Any] = {name: value.half().contiguous() for name, value in state.items()}
    arrays["three"] = arrays.pop("three.weight").T.contiguous()
    arrays["lists.weight"] = arrays["lists.weight"][:-1].contiguous()
    arrays |= {
        name: torch.from_numpy(part) for name, part in zip(("terms", "scales"), eight_bits(terms.numpy()), strict=True)
    }
    arrays["keys"] = torch.from_numpy(words.keys.view(np.int64).copy())
    arrays["characters"] = torch.tensor([ord(char) for char in words.characters])
    told = {"classes": list(classes), "lists": list(words.lists)}
    part = path.with_name(f".{path.name}")
    save_file(arrays, part, {name: json.dumps(value, ensure_ascii=False) for name, value in told.items()})
    os.replace(part, path)


def _gelu(x: Tensor) -> Tensor:
    return functional.gelu(x, approximate="tanh")
