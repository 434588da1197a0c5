"""A new index has to pass a gate before it serves: the set is asked on the index that has just been built, not on the old one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.settings import Settings as BotSettings
from corpus import starter
from corpus.catalogue import Catalogue
from eval.gate import breaches
from eval.run import HEADER, Run, Setting, begin, finish, go, write
from eval.system import assemble
from indexer import door, encoder
from indexer.build import Built, Progress
from indexer.hit import Index
from indexer.settings import Settings as IndexSettings
from indexer.store import StoreError


def swap(
    path: Path,
    setting: Setting,
    folder: Path,
    limits: Mapping[str, Mapping[str, float]],
    progress: Progress,
    *,
    full: bool = False,
) -> tuple[Built, Run | None]:
    """Build the index, ask the set on it, and let it serve only where no limit is broken.

    :param folder: of the run, which is kept either way
    :returns: the build, and the run; no run where nothing had changed
    :raises StoreError: naming the limits that are broken; the index that served before serves on
    :raises SetError, RunError: before anything is built or asked
    """
    settings = IndexSettings()
    catalogue, library = Catalogue.open(settings.database), starter.load()
    own = encoder.load(settings.encoder)
    ran: list[Run] = []

    def gate(index: Index, tell: Callable[[float], None]) -> None:
        system = assemble(index, catalogue, library, own, BotSettings(), settings.database)
        run = begin(system, path, setting, folder)
        ran.append(run)
        for done, _ in enumerate(go(system, run, setting), 1):
            tell(done / len(run.questions))
        if broken := breaches(finish(run), limits):
            raise StoreError("新索引没有过关，没有启用，原索引继续使用：\n" + "\n".join(broken))

    built = door.rebuild(settings, catalogue, library, full=full, progress=progress, gate=gate)
    if not ran:
        return built, None
    # While it was asked the index had no name yet: its name is a hash of what is in it.
    ran[0].header["versions"]["index"] = built.id
    write(folder / HEADER, json.dumps(ran[0].header, ensure_ascii=False, indent=1))
    finish(ran[0])
    return built, ran[0]
