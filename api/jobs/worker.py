"""Does the long work: one thread a process, jobs from the shared table, so that leaving a page stops nothing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from api.database import Database
from api.errors import SiteError
from api.jobs import repository
from api.jobs.tables import Job, JobState

ATTEMPTS = 2
LOOK_SECONDS = 1.0
ALIVE_SECONDS = 10.0
log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]
Handler = Callable[[dict[str, Any], Progress], dict[str, Any]]


class JobError(Exception):
    """A job that could not be done, in words for the person who started it."""


class Stopped(Exception):  # noqa: N818 - no error: the server ends, and the job waits for the next one
    """Raised inside a job that reports progress while its process is being shut down."""


class Worker:
    def __init__(self, database: Database, handlers: Mapping[str, Handler]) -> None:
        self.database = database
        self.handlers = handlers
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._loop, name="jobs", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        self._wake.set()

    def close(self, seconds: float = 5) -> None:
        """A job that runs on is found by its silence and done again by the next process."""
        self._stop.set()
        self._wake.set()
        if self._thread:
            self._thread.join(seconds)

    def run_one(self) -> bool:
        """:returns: whether there was a job to do."""
        with self.database.write() as session:
            repository.rescue(session, ATTEMPTS, "服务中途停过两次，这项工作没有完成。请重新开始。")
            job = repository.claim(session, list(self.handlers))
        if job is None:
            return False
        self._run(job)
        return True

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                while not self._stop.is_set() and self.run_one():
                    pass
            except Exception:
                log.exception("looking for work failed; trying again")
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()

    def _run(self, job: Job) -> None:
        def progress(done: int, total: int, note: str = "") -> None:
            if self._stop.is_set():
                raise Stopped
            with self.database.write() as session:
                repository.progress(session, job.id, done, total, note)

        finished = threading.Event()
        pulse = threading.Thread(target=self._pulse, args=(job.id, finished), daemon=True)
        pulse.start()
        state, error, result = JobState.DONE, "", {}
        try:
            result = self.handlers[job.kind](job.args, progress)
        except Stopped:
            state = JobState.WAITING
        except (JobError, SiteError) as failure:
            state, error = JobState.FAILED, str(failure)
        except Exception as failure:
            log.exception("job %s (%s) failed", job.id, job.kind)
            state, error = JobState.FAILED, f"出了意外（{type(failure).__name__}）。原有内容没有变动，详情见服务日志。"
        finally:
            finished.set()
        with self.database.write() as session:
            repository.finish(session, job.id, state, error=error, result=result)

    def _pulse(self, id: str, finished: threading.Event) -> None:
        while not finished.wait(ALIVE_SECONDS):
            with self.database.write() as session:
                repository.alive(session, id)
