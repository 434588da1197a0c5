"""What every request may need, made once for the process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.chat.answering import Answering
from api.database import Database
from api.feed import Feed
from api.jobs.worker import Worker
from api.limits import Limits
from api.rooms import Rooms
from api.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    settings: Settings
    database: Database
    rooms: Rooms
    limits: Limits
    feed: Feed
    answering: Answering
    worker: Worker


def house(request: Request) -> House:
    made: House = request.app.state.house
    return made


HouseDep = Annotated[House, Depends(house)]
