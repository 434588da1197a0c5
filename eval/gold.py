"""Can the expected articles be found at all? Gold that no installed document has makes a run look worse than it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from corpus.catalogue import Catalogue
from corpus.model import Cite, Document, Status
from corpus.numerals import ARTICLE, number
from corpus.starter import Starter
from eval.questions import Question

_NOT_CURRENT = {Status.REPEALED: "已经废止", Status.AMENDED: "已被修订", Status.NOT_YET: "还没有施行"}


def unmet(questions: Sequence[Question], catalogue: Catalogue, starter: Starter, on: date, region: str) -> list[str]:
    """:param on, region: of questions that do not say their own
    :returns: a line for each gold that the installed library does not have, or has as a rule that was not valid then and there
    """
    documents: dict[str, list[Document]] = {}
    for document in (*catalogue.documents(), *starter.instruments.values()):
        documents.setdefault(document.short_title, []).append(document)
    found: list[str] = []
    for q in questions:
        day, place = q.on or on, region if q.region is None else q.region
        for cite in q.gold:
            found += [
                f"第 {q.line} 行（{q.id}）：{fault}" for fault in _faults(cite, documents, catalogue, starter, day, place)
            ]
    return found


def _faults(
    cite: Cite, documents: dict[str, list[Document]], catalogue: Catalogue, starter: Starter, day: date, place: str
) -> Iterator[str]:
    known = documents.get(cite.title, [])
    if not known:
        yield f"知识库里没有《{cite.title}》。请改正文件名，或者先导入：python -m corpus add 文件。"
        return
    valid = [document for document in known if document.status_on(day) not in _NOT_CURRENT]
    if not valid:
        said = _NOT_CURRENT[known[0].status_on(day)]
        yield f"《{cite.title}》在 {day} {said}，不能作标准答案。请改成当时有效的条文。"
    elif place and not any(document.applies_in(place) for document in valid):
        yield f"《{cite.title}》不适用于{place}。请改成当地适用的条文，或者改正 region。"
    elif cite.article and not catalogue.article(cite.title, cite.article, day) and not _digested(cite, starter):
        yield f"《{cite.title}》没有{cite.article}。请改正条号。"


def _digested(cite: Cite, starter: Starter) -> bool:
    """Whether the library knows that there is such an article, its full text being installed or not."""
    if any(cite in passage.stands_for for passage in (*starter.digests, *starter.faqs)):
        return True
    match = ARTICLE.fullmatch(cite.article)
    value = number(match["number"]) if match and not match["sub"] else None
    return value is not None and 1 <= value <= starter.articles.get(cite.title, 0)
