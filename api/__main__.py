"""`python -m api`: serve the site."""

from __future__ import annotations

import gc
import json
import logging
import sys
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from api.app import create_app
from api.chat import citing
from api.database import Database
from api.errors import SiteError
from api.jobs.worker import JobError
from api.people import service as people
from api.rooms import Rooms, open_rooms
from api.settings import Settings

app = typer.Typer(help="网站：咨询窗口、法规阅读、专家和资料工作台。", no_args_is_help=True, add_completion=False)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)
GRACE_SECONDS = 10
SWITCH_SECONDS = 0.001


class Server(uvicorn.Server):
    """Ends the streams that browsers listen to when asked to stop: they would keep the process for hours."""

    def __init__(self, config: uvicorn.Config, site: FastAPI) -> None:
        super().__init__(config)
        self.site = site

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.site.state.house.feed.stop()
        super().handle_exit(sig, frame)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="监听的地址；给别的机器用时写 0.0.0.0")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口")] = 8000,
) -> None:
    """启动网站；第一次会先建好数据库和索引。"""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("api").setLevel(logging.INFO)
    settings = Settings()
    database = Database(settings.database)
    database.migrate()
    rooms = _rooms(settings)
    if not rooms.index_id():
        _first_index(rooms)
    site = create_app(settings, rooms, database)
    _welcome(settings, database, f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}")  # noqa: S104
    config = uvicorn.Config(
        site,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
        server_header=False,
    )
    settle()
    Server(config, site).run()


def settle() -> None:
    """Spare the questions two pauses: the library and the open index live as long as the process, so that a collection of
    garbage need not walk through them each time (a tenth of a second); and a question waits less for the interpreter while
    a thread beside opens a new index.
    """
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_SECONDS)


@app.command("setup-link")
def setup_link(
    login: Annotated[str, typer.Option(help="忘记密码的系统管理员的登录名；只有一位时可以不写")] = "",
) -> None:
    """还没有账号时，重新生成第一位管理员的设置链接；已有账号时，生成一位系统管理员重设密码的链接。"""
    settings = Settings()
    database = Database(settings.database)
    database.migrate()
    try:
        with database.write() as session:
            token = people.setup_link(session, settings.invitation_hours)
            if token:
                path = f"/setup/{token}"
            else:
                login, token = people.rescue(session, login, settings.invitation_hours)
                path = f"/new-password/{token}"
                errors.print(f"{login} 重设密码的链接，只能用一次，{settings.invitation_hours:g} 小时内有效：")
    except SiteError as error:
        errors.print(error.message)
        raise typer.Exit(1) from error
    console.print(path, soft_wrap=True)


@app.command()
def answers(file: Annotated[Path, typer.Argument(help="输出文件，JSON lines")]) -> None:
    """列出已作出的回答各引用了哪些条文（不含问答原文），供 python -m corpus impact --answers 使用。"""
    database = Database(Settings().database)
    database.migrate()
    with database.read() as session:
        mentions = list(citing.mentions(session))
    try:
        with file.open("w", encoding="utf-8") as out:
            for id, cites in mentions:
                gold = [{"title": cite.title, "article": cite.article} for cite in cites]
                out.write(json.dumps({"id": id, "cites": gold}, ensure_ascii=False) + "\n")
    except OSError as error:
        errors.print(f"没有写成 {file}：{error.strerror}。请换一个能写的文件夹再试。")
        raise typer.Exit(1) from error
    console.print(f"已导出 {len(mentions)} 条回答的引用到 {file}")


def _rooms(settings: Settings) -> Rooms:
    """What the settings ask for and cannot be had is told in one line, before anything listens."""
    from bot.model import ModelError
    from indexer.encoder import EncoderError

    try:
        return open_rooms(settings)
    except (EncoderError, ModelError) as error:
        errors.print(f"网站没有启动：{error}", style="red")
        raise typer.Exit(1) from error


def _first_index(rooms: Rooms) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console) as bar:
        task = bar.add_task("建立索引", total=100)

        def tell(done: int, total: int, note: str) -> None:
            bar.update(task, completed=done, total=total, description=f"建立索引：{note}")

        try:
            rooms.build(tell)
        except JobError as error:
            # Laws can be read and files uploaded without an index, and staff can build it again with one click.
            errors.print(f"索引没有建成：{error}\n网站照常启动，暂时不能回答提问。", style="red")


def _welcome(settings: Settings, database: Database, address: str) -> None:
    with database.write() as session:
        token = people.setup_link(session, settings.invitation_hours)
    console.print(f"\n环保医生  [bold]{address}[/bold]\n  咨询和查法规不用登录。停止：Ctrl-C", soft_wrap=True)
    if token:
        console.print(
            f"  建立第一位管理员（只能用一次，{settings.invitation_hours:g} 小时内有效）：\n  {address}/setup/{token}\n",
            soft_wrap=True,
        )


if __name__ == "__main__":
    app()
