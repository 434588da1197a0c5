"""For the machines that watch the service: is it alive, may it be asked."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.house import HouseDep

router = APIRouter(tags=["运行状态"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """进程活着。"""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(house: HouseDep, response: Response) -> dict[str, object]:
    """可以接受提问：数据库连得上，索引打得开。"""
    checks = {"database": house.database.reachable(), "index": bool(house.rooms.index_id())}
    ready = all(checks.values())
    response.status_code = 200 if ready else 503
    return {"status": "ready" if ready else "not ready", **checks}
