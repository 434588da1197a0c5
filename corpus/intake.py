"""Taking files in, one after the other: found, prepared, stored. One that fails never stops the others.

A batch may be run again any time: what is stored is known by its fingerprint and not read.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from corpus import metadata, namesakes, registry
from corpus.catalogue import DRAFT, Catalogue, CatalogueError, Outcome, State
from corpus.legal import as_known
from corpus.loaders.base import LoadError
from corpus.metadata import Overrides
from corpus.model import Document, Rank
from corpus.prepared import READER, Load, Prepared, as_corrected, digest, doubts, draft_of, prepare, unknown

__all__ = ["Prepared", "Result", "absent", "doubts", "draft_of", "files", "prepare", "take_in", "unknown"]

_ABOUT = re.compile(r"readme|\.csv$|\.jsonl?(?:\.gz)?$", re.I)  # files that describe a collection


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file. `look` holds what a person should check; `error` why nothing was stored."""

    path: Path
    outcome: Outcome | None = None
    document: Document | None = None
    held: bool = False  # kept as a draft because its text or what it claims is doubtful
    passages: int = 0
    articles: int = 0
    look: tuple[str, ...] = ()
    error: str = ""
    code: str = ""


def files(paths: Iterable[Path]) -> list[Path]:
    """The files of these files and folders, in order; hidden ones and the tables that describe a collection left out.

    A folder that may not be opened comes back itself, so that it is reported and not passed over.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found[path] = None
            continue
        inside: list[Path] = []
        closed: list[OSError] = []
        for folder, folders, names in os.walk(path, onerror=closed.append):
            folders[:] = [name for name in folders if not name.startswith(".")]
            wanted = (name for name in names if not name.startswith((".", "~$")) and not _ABOUT.search(name))
            inside += [file for name in wanted if (file := Path(folder, name)).is_file()]
        inside += [Path(error.filename) for error in closed if isinstance(error, PermissionError)]
        found |= dict.fromkeys(sorted(inside))
    return list(found)


def take_in(
    catalogue: Catalogue,
    paths: Iterable[Path],
    load: Load,
    *,
    actor: str,
    state: State = State.PUBLISHED,
    overrides: Overrides | None = None,
    review_below: float = 0.0,
) -> Iterator[Result]:
    """Store files one after the other.

    :param review_below: a text of lower quality (0..1) becomes a draft and waits for review
    :raises StoreError: if the database cannot take anything; the files before are stored, the others are not
    """
    batch = _Batch(catalogue, load, actor, state, overrides or Overrides(), review_below)
    paths = list(paths)
    batch.survey(paths)
    for path in paths:
        try:
            yield batch.take(path)
        except LoadError as error:
            yield Result(path, error=str(error), code=error.code)
        except (OSError, ValueError, CatalogueError) as error:
            yield Result(path, error=f"没有存入：{error}", code="failed")


def absent(folder: Path) -> Iterator[Result]:
    """What the catalog.csv of a collection lists and its folder lacks."""
    table = folder / registry.NAME
    if table.is_file():
        for name in registry.Registry(table).rows:
            if not (folder / name).is_file():
                yield Result(folder / name, error=f"{registry.NAME} 列出了它，文件夹里没有", code="missing")


class _Batch:
    """Holds which file stands behind each document, so that a second copy of one does not push the first out."""

    def __init__(
        self, catalogue: Catalogue, load: Load, actor: str, state: State, overrides: Overrides, review_below: float
    ) -> None:
        self.catalogue = catalogue
        self.load = load
        self.actor = actor
        self.state = state
        self.overrides = overrides
        self.review_below = review_below
        self.there: set[Path] = set()
        self.by_bytes: dict[str, Path] = {}
        self.by_document: dict[str, Path] = {}
        self.in_force: dict[str, dict[str, date | None]] = defaultdict(dict)
        self.titles: set[str] = set()
        self.parts: dict[str, set[str]] = defaultdict(set)  # titles by what is left of them without one character

    def survey(self, paths: Iterable[Path]) -> None:
        """Find out what is stored already, before anything is: so the order of a batch decides nothing when it is run again."""
        known = self.catalogue.fingerprints()
        for document in self.catalogue.documents():
            if not document.ended_on:
                self.in_force[document.short_title][document.id] = document.publish_date
            if document.rank > Rank.NORMATIVE:
                self._name(document.short_title)
        for path in paths:
            try:
                sha256 = digest(path)
            except LoadError:
                continue  # it is said when its turn comes
            id = known.get(metadata.fingerprint(sha256, path, self.overrides, READER))
            if id and sha256 not in self.by_bytes:
                self.there.add(path)
                self._stands(path, sha256, id)

    def take(self, path: Path) -> Result:
        """:raises LoadError: if the file cannot be read"""
        if path in self.there:
            return Result(path, Outcome.THERE)
        sha256 = digest(path)
        twin = self.by_bytes.get(sha256)
        if twin:
            return Result(path, Outcome.DUPLICATE, look=(f"与 {twin} 内容完全相同",))
        prepared = prepare(path, self.load, self.overrides)
        stored = self.catalogue.of_bytes(sha256)
        if stored:
            prepared = as_corrected(prepared, stored)
        id = prepared.document.id
        rival = self.by_document.get(id)
        if rival and not self._fuller(prepared):
            return Result(path, Outcome.DUPLICATE, look=(f"与 {rival} 标题和日期相同，正文不更全，没有存入",))
        before = self.catalogue.document(id)
        confirmed = before is not None and before.sha256 == sha256  # somebody has published these very bytes
        waits = self.catalogue.record(id + DRAFT) if before is None else None
        withdrawn = waits is not None and waits.document.sha256 == sha256  # these very bytes wait for a person already
        doubtful = withdrawn or prepared.needs_review(self.review_below)
        held = self.state is State.PUBLISHED and not confirmed and doubtful
        outcome = self.catalogue.add(
            prepared.document,
            prepared.passages,
            actor=self.actor,
            state=State.DRAFT if held else self.state,
            origin=prepared.origin,
        )
        look = [*doubts(prepared, None if held else before), *self._ended(prepared.document)]
        if not held:
            self._stands(path, sha256, id)
            look += [*self._amended(prepared.document), *self._alike(prepared.document)]
        if rival and not held:
            look.append(f"与 {rival} 标题和日期相同，正文更全，已取代它")
        return Result(path, outcome, prepared.document, held, len(prepared.passages), prepared.articles, tuple(look))

    def _stands(self, path: Path, sha256: str, id: str) -> None:
        self.by_bytes[sha256] = path
        if id.endswith(DRAFT) and self.state is State.PUBLISHED:
            return  # what waits for review keeps nothing else out
        self.by_document[id.removesuffix(DRAFT)] = path

    def _fuller(self, prepared: Prepared) -> bool:
        """Whether a file holds more than what stands stored for the same document: more articles, else more text."""
        id = prepared.document.id
        stored = self.catalogue.passages(id) or self.catalogue.passages(id + DRAFT)
        other = replace(prepared, passages=tuple(stored))
        return _extent(prepared) > _extent(other)

    def _amended(self, document: Document) -> Iterator[str]:
        """A version that was in force before this batch and is ended by the new one: what cites it must be looked at."""
        older = self.in_force.get(document.short_title, {})
        for id in [id for id in older if id != document.id]:
            now = self.catalogue.document(id)
            if now and now.ended_on:
                del older[id]
                yield f"{now.publish_date} 的版本自 {now.ended_on} 起被它代替，请用 impact 查看引用它的内容"

    def _alike(self, document: Document) -> Iterator[str]:
        """Another instrument whose title is one character off; most are real, one may be a slip or worse."""
        title = document.short_title
        if document.rank <= Rank.NORMATIVE or title in self.titles or title in namesakes.instruments():
            return
        shortened = {title[:at] + title[at + 1 :] for at in range(len(title))} | {title}
        near = {name for part in shortened for name in self.parts.get(part, ())}
        for name in sorted(near):
            if namesakes.alike(title, name):
                yield f"标题与已入库的《{name}》相似，只差一个字，请确认不是误写"
        self._name(title)

    def _name(self, title: str) -> None:
        self.titles.add(title)
        for part in {title[:at] + title[at + 1 :] for at in range(len(title))} | {title}:
            self.parts[part].add(title)

    def _ended(self, document: Document) -> Iterator[str]:
        known = as_known(document, self.catalogue.known)
        if known != document:
            yield f"随附资料库记载它自 {known.ended_on} 起{'废止' if known.repealed else '被新版代替'}，按此处理"


def _extent(prepared: Prepared) -> tuple[int, int]:
    return prepared.articles, prepared.characters
