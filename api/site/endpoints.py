"""The pages for everybody: home, what is kept about you, and the list of the API's operations."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api.consultations import repository as consultations
from api.consultations.tables import State
from api.documents import repository as drafts
from api.house import HouseDep
from api.people.guard import SignedIn
from api.rendering import page
from api.site.operations import operations

router = APIRouter(include_in_schema=False)

# What people really come with; each is a question that the starter library answers.
TOPICS = (
    ("楼下餐馆油烟呛人，该找谁管？", "油烟"),
    ("工地夜里施工太吵怎么办？", "噪声"),
    ("没有排污许可证就排污，罚多少？", "排污许可"),
    ("我的项目要做环评吗，做哪一类？", "环评"),
    ("危险废物能放多久？", "危险废物"),
    ("竣工后多久要完成环保验收？", "自主验收"),
)


@router.get("/", name="home")
def home(request: Request) -> HTMLResponse:
    return page(request, "home.html", title="环保医生", topics=TOPICS)


@router.get("/privacy", name="privacy")
def privacy(request: Request) -> HTMLResponse:
    days = request.app.state.house.settings.retention_days
    return page(request, "privacy.html", title="您的信息", days=days)


@router.get("/docs", name="docs")
def docs(request: Request) -> HTMLResponse:
    return page(request, "docs.html", title="接口说明", groups=operations(request.app.openapi()))


@router.get("/console")
def console(request: Request, house: HouseDep, person: SignedIn) -> HTMLResponse:
    """What waits for whoever signs in, by what they may do."""
    with house.database.read() as session:
        counts = consultations.counts(session)
        waiting = sum(draft.state == "ready" for draft in drafts.open_drafts(session))
    return page(
        request, "console_home.html", title="工作台", open=counts[State.OPEN], taken=counts[State.TAKEN], waiting=waiting,
        index=house.rooms.index_id(),
    )  # fmt: skip
