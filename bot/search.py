"""What retrieval brings for a question: hits, the articles that it names, what replaced repealed ones, rows of a catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.catalogues import deciding, trades
from bot.lexicon import Lexicon
from bot.places import other_district
from bot.state import Found, Reference, Understood
from bot.understanding import CODE_FROM
from bot.units import of_another
from corpus.model import Cite, Status
from corpus.starter import Starter
from indexer.hit import Hit, Index

K = 60
_NEAREST = 60  # passages that are no FAQ; a row that lies deeper is not about the trade; set on development questions
CODE = "生态环境法典"
_WHICH_LAW = Cite(CODE, "第一千零五十七条")  # 从旧兼从轻
_BEST, _VOTERS = 10, 6
_SECOND_CITE = 0.85
_MORE = 12  # hits beside our last answer
_WHOLE = 0.5  # a FAQ on some part of a document
_LIKE = 0.3  # below, the nearest article of the code is too far from the repealed one to be named beside it


class Without:
    """An index that finds everything but one passage."""

    def __init__(self, index: Index, left_out: str) -> None:
        self._index, self._left_out = index, left_out
        self.id = index.id

    def search(self, query: str, *, on: date, region: str = "", k: int = 10) -> list[Hit]:
        hits = self._index.search(query, on=on, region=region, k=k)
        return [hit for hit in hits if hit.passage.id != self._left_out]

    def article(self, title: str, article: str, *, on: date) -> Hit | None:
        return self._index.article(title, article, on=on)


def find(question: Understood, index: Index, starter: Starter, lexicon: Lexicon) -> Found:
    """Search as of today; for conduct before the code also as of the day of the conduct."""
    today = question.today
    hits = _hits(index, question, lexicon)
    votes = _votes(hits)
    named, unknown = _named(question.references, index, question)
    replaced = _replaced([hit for hit in named if hit.status is Status.REPEALED], index, starter, lexicon, question)
    earlier: Sequence[Hit] = ()
    transition = None
    if question.period and question.period.on < CODE_FROM <= today:
        earlier = index.search(question.matter, on=question.period.on, region=question.region, k=K)
        transition = index.article(_WHICH_LAW.title, _WHICH_LAW.article, on=today)
    return Found(
        question,
        hits=tuple(hits),
        candidates=_candidates(hits, votes, index, question),
        votes=votes,
        named=named,
        replaced=(*replaced, *_in_place(unknown, index, starter, question)),
        earlier=tuple(hit for hit in earlier if hit.passage.kind != "faq"),
        rows=_rows(index, question),
        transition=transition,
        before=_before(index, question),
        unknown=unknown,
    )


def _hits(index: Index, question: Understood, lexicon: Lexicon) -> list[Hit]:
    """What is found for the question; for a follow-up also what is found for its own words beside our last answer. Nothing of
    another district or unit than those that are named.
    """
    hits = index.search(question.matter, on=question.today, region=question.region, k=K)
    if question.said:
        more = index.search(f"{question.said}，{question.focus}", on=question.today, region=question.region, k=_MORE)
        known = {hit.passage.id for hit in hits}
        hits = sorted([*hits, *(hit for hit in more if hit.passage.id not in known)], key=lambda hit: -hit.score)
    return [
        hit
        for hit in hits
        if not any(other_district(cite.title, question.text, question.region) for cite in articles_of(hit))
        and not of_another(hit.document, question.text, lexicon.weights)
    ]


def _before(index: Index, question: Understood) -> Hit | None:
    """:returns: the article that our last answer was about, None where the question does not lean on it"""
    if not question.said:
        return None
    hits = index.search(question.said, on=question.today, region=question.region, k=K)
    return next((hit for hit in hits if hit.passage.kind in ("article", "digest")), None)


def _rows(index: Index, question: Understood) -> tuple[Hit, ...]:
    """:returns: the rows of the catalogue that decides the question, nearest to its trade first; none where none decides"""
    wanted = deciding(question.text)
    best: dict[str, Hit] = {}
    for trade in trades(question.text) if wanted else ():
        hits = index.search(trade, on=question.today, region=question.region, k=3 * _NEAREST)
        for hit in [hit for hit in hits if hit.passage.kind != "faq"][:_NEAREST]:
            known = best.get(hit.passage.id)
            if hit.passage.kind == "row" and (not known or hit.score > known.score):
                best[hit.passage.id] = hit
    rows = [hit for hit in best.values() if any(name in hit.passage.title for name in wanted)]
    return tuple(sorted(rows, key=lambda hit: -hit.score))


def _votes(hits: Sequence[Hit]) -> dict[Cite, float]:
    """How strongly the best FAQs point to the articles that they cite; the first cite of a FAQ is its main one."""
    out: dict[Cite, float] = {}
    for hit in [hit for hit in hits if hit.passage.kind == "faq"][:_VOTERS]:
        share = max(0.0, hit.score / hits[0].score) if hits[0].score > 0 else 0.0
        for at, cite in enumerate(hit.passage.stands_for):
            out[cite] = max(out.get(cite, 0.0), share * (1.0 if at == 0 else _SECOND_CITE))
    return out


def _candidates(hits: Sequence[Hit], votes: Mapping[Cite, float], index: Index, question: Understood) -> tuple[Hit, ...]:
    """The best passages that are no FAQ, and what FAQs cite beside them: it is in force, or it would not have been found."""
    found = [hit for hit in hits if hit.passage.kind != "faq"][:_BEST]
    have = {cite for hit in found for cite in articles_of(hit)}
    for cite in votes:
        if cite.article and cite not in have and (hit := index.article(cite.title, cite.article, on=question.today)):
            if hit.status is Status.IN_FORCE and hit.document.applies_in(question.region):
                found.append(replace(hit, score=0.0))
            have.add(cite)
    return tuple(found)


def articles_of(hit: Hit) -> set[Cite]:
    """:returns: the articles that a passage stands for."""
    return set(hit.passage.stands_for) or {Cite(hit.passage.title, hit.passage.article)}


def voted(hit: Hit, votes: Mapping[Cite, float]) -> float:
    """:returns: how strongly FAQs point to a passage; to a section or row also where they cite its document as a whole."""
    own = max((votes.get(cite, 0.0) for cite in articles_of(hit)), default=0.0)
    whole = votes.get(Cite(hit.passage.title), 0.0) if hit.passage.kind in ("section", "row") else 0.0
    return max(own, _WHOLE * whole)


def _named(
    wanted: Sequence[Reference], index: Index, question: Understood
) -> tuple[tuple[Hit, ...], tuple[Reference, ...]]:
    found, unknown = [], []
    for reference in wanted[:4]:
        hit = (
            index.article(reference.cite.title, reference.cite.article, on=question.today) if reference.cite.title else None
        )
        if hit:
            found.append(replace(hit, status=hit.document.status_on(question.today)))
        else:
            unknown.append(reference)
    return tuple(found), tuple(unknown)


def _in_place(unknown: Sequence[Reference], index: Index, starter: Starter, question: Understood) -> list[Hit]:
    """What the crosswalk names for articles whose text is not held."""
    cites = [cite for wanted in unknown for cite in starter.crosswalk.get((wanted.cite.title, wanted.cite.article), ())]
    return [hit for cite in cites if (hit := index.article(cite.title, cite.article, on=question.today))]


def _replaced(
    old: Sequence[Hit], index: Index, starter: Starter, lexicon: Lexicon, question: Understood
) -> tuple[Hit, ...]:
    """The articles in force in place of repealed ones: by the crosswalk, else the nearest ones of the code by the old text."""
    out: list[Hit] = []
    for hit in old:
        cites = starter.crosswalk.get((hit.passage.title, hit.passage.article))
        if cites == ():
            continue  # the code dropped it: whatever comes near is another matter
        current = [found for cite in cites or () if (found := index.article(cite.title, cite.article, on=question.today))]
        if not current and not cites:
            near = index.search(hit.passage.text[:300], on=question.today, region=question.region, k=K)
            current = [
                found
                for found in near
                if found.passage.title == (hit.document.superseded_by or CODE)
                and lexicon.likeness(hit.passage.text, f"{found.passage.text}") >= _LIKE
            ][:1]
        out += [found for found in current if found.passage.id not in {known.passage.id for known in out}]
    return tuple(out)
