"""The evaluator's pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from api.errors import Invalid, NotFound
from api.house import House, HouseDep
from api.jobs import repository, service
from api.people import audit
from api.people.guard import Evaluator
from api.rendering import page
from api.runs import evaluation

router = APIRouter(prefix="/console/runs", include_in_schema=False)
FILES = {
    "summary.json": "application/json",
    "results.jsonl": "application/x-ndjson",
    "log.txt": "text/plain; charset=utf-8",
}
# The report is a page of its own making: it may bring its styles along, and may not run anything.
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"


@router.get("")
def runs(request: Request, house: HouseDep, person: Evaluator) -> HTMLResponse:
    with house.database.read() as session:
        rows = [(service.out(job), job.args) for job in repository.listed(session, "eval")]
    return page(
        request, "runs/list.html", title="评测", rows=rows, sets=evaluation.question_sets(), headlines=evaluation.HEADLINES,
        running=any(job.running for job, _ in rows),
    )  # fmt: skip


@router.post("")
def start(house: HouseDep, person: Evaluator, set: Annotated[str, Form(max_length=100)] = "") -> Response:  # noqa: A002
    if set not in {known.name for known in evaluation.question_sets()}:
        raise Invalid("请先选一个题集，没有开始运行。")
    with house.database.write() as session:
        job = service.start(session, "eval", {"set": set}, person.id)
        job.args = {"set": set, "folder": job.id}
        audit.record(session, person, "开始评测", set)
    house.worker.wake()
    return RedirectResponse("/console/runs", 303)


@router.get("/state")
def state(house: HouseDep, person: Evaluator) -> dict[str, service.JobOut | None]:
    with house.database.read() as session:
        job = repository.unfinished(session, "eval")
        return {"job": service.out(job) if job else None}


@router.get("/{id}/report")
def report(house: HouseDep, person: Evaluator, id: str) -> FileResponse:
    path = _folder(house, id) / "report.html"
    if not path.exists():
        raise NotFound("这次运行还没有报告。运行结束后再打开。")
    return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": _REPORT_POLICY})


@router.get("/{id}/files/{name}")
def file(house: HouseDep, person: Evaluator, id: str, name: str) -> FileResponse:
    path = _folder(house, id) / name
    if name not in FILES or not path.exists():
        raise NotFound("这次运行没有这个文件。")
    return FileResponse(path, media_type=FILES[name], filename=f"{id}-{name}")


def _folder(house: House, id: str) -> Path:
    """:raises NotFound: for what is no run; a name is never put together into a path unchecked"""
    if not re.fullmatch(r"[\w-]{8,40}", id):
        raise NotFound("没有找到这次运行。")
    with house.database.read() as session:
        service.shown(session, id, "eval")
    return house.settings.runs / id
