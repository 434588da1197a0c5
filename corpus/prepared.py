"""From a file to a document: read, described, cut, and held against what a person should look at."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from corpus import claims, metadata, namesakes, registry
from corpus.catalogue import Origin, Record
from corpus.loaders.base import Loaded, LoadError
from corpus.metadata import Overrides
from corpus.model import Document, Passage
from corpus.numerals import ARTICLE, number
from corpus.structure import parse

READER = "5"  # raise it when loaders or parser read files differently, so that unchanged files are read again
DOUBTFUL = 0.6
LOCAL_LEVELS = ("地方性法规", "地方政府规章")
_SHORTEST = 20  # characters; what is shorter is a fragment, however clean it looks
Load = Callable[[Path], Loaded]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file ready to be stored, for a preview before anything is.

    `suspicions` say why a person has to look before the document may count; its other warnings stand in `origin`.
    """

    document: Document
    passages: tuple[Passage, ...]
    origin: Origin
    suspicions: tuple[str, ...] = ()

    @property
    def articles(self) -> int:
        return sum(passage.kind == "article" for passage in self.passages)

    @property
    def characters(self) -> int:
        return sum(len(passage.text) for passage in self.passages)

    def needs_review(self, below: float) -> bool:
        """Whether the document is suspicious, or its text too poor (quality 0..1 under `below`; 0 lets all through) or too short."""
        if self.suspicions:
            return True
        return below > 0 and (self.origin.quality < below or self.characters < _SHORTEST)


def digest(path: Path) -> str:
    """:raises LoadError: if the file is gone or may not be read"""
    try:
        return _digest(path)
    except FileNotFoundError as error:
        raise LoadError("missing", f"找不到文件 {path.name}", "请检查路径，或等文件放好后再导入。") from error
    except OSError as error:
        raise LoadError("unreadable", f"无法打开（{error.strerror}）", "请检查权限后再导入。") from error


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def prepare(path: Path, load: Load, overrides: Overrides | None = None, name: str = "") -> Prepared:
    """Read, describe and cut a file without storing it.

    :param name: the name to go by where the path is that of a temporary file
    :raises LoadError: if it cannot be read, holds no text, or changes meanwhile
    """
    overrides = overrides or Overrides()
    sha256 = digest(path)
    loaded = load(path)
    if digest(path) != sha256:
        raise LoadError("changed", "文件在读取时被改动", "请等它写完再导入。")
    document, provenance = metadata.describe(path.with_name(name) if name else path, loaded, sha256, overrides)
    passages = tuple(parse(document.id, document.short_title, loaded.blocks))
    if not passages:
        raise LoadError("no-text", "没有读到正文", "请确认文件不是空白页或纯图片，必要时换成文字版再上传。")
    fingerprint = metadata.fingerprint(sha256, path, overrides, READER)
    suspicions = tuple(_suspicions(path, document, provenance, loaded, passages))
    # That a place is missing holds it back as well; `unknown` tells it, as long as it is true.
    open_ = set(unknown(document))
    told = [suspicion for suspicion in suspicions if suspicion not in open_]
    warnings = (*loaded.warnings, *told, *claims.remarks(document, provenance, loaded))
    return Prepared(document, passages, Origin(provenance, warnings, loaded.quality, fingerprint), suspicions)


def _suspicions(
    path: Path, document: Document, provenance: Mapping[str, str], loaded: Loaded, passages: Sequence[Passage]
) -> Iterator[str]:
    """A row of a table and a title that a person states are somebody's word for the document; nothing is doubted then."""
    if registry.find(path) or provenance.get("title") == metadata.HUMAN:
        return
    yield from claims.unproved(document, provenance, loaded, passages)
    yield from namesakes.suspicions(document, passages, namesakes.instruments())
    yield from _placeless(document)


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
    if prepared.characters < _SHORTEST:
        yield f"正文只有 {prepared.characters} 个字"
    yield from unknown(document)
    gaps = _gaps(prepared.passages)
    if gaps:
        yield f"条文序号不连续：{gaps[0]} 之后"


def unknown(document: Document) -> Iterator[str]:
    """The doubts that a person settles by filling in what no source said."""
    if not document.level:
        yield "没有判断出效力级别"
    if not document.starts_on and document.trust == "official":
        yield "没有找到公布或施行日期"
    yield from _placeless(document)


def _placeless(document: Document) -> Iterator[str]:
    """A rule of one place: without it, it would answer everywhere."""
    if document.level in LOCAL_LEVELS and not document.region:
        yield f"是{document.level}，却没有填适用地区，会当作全国适用"


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
    return replace(prepared, document=document, passages=moved)


def as_corrected(prepared: Prepared, stored: Record) -> Prepared:
    """What a person has stated of the same bytes before goes before what is read of them now, unless it is stated anew."""
    before, provenance = stored.document, dict(prepared.origin.provenance)
    names = {field.name for field in fields(Overrides)}
    names &= {name for name, source in stored.origin.provenance.items() if source == metadata.HUMAN}
    names -= {name for name, source in provenance.items() if source == metadata.HUMAN}
    if not names:
        return prepared
    document = replace(prepared.document, **{name: getattr(before, name) for name in names})
    if "level" in names:
        document = replace(document, trust=before.trust)  # follows from it: news are no rule
    if names & {"title", "publish_date"}:
        id = metadata.document_id(document.title, document.publish_date, document.source)
        document = replace(document, id=id)
    origin = replace(prepared.origin, provenance=provenance | dict.fromkeys(names, metadata.HUMAN))
    return draft_of(replace(prepared, origin=origin), document)
