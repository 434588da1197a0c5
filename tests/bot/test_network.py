"""The network beside the classifier: what is trained is what serves."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from bot import classifier, network
from bot.classifier import concepts
from bot.network import Network
from bot.text import squeezed

ROWS = [
    *((f"氯气漏了{place}有人晕倒", "emergency:people", 1.0) for place in ("车间", "仓库", "门口", "楼下")),
    *((f"{thing}怎么办理", "pass", 0.5) for thing in ("环评", "排污许可证", "登记表", "验收")),
]
ASKED = ["仓库氯气漏了", "环评怎么办理", "x", "", "龘" * 300, "a1" * 80]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """:returns: the reader of torch, what makes its batches, and the network that was written from it"""
    from bot import training_network as making

    kept = SimpleNamespace()
    write = making._write

    def keep(reader, words, classes, path):
        kept.reader, kept.words = reader, words
        write(reader, words, classes, path)

    path = tmp_path_factory.mktemp("network") / network.NAME
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "_write", keep)
        making.train(ROWS, path, making.Recipe(epochs=30, batch=8, width=16, narrow=8, hidden=16))
    kept.network = Network.load(path)
    return kept


@pytest.mark.parametrize("text", ASKED)
def test_serves_what_was_trained(trained, text):
    text = squeezed(text)
    with torch.no_grad():
        wanted = trained.reader(trained.words.batch([trained.words.text(text)])).log_softmax(1)[0].numpy()
    got = trained.network.read(text, concepts().found(text))
    assert got.shape == (2,)
    assert np.exp(got).sum() == pytest.approx(1)
    assert got == pytest.approx(wanted, abs=0.02)


def test_learns_what_it_is_told(trained):
    likely = trained.network.read("仓库氯气漏了有人晕倒", set())
    assert trained.network.classes[int(likely.argmax())] == "emergency:people"
    likely = trained.network.read("验收怎么办理", set())
    assert trained.network.classes[int(likely.argmax())] == "pass"


def test_both_models_that_ship_know_the_same_classes():
    shipped = classifier.shipped()
    assert shipped.beside.classes == shipped.classes


def test_both_are_heard():
    """By the weighted mean of their logarithms: a network that finds all classes equally likely flattens what the classifier says."""
    text = "没有排污许可证就排污罚多少"
    shipped = classifier.shipped()
    level = SimpleNamespace(read=lambda text, found: np.full(len(shipped.classes), -1.0))
    alone = replace(shipped, beside=None).probabilities(text)
    flattened = {name: alone[name] ** (1 - classifier._READ) for name in shipped.classes}
    expected = flattened["pass"] / sum(flattened.values())
    assert expected < alone["pass"] - 0.005
    assert replace(shipped, beside=level).probabilities(text)["pass"] == pytest.approx(expected)


def test_a_file_that_is_none_is_told(tmp_path):
    (tmp_path / network.NAME).write_bytes(b"{}")
    with pytest.raises(network.NetworkError, match="network"):
        Network.load(tmp_path / network.NAME)
