"""Wakes those who listen to a conversation. One query a tick serves every listener of a process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence

from fastapi.concurrency import run_in_threadpool

from api.chat import repository
from api.database import Database
from api.sse import HEARTBEAT, HEARTBEAT_SECONDS, encode

TICK = 0.4
log = logging.getLogger(__name__)


class Feed:
    """Follows the table of events, which any process may write to."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._listeners: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._follow())

    def stop(self) -> None:
        """End every stream, so that the server need not wait for browsers that would listen for hours."""
        self._stopping = True
        for waiting in [w for group in self._listeners.values() for w in group]:
            waiting.set()

    async def close(self) -> None:
        self.stop()
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def stream(self, conversation_id: str, last: int) -> AsyncIterator[bytes]:
        """Events after `last` as they happen, with a heartbeat that lets proxies and dead connections show themselves."""
        waiting = asyncio.Event()
        self._listeners[conversation_id].add(waiting)
        try:
            yield HEARTBEAT
            while not self._stopping:
                waiting.clear()
                for id, kind, data in await run_in_threadpool(self._after, conversation_id, last):
                    last = id
                    yield encode(kind, data, id)
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await waiting.wait()
                except TimeoutError:
                    yield HEARTBEAT  # the loop then looks again in any case, should a wake-up have been missed
        finally:
            self._listeners[conversation_id].discard(waiting)
            if not self._listeners[conversation_id]:
                del self._listeners[conversation_id]

    def _after(self, conversation_id: str, last: int) -> list[tuple[int, str, dict[str, object]]]:
        with self.database.read() as session:
            return [(event.id, event.type, event.data) for event in repository.events_after(session, conversation_id, last)]

    async def _follow(self) -> None:
        last: int | None = None
        while True:
            await asyncio.sleep(TICK)
            if not self._listeners:
                last = None  # nobody listens: nothing to ask for
                continue
            try:
                touched = await run_in_threadpool(self._touched, last)
            except Exception:
                log.exception("the table of events could not be read; trying again")
                await asyncio.sleep(5)
                continue
            last = max((id for id, _ in touched), default=last or 0)
            for _, conversation_id in touched:
                for waiting in self._listeners.get(conversation_id, ()):
                    waiting.set()

    def _touched(self, last: int | None) -> Sequence[tuple[int, str]]:
        """:returns: number and conversation of each event after `last`; for the first look, every listener."""
        with self.database.read() as session:
            if last is None:
                newest = repository.last_event(session)
                return [(newest, id) for id in list(self._listeners)]
            return repository.touched_since(session, last)
