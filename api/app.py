"""Puts the site together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from api import rendering
from api.chat import endpoints as chat
from api.chat import service as conversations
from api.chat.answering import Answering
from api.clock import now
from api.consultations import endpoints as consultations
from api.database import Database
from api.documents import console as staff
from api.documents import endpoints as reader
from api.documents import work
from api.feed import Feed
from api.health import endpoints as health
from api.house import House
from api.jobs.worker import Worker
from api.limits import Limits
from api.people import endpoints as people
from api.people import guard
from api.rooms import Rooms
from api.runs import endpoints as runs
from api.runs import evaluation
from api.security import ApiCors, SecurityHeaders
from api.settings import Settings
from api.site import endpoints as site

STATIC = Path(__file__).parent / "static"
SWEEP_SECONDS = 6 * 3600
SMALL_BODY = 1024 * 1024
log = logging.getLogger(__name__)


def create_app(settings: Settings, rooms: Rooms, database: Database | None = None) -> FastAPI:
    """The site on rooms that are open already; a test passes rooms of its own."""
    database = database or Database(settings.database)
    database.migrate()
    house = House(
        settings=settings,
        database=database,
        rooms=rooms,
        limits=Limits(database),
        feed=Feed(database),
        answering=Answering(database, rooms, settings),
        worker=Worker(database, work.handlers(database, rooms) | evaluation.handlers(settings)),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        house.feed.start()
        house.worker.start()
        sweeper = asyncio.create_task(_sweep(house))
        yield
        sweeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeper
        await house.answering.close()
        await house.feed.close()
        await run_in_threadpool(house.worker.close)

    app = FastAPI(
        title="环保医生",
        description="问环境问题，查现行规定，约专家。",
        docs_url=None,  # the stock page loads its scripts from elsewhere; ours is api/site
        redoc_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(ApiCors, origins=settings.origins),
            Middleware(rendering.SmallBodies, limit=SMALL_BODY, but=staff.UPLOAD_PATH),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        ],
        dependencies=[guard.BROWSER],
    )
    app.state.house = house
    rendering.install(app)
    for domain in (chat, health, site, people, consultations, staff, runs, reader):
        # Uploads raise the limit on their own route.
        app.include_router(domain.router, max_body_size=SMALL_BODY)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


async def _sweep(house: House) -> None:
    """Delete what may no longer be kept, now and then."""
    while True:
        try:
            await run_in_threadpool(_swept, house)
        except Exception:
            log.exception("old conversations could not be deleted; trying again later")
        await asyncio.sleep(SWEEP_SECONDS)


def _swept(house: House) -> None:
    house.limits.forget()
    with house.database.write() as session:
        gone = conversations.purge(session, house.settings.retention_days, now())
    if gone:
        log.info("deleted %d conversations older than %d days", gone, house.settings.retention_days)
