"""Lets the doctor answer in threads, one question of a conversation after the other, and streams what is said.

The work belongs to the server, not to the connection: where a browser goes away, the answer is finished and kept all
the same, and the widget finds it when it comes back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi.concurrency import run_in_threadpool

from api.chat import repository, service
from api.chat.schemas import AnswerOut
from api.chat.service import PENDING, Asked
from api.chat.wording import answer_out, block_out, citations_out
from api.clock import now, today
from api.database import Database, new_id
from api.errors import Busy, SiteError
from api.rooms import Rooms
from api.settings import Settings
from api.sse import HEARTBEAT, HEARTBEAT_SECONDS, encode
from bot.answer import Answer, Block, Context, Decision, Delta, References, Speaker
from indexer.store import StoreError

Said = tuple[str, dict[str, Any]]
TURN_SECONDS = 0.15
FAILED = "回答时出了问题，没有答完。您的问题已经保存，可以再发送一次，也可以预约专家。"
NOT_SEARCHED = "检索法规的服务暂时没有回应，没有答成。您的问题已经保存，请过几分钟再发送一次，也可以预约专家。"
HANDED = "您的话已转给专家，回复会直接出现在这里。有危险请先打 119 或 120。"
log = logging.getLogger(__name__)


class Answering:
    """The threads of one process in which questions are answered."""

    def __init__(self, database: Database, rooms: Rooms, settings: Settings) -> None:
        self.database = database
        self.rooms = rooms
        self.settings = settings
        self._pool = ThreadPoolExecutor(settings.answer_threads, thread_name_prefix="answer")
        self._running: set[asyncio.Task[None]] = set()

    def room(self) -> None:
        """:raises Busy: where more questions wait than could be answered in reasonable time."""
        if len(self._running) >= self.settings.answers_waiting:
            raise Busy()

    async def stream(self, asked: Asked) -> AsyncIterator[bytes]:
        if asked.handed:
            urgent = await run_in_threadpool(self._urgent, asked)
            for chunk in _handed(asked, urgent):
                yield chunk
            return
        said: asyncio.Queue[Said | None] = asyncio.Queue()
        task = asyncio.create_task(self._answer(asked, said))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        yield HEARTBEAT
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    what = await said.get()
            except TimeoutError:
                yield HEARTBEAT
                continue
            if what is None:
                return
            yield encode(*what)

    async def close(self, seconds: float = 10) -> None:
        """Let running answers finish, for a while."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, asked: Asked, said: asyncio.Queue[Said | None]) -> None:
        loop = asyncio.get_running_loop()

        def say(event: str, data: dict[str, Any]) -> None:
            loop.call_soon_threadsafe(said.put_nowait, (event, data))

        try:
            await self._my_turn(asked)
            await loop.run_in_executor(self._pool, self._think, asked, say)
        except SiteError as error:
            said.put_nowait(("error", {"message": error.message, "question": asked.id}))
        except StoreError as error:  # no index yet, or Milvus does not answer
            log.error("question %s could not be answered: %s", asked.id, error)
            await run_in_threadpool(self._failed, asked)
            said.put_nowait(("error", {"message": NOT_SEARCHED, "question": asked.id}))
        except Exception:
            log.exception("question %s could not be answered", asked.id)
            await run_in_threadpool(self._failed, asked)
            said.put_nowait(("error", {"message": FAILED, "question": asked.id}))
        finally:
            said.put_nowait(None)

    def _urgent(self, asked: Asked) -> Answer | None:
        """:returns: what to do first where somebody reports an emergency to the expert, who may read it an hour later"""
        return self.rooms.doctor().emergency(asked.text, asked.on or today(self.settings.timezone))

    async def _my_turn(self, asked: Asked) -> None:
        """Wait for the earlier questions of this conversation, in whatever process they are being answered."""
        while await run_in_threadpool(self._must_wait, asked):
            await asyncio.sleep(TURN_SECONDS)

    def _must_wait(self, asked: Asked) -> bool:
        with self.database.read() as session:
            question = repository.message(session, asked.id)
            waiting = question is not None and repository.pending_before(session, question, now())
            half_gone = question is not None and question.pending_until and question.pending_until < now() + PENDING / 2
        if waiting and half_gone:
            self._renew(asked)
        return waiting

    def _think(self, asked: Asked, say: Callable[[str, dict[str, Any]], None]) -> None:
        """One answer, in a thread of the pool. It is kept before its decision is told."""
        with self.database.read() as session:
            question = repository.message(session, asked.id)
            if question is None:
                return  # deleted while it waited
            history = service.history(session, question)
        answer_id, index, told = new_id(), 0, False
        context = Context(asked.on or today(self.settings.timezone), asked.region or self.rooms.region)
        renewed = 0.0
        for event in self.rooms.doctor().stream(asked.text, history, context):
            if time.monotonic() - renewed > PENDING.total_seconds() / 4:
                renewed = time.monotonic()
                self._renew(asked)
            if isinstance(event, References):
                told = True
                say("references", _references(answer_id, asked.id, event))
            elif isinstance(event, Delta):
                if not told:
                    told = True
                    say("references", _references(answer_id, asked.id, References((), Speaker.RULE)))
                say("block", block_out(index, event.block).model_dump(mode="json"))
                index += 1
            elif isinstance(event, Decision):
                say("decision", self._keep(asked, answer_id, event))
                return
        raise RuntimeError("the doctor ended without a decision")

    def _keep(self, asked: Asked, answer_id: str, decision: Decision) -> dict[str, Any]:
        answer = answer_out(decision.answer)
        with self.database.write() as session:
            kept = service.answered(session, asked, answer_id, answer, decision.answer.text)
        told = kept.model_dump(mode="json", include={*AnswerOut.model_fields, "consultation"})
        return {"message": answer_id, "question": asked.id, **told}

    def _renew(self, asked: Asked) -> None:
        with self.database.write() as session:
            repository.renew(session, asked.id, now() + PENDING)

    def _failed(self, asked: Asked) -> None:
        with self.database.write() as session:
            service.failed(session, asked)


def _references(answer_id: str, question_id: str, event: References) -> dict[str, Any]:
    citations = [citation.model_dump(mode="json") for citation in citations_out(event.citations)]
    return {"message": answer_id, "question": question_id, "speaker": str(event.speaker), "citations": citations}


def _handed(asked: Asked, urgent: Answer | None) -> Iterator[bytes]:
    """An expert is at it: the message is kept and reaches the expert, and the doctor says only that, and whom to call first."""
    blocks = [*(urgent.blocks if urgent else ()), Block(HANDED, "notice")]
    for index, block in enumerate(blocks):
        yield encode("block", block_out(index, block).model_dump(mode="json"))
    outcome = "emergency" if urgent else "handed"
    decision = {"message": asked.id, "question": asked.id, "outcome": outcome, "speaker": "rule", "confidence": 0.0}
    contacts = [contact.model_dump(mode="json") for contact in answer_out(urgent).contacts] if urgent else []
    lists: dict[str, Any] = {"reasons": [], "choices": [], "suggestions": [], "contacts": contacts, "on": None}
    consultation = asked.handed.model_dump() if asked.handed else None
    yield encode("decision", {**decision, **lists, "consultation": consultation})
