"""The long work of this domain: reading an upload, building the index. Runs in the worker, never in a request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from api.database import Database
from api.documents import drafts, repository
from api.jobs.worker import Handler, JobError, Progress
from api.rooms import Rooms
from corpus.catalogue import CatalogueError
from corpus.loaders.base import LoadError


def handlers(database: Database, rooms: Rooms) -> dict[str, Handler]:
    def read(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
        path = Path(args["path"])
        progress(0, 0, "正在读取")
        try:
            document_id, understood = drafts.read_into_catalogue(database, rooms, path, path.name, "上传")
        except (LoadError, CatalogueError) as error:
            _finish(database, args["draft"], "failed", error=str(error))
            raise JobError(str(error)) from error
        except Exception:
            _finish(database, args["draft"], "failed", error="读取时出了意外，没有存入任何内容。请换一种格式再上传。")
            raise
        _finish(database, args["draft"], "ready", document_id=document_id, understood=understood)
        return {"document": document_id}

    def index(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
        return {"index": rooms.build(progress)}

    return {"read": read, "index": index}


def _finish(database: Database, id: str, state: str, **values: Any) -> None:  # noqa: ANN401 - columns of the draft
    with database.write() as session:
        draft = repository.draft(session, id)
        if draft is None or draft.state == "discarded":
            return
        draft.state = state
        for name, value in values.items():
            setattr(draft, name, value)
