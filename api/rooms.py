"""The one place where the site meets the other rooms: catalogue, index and doctor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from bot.answer import Context, Event, Turn
from corpus.catalogue import Catalogue
from corpus.intake import Prepared
from corpus.starter import Starter
from indexer.hit import Hit


class Doctor(Protocol):
    """What the site needs of the doctor; a test passes a fake."""

    def stream(self, question: str, history: Sequence[Turn], context: Context) -> Iterator[Event]: ...


Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Rooms:
    """The other rooms as functions, so that a test can bring its own.

    `doctor` answers from the newest index; `index_id` is '' where there is none. `prepare` reads a file without storing
    it. `build` makes a new index beside the live one, tells (done, total, what it does) and returns its id.
    """

    region: str
    catalogue: Catalogue
    starter: Starter
    doctor: Callable[[], Doctor]
    index_id: Callable[[], str]
    search: Callable[[str, date, str], list[Hit]]
    prepare: Callable[[Path, str], Prepared]
    build: Callable[[Progress], str]
