"""The evaluator's pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from api.errors import Forbidden, Invalid, NotFound
from api.house import House, HouseDep
from api.jobs import repository, service
from api.jobs.tables import Job, JobState
from api.jobs.worker import JobError
from api.people import audit
from api.people.guard import Evaluator
from api.rendering import page
from api.runs import evaluation

router = APIRouter(prefix="/console/runs", include_in_schema=False)
ROWS = "results.jsonl"
FILES = {
    "summary.json": "application/json",
    ROWS: "application/x-ndjson",
    "log.txt": "text/plain; charset=utf-8",
}
# The report is a page of its own making: it may bring its styles along, and may not run anything.
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"

_BACK = '<p><a href="/console/runs">‹ 评测</a></p>'


@router.get("")
def runs(request: Request, house: HouseDep, person: Evaluator, brought: str = "") -> HTMLResponse:
    """:param brought: the set that has just been uploaded, to be told and chosen"""
    return _list(request, house, brought=brought)


def _list(
    request: Request, house: House, status: int = 200, faults: Sequence[str] = (), brought: str = "", trouble: str = "",
    compared: tuple[str, str] = ("", ""),
) -> HTMLResponse:  # fmt: skip
    """:param trouble: why the two runs `compared` could not be held against each other"""
    with house.database.read() as session:
        rows = [(service.out(job), job.args) for job in repository.listed(session, "eval")]
    sets = evaluation.question_sets(house.settings.sets)
    return page(
        request, "runs/list.html", status, title="评测", rows=rows, sets=sets, outcomes=evaluation.OUTCOMES,
        held_out=evaluation.held_out, headlines=evaluation.HEADLINES, running=any(job.running for job, _ in rows), faults=faults,
        done=[(job, args) for job, args in rows if job.state == JobState.DONE], trouble=trouble, compared=compared,
        brought=next((known for known in sets if known.name == brought), None),
    )  # fmt: skip


@router.post("")
def start(house: HouseDep, person: Evaluator, set: Annotated[str, Form(max_length=100)] = "") -> Response:  # noqa: A002
    if set not in {known.name for known in evaluation.question_sets(house.settings.sets)}:
        raise Invalid("请先选一个题集，没有开始运行。")
    with house.database.write() as session:
        job = service.start(session, "eval", {"set": set}, person.id)
        job.args = {"set": set, "folder": job.id}
        audit.record(session, person, "开始评测", set)
    house.worker.wake()
    return RedirectResponse("/console/runs", 303)


@router.post("/sets")
def bring(request: Request, house: HouseDep, person: Evaluator, file: Annotated[UploadFile, File()]) -> Response:
    """An evaluator's own questions: kept only where the validator finds nothing."""
    try:
        kept = evaluation.bring(house.settings, file.filename or "", file.file.read())
    except JobError as error:
        return _list(request, house, 422, faults=str(error).split("\n"))
    with house.database.write() as session:
        audit.record(session, person, "上传题集", kept.name)
    return RedirectResponse("/console/runs?" + urlencode({"brought": kept.name}), 303)


@router.post("/{id}/again")
def again(house: HouseDep, person: Evaluator, id: str) -> Response:
    """Go on with a run that was cut off: what has been answered is kept."""
    with house.database.write() as session:
        before = _run(session, id)
        if before.state != JobState.FAILED:
            raise Invalid("这次运行没有中断，不用接着运行。")
        args = dict(before.args)
        service.start(session, "eval", args, person.id)
        audit.record(session, person, "接着评测", args["set"])
    house.worker.wake()
    return RedirectResponse("/console/runs", 303)


@router.get("/compare")
def compare(request: Request, house: HouseDep, person: Evaluator, a: str = "", b: str = "") -> HTMLResponse:
    """Two finished runs, the earlier one first."""
    if not a or not b or a == b:
        return _list(request, house, 422, trouble="两边选的是同一次运行。请选两次不同的再比较。", compared=(a, b))
    try:
        path = evaluation.compared(house.settings, _folder(house, a), _folder(house, b))
    except JobError as error:
        return _list(request, house, 422, trouble=str(error), compared=(a, b))
    return _report(path)


@router.get("/state")
def state(house: HouseDep, person: Evaluator, id: str = "") -> dict[str, service.JobOut | None]:
    """How far a run is; without its id the one that is running or next."""
    with house.database.read() as session:
        job = _run(session, id) if id else repository.unfinished(session, "eval")
        return {"job": service.out(job) if job else None}


@router.get("/{id}/report")
def report(house: HouseDep, person: Evaluator, id: str) -> HTMLResponse:
    path = _folder(house, id) / "report.html"
    if not path.exists():
        raise NotFound("这次运行还没有报告。运行结束后再打开。")
    return _report(path)


@router.get("/{id}/files/{name}")
def file(house: HouseDep, person: Evaluator, id: str, name: str) -> FileResponse:
    path = _folder(house, id) / name
    if name not in FILES or not path.exists():
        raise NotFound("这次运行没有这个文件。")
    if name == ROWS and evaluation.held_out(_set(house, id)):
        raise Forbidden("留出题集只报指标，不提供逐题结果。")
    return FileResponse(path, media_type=FILES[name], filename=f"{id}-{name}")


def _report(path: Path) -> HTMLResponse:
    """A page that also lies as a file, where nothing leads back; here it gets the way back to the list."""
    text = path.read_text(encoding="utf-8").replace("<body>", f"<body>{_BACK}", 1)
    return HTMLResponse(text, headers={"Content-Security-Policy": _REPORT_POLICY})


def _folder(house: House, id: str) -> Path:
    """:raises NotFound: for what is no run; a name is never put together into a path unchecked"""
    with house.database.read() as session:
        run = _run(session, id)
        return house.settings.runs / str(run.args.get("folder", run.id))


def _set(house: House, id: str) -> str:
    with house.database.read() as session:
        return str(_run(session, id).args["set"])


def _run(session: Session, id: str) -> Job:
    job = repository.job(session, id) if re.fullmatch(r"[\w-]{8,40}", id) else None
    if job is None or job.kind != "eval":
        raise NotFound("没有找到这次运行。")
    return job
