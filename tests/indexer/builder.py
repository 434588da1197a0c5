"""A child process for the crash tests: builds the same index again and again until it is killed.

With `fork` it makes a new builder for each line of its input, so that a hundred of them need not load everything again.
"""

import os
import random
import resource
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np

from corpus.model import Passage
from indexer.build import build
from indexer.cache import EmbeddingCache
from indexer.store import Store


class Lengths:
    """An encoder of no meaning, quick to run."""

    name = "lengths"
    dimension = 8

    def passages(self, texts):
        return np.stack([self.query(text) for text in texts])

    def query(self, text):
        vector = np.full(8, 1.0, np.float32)
        vector[len(text) % 8] += 1
        return vector / np.linalg.norm(vector)


def passages(round_):
    """Each round has other texts, so that every build writes."""
    return [
        Passage(
            f"d:{at}", "d", "办法", f"第{at}条", f"第{round_}轮的条文{at}，排污单位应当监测。", questions=(f"{at}怎么办",)
        )
        for at in range(1, 300)
    ]


def main(folder, limit=0):
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    root = Path(folder)
    cache = EmbeddingCache(root / "embeddings.sqlite")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        built = build(Store(root / "index"), passages(random.random()), Lengths(), cache)
        sys.stdout.write(built.id + "\n")
        sys.stdout.flush()
        if limit:
            return


def fork(folder):
    """Tell the number of each builder when it begins, and when it is gone."""
    for _ in sys.stdin:
        child = os.fork()
        if not child:
            with redirect_stdout(StringIO()):
                main(folder)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        os.waitpid(child, 0)
        sys.stdout.write("gone\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[2:] == ["fork"]:
        fork(sys.argv[1])
    else:
        main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
