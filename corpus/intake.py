"""Taking files in: found, read, described, cut, stored. One file that fails never stops the others."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from corpus import metadata
from corpus.catalogue import Catalogue, CatalogueError, Origin, Outcome, State
from corpus.loaders.base import Loaded, LoadError
from corpus.metadata import Overrides
from corpus.model import Document, Passage
from corpus.numerals import ARTICLE, number
from corpus.structure import parse

READER = "1"  # raise it when loaders or parser read files differently, so that unchanged files are read again
DOUBTFUL = 0.6
_ABOUT = re.compile(r"readme|\.csv$|\.jsonl?(?:\.gz)?$", re.I)  # files that describe a collection
Load = Callable[[Path], Loaded]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file ready to be stored, for a preview before anything is."""

    document: Document
    passages: tuple[Passage, ...]
    origin: Origin

    @property
    def articles(self) -> int:
        return sum(passage.kind == "article" for passage in self.passages)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file. `look` holds what a person should check; `error` why nothing was stored."""

    path: Path
    outcome: Outcome | None = None
    document: Document | None = None
    passages: int = 0
    articles: int = 0
    look: tuple[str, ...] = field(default=())
    error: str = ""
    code: str = ""


def files(paths: Iterable[Path]) -> list[Path]:
    """The files of these files and folders, in order; hidden ones and the tables that describe a collection left out."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in inside:
            hidden = any(part.startswith((".", "~$")) for part in file.relative_to(path).parts)
            if (not path.is_dir()) or (file.is_file() and not hidden and not _ABOUT.search(file.name)):
                found[file] = None
    return list(found)


def digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def prepare(path: Path, load: Load, overrides: Overrides | None = None, name: str = "") -> Prepared:
    """Read, describe and cut a file without storing it.

    :param name: the name to go by where the path is that of a temporary file
    :raises LoadError: if it cannot be read or holds no text
    """
    overrides = overrides or Overrides()
    loaded = load(path)
    sha256 = digest(path)
    document, provenance = metadata.describe(path.with_name(name) if name else path, loaded, sha256, overrides)
    passages = tuple(parse(document.id, document.short_title, loaded.blocks))
    if not passages:
        raise LoadError("no-text", "没有读到正文", "请确认文件不是空白页或纯图片，必要时换成文字版再上传。")
    fingerprint = metadata.fingerprint(sha256, path, overrides, READER)
    return Prepared(document, passages, Origin(provenance, loaded.warnings, loaded.quality, fingerprint))


def take_in(
    catalogue: Catalogue,
    paths: Iterable[Path],
    load: Load,
    *,
    actor: str,
    state: State = State.PUBLISHED,
    overrides: Overrides | None = None,
) -> Iterator[Result]:
    """Store files one after the other. Files that stand in the catalogue unchanged are passed over without reading them."""
    known = catalogue.fingerprints()
    overrides = overrides or Overrides()
    for path in paths:
        try:
            if path.is_file() and metadata.fingerprint(digest(path), path, overrides, READER) in known:
                yield Result(path, Outcome.THERE)
                continue
            prepared = prepare(path, load, overrides)
            before = catalogue.document(prepared.document.id)
            outcome = catalogue.add(prepared.document, prepared.passages, actor=actor, state=state, origin=prepared.origin)
            yield Result(
                path, outcome, prepared.document, len(prepared.passages), prepared.articles, tuple(doubts(prepared, before))
            )
        except LoadError as error:
            yield Result(path, error=str(error), code=error.code)
        except (OSError, ValueError, CatalogueError) as error:
            yield Result(path, error=f"没有存入：{error}", code="failed")


def doubts(prepared: Prepared, before: Document | None = None) -> Iterator[str]:
    """What a person should look at before leaning on a document.

    :param before: the document that it has replaced, if any
    """
    document = prepared.document
    if before and before.source != document.source:
        yield f"取代了来自 {before.source} 的同名同日文件"
    yield from prepared.origin.warnings
    if prepared.origin.quality < DOUBTFUL:
        yield f"文字质量 {prepared.origin.quality:.0%}，请与原件核对"
    if not document.level:
        yield "没有判断出效力级别"
    if not document.starts_on and document.trust == "official":
        yield "没有找到公布或施行日期"
    gaps = _gaps(prepared.passages)
    if gaps:
        yield f"条文序号不连续：{gaps[0]} 之后"


def _gaps(passages: Iterable[Passage]) -> list[str]:
    gaps, last, label = [], 0, ""
    for passage in passages:
        found = ARTICLE.fullmatch(passage.article)
        if passage.kind != "article" or not found:
            continue
        value = number(found["number"]) or 0
        if last and value not in (last, last + 1):
            gaps.append(label)
        last, label = value, passage.article
    return gaps


def draft_of(prepared: Prepared, document: Document) -> Prepared:
    """The same text under corrected metadata; passages follow the new id and title."""
    moved = tuple(
        replace(
            passage,
            id=document.id + passage.id.removeprefix(passage.document_id),
            document_id=document.id,
            title=document.short_title,
        )
        for passage in prepared.passages
    )
    return Prepared(document, moved, prepared.origin)
