"""`python -m api.building`: builds the index as a child of the site and tells how far it is, one JSON object a line.

Apart from `api.__main__`, whose web libraries take longer to load than it takes to add a document.
"""

from __future__ import annotations

import json
import os
import signal
import sys

from corpus import starter as library
from corpus.catalogue import Catalogue
from indexer import door
from indexer.service import STAGES
from indexer.settings import Settings

NICE = 5  # whoever asks goes first


def main() -> int:
    """:returns: the exit status"""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the lease is given back
    os.nice(NICE)
    settings = Settings()

    def tell(stage: str, done: float) -> None:
        _say(stage=STAGES.get(stage, stage), done=done)

    try:
        starter = library.load()
        catalogue = Catalogue.open(settings.database, known=starter.instruments)
        built = door.rebuild(settings, catalogue, starter, progress=tell)
    except RuntimeError as error:  # the base of what the indexer expects to go wrong
        _say(error=str(error))
        return 1
    _say(built=built.id)
    return 0


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
