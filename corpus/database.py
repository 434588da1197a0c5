"""One database URL for a room: SQLite in a folder by default, PostgreSQL where machines share it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

_WAIT_MS = 30_000


class StoreError(Exception):
    """The database took nothing of a change: the disk is full, it may not be written, or another program holds it.

    `status` for the web: 507 where room or permission is missing, 503 where trying again soon may help.
    """

    def __init__(self, message: str, status: int = 507) -> None:
        super().__init__(message)
        self.status = status


def connect(url: str) -> Engine:
    """An engine whose transactions are real ones.

    SQLite: write-ahead log, every commit on disk before it returns, 30 s of patience with another writer, foreign keys on.
    The driver's own transaction handling is switched off: it would leave DDL and SELECT outside.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_engine(address, pool_pre_ping=True)
    in_memory = not address.database or address.database == ":memory:"
    if not in_memory:
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, poolclass=StaticPool) if in_memory else create_engine(address)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own connection
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_WAIT_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA synchronous=FULL")
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that begins as a reader can fail half-way with `database is locked`; so it takes its lock first.
        mode = "IMMEDIATE" if connection.get_execution_options().get("write") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed as a whole, or nothing of it is.

    :raises StoreError: if the database cannot take the change
    """
    try:
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            yield connection
    except (OperationalError, sqlite3.OperationalError) as error:  # the bare one comes from opening the file
        raise refused(error) from error


def refused(error: Exception) -> StoreError:
    """What a driver's error says to people."""
    said = str(error).lower()
    if "locked" in said:
        words = f"另一个程序占用数据库超过 {_WAIT_MS // 1000} 秒，这一步没有存入任何内容。请稍后再做一次。"
        return StoreError(words, 503)
    if any(words in said for words in ("full", "disk i/o", "no space", "too large")):
        return StoreError("磁盘已满或无法写入，这一步没有存入任何内容，原有内容保持不变。请腾出空间后再做一次。")
    if any(words in said for words in ("readonly", "read-only", "unable to open")):
        return StoreError("数据库文件打不开或不允许写入，没有存入任何内容。请检查数据文件夹的权限和剩余空间。")
    return StoreError(f"数据库出错，这一步没有存入任何内容：{said.splitlines()[0]}", 503)


def migrate(engine: Engine, scripts: Path, version_table: str) -> None:
    """Bring the tables of a room to the newest version; two processes may do it at once.

    `scripts` holds `env.py` and `versions/NNNN_*.py`, whose revision ids are their numbers.
    """
    newest = max(path.name[:4] for path in scripts.glob("versions/[0-9]*.py"))
    if _version(engine, version_table) == newest:
        return  # spares the import of Alembic, which every start would pay
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"version_table": version_table})
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": version_table})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _version(engine: Engine, version_table: str) -> str:
    try:
        if not inspect(engine).has_table(version_table):
            return ""
        with engine.connect() as connection:
            return connection.execute(text(f"SELECT version_num FROM {version_table}")).scalar() or ""  # noqa: S608
    except OperationalError:
        return ""  # another process is creating it; the upgrade waits for that one
