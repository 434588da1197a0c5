"""When a passage may be used, and where: the one predicate of every retrieval leg.

The index turns the windows into arrays and masks with them, so a repeal acts without a new index: whoever holds windows
makes them again when `Catalogue.revision()` has changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from corpus.model import Cite, Document, Trust
from corpus.regions import covers, jurisdiction, several

ALWAYS = 0
SAME_VERSION = 92  # days: adoption, promulgation and printing of one version lie this close together
_WHOLE = 0.5  # share of its articles below which a text is an excerpt, or something else under the name of the instrument
NEVER = date.max.toordinal() + 1


@dataclass(frozen=True, slots=True)
class Window:
    """Days (ordinals of `date.toordinal`) from `start` to before `end`; the region path within which it applies."""

    start: int
    end: int
    region: str
    trust: Trust

    def open(self, on: date, region: str = "") -> bool:
        """Whether a passage may be used for a question about this day and place."""
        return self.start <= on.toordinal() < self.end and covers(self.region, region)


SHUT = Window(NEVER, ALWAYS, "", Trust.OFFICIAL)


def window(document: Document) -> Window:
    """Drafts and news are found whatever the day: they never are in force, and an answer says so."""
    end = document.ended_on.toordinal() if document.ended_on else NEVER
    start = ALWAYS
    if document.trust not in (Trust.DRAFT, Trust.NEWS) and document.starts_on:
        start = document.starts_on.toordinal()
    return Window(start, end, jurisdiction(document.region), document.trust)


def as_known(document: Document, instruments: Mapping[str, Document]) -> Document:
    """A text seldom says that it was amended or repealed later, nor along which river it applies. Where nobody said so, what the
    starter library knows is added. A local rule without its place stays without: it may be a namesake.

    :param instruments: what is known, by short title
    :returns: the document, ended on the first day of the known newer version or on the day of the known repeal
    """
    known = instruments.get(document.short_title)
    if known and several(known.region) and not document.region and document.trust is Trust.OFFICIAL:
        document = replace(document, region=known.region)
    start = document.starts_on
    if known is None or start is None or document.ended_on or document.trust is not Trust.OFFICIAL:
        return document
    # Only the day of publication tells versions apart: an amended text repeats the day on which its first version took effect.
    if known.starts_on and known.publish_date and document.publish_date and document.publish_date < known.publish_date:
        day, repealed, by = max(known.starts_on, start), False, f"{known.title}（{known.publish_date.year}年版）"
    elif known.ended_on and start < known.ended_on:
        day, repealed, by = known.ended_on, known.repealed, known.superseded_by
    else:
        return document
    return replace(document, ended_on=day, repealed=repealed, superseded_by=by)


class Versions:
    """The versions of every instrument, of the catalogue and of the starter library, by short title."""

    def __init__(
        self,
        documents: Iterable[Document],
        instruments: Mapping[str, Document],
        labels: Callable[[Collection[str]], Mapping[str, frozenset[str]]] = lambda ids: {},
        articles: Mapping[str, int] | None = None,
    ) -> None:
        """:param labels: ids of documents -> the article labels that stand in them, for those whose text is here
        :param articles: how many articles an instrument has, where that is known; a text with fewer than half of them by
            `labels` is none of its versions
        """
        self._held: dict[str, list[Document]] = defaultdict(list)
        for document in documents:
            self._held[document.short_title].append(document)
        self._instruments = instruments
        self._behind: dict[str, Document] = {}
        self._windows: dict[str, list[Window]] = {}
        texts = {
            title: [row for row in self._held[title] if _is_one(row, instruments[title])]
            for title in instruments
            if title in self._held
        }
        self._labels = labels({row.id for rows in texts.values() for row in rows})
        for title, rows in texts.items():
            least = _WHOLE * (articles or {}).get(title, 0)
            self._held[title] = [row for row in rows if len(self._labels.get(row.id, ())) >= least]

    def behind(self, title: str) -> Document | None:
        """The version that an entry of the library speaks of; None for an unknown title.

        It is the text published when the library says, if need be a few weeks off. A later text under the name, level and
        place of an instrument ends what the library knows; one of another level or place is a namesake and changes nothing,
        and so does an excerpt: three pages about a code would silence what the library says of its other articles.
        """
        if title in self._behind:
            return self._behind[title]
        if found := self._found(title):
            self._behind[title] = found  # a question may name anything: only titles that there are get remembered
        return found

    def _found(self, title: str) -> Document | None:
        known = self._instruments.get(title)
        held = self._held.get(title, [])
        if known is None:
            return max(held, key=_start, default=None)
        same = [row for row in held if _days_apart(row, known) <= SAME_VERSION]
        if same:
            return min(reversed(same), key=lambda row: _days_apart(row, known))
        newest = max([known, *held], key=_start)
        if newest is known or known.ended_on:
            return known
        by = f"{newest.title}（{_start(newest).year}年版）"
        return replace(known, ended_on=newest.starts_on, superseded_by=by)

    def lacks(self, cite: Cite) -> bool:
        """Whether the text of the version behind a cite is here and has no such article."""
        document = self.behind(cite.title) if cite.article else None
        return bool(document and document.id in self._labels and cite.article not in self._labels[document.id])

    def window(self, cites: Iterable[Cite], own: Document | None) -> Window:
        """What a digest or FAQ may be used for: when and where all that it stands for applies.

        It is never used where an article that it cites is missing in the text: one of the two is wrong.

        :param own: its record in the library; it may narrow the region, and says whether it tells of a draft or of news
        """
        windows = []
        for cite in cites:
            if self.lacks(cite):
                return SHUT
            windows += self._of_title(cite.title)
        if own and own.region:
            windows.append(Window(ALWAYS, NEVER, jurisdiction(own.region), own.trust))
        return Window(
            max((row.start for row in windows), default=ALWAYS),
            min((row.end for row in windows), default=NEVER),
            max((row.region for row in windows), key=_narrow, default=""),
            own.trust if own else Trust.CURATED,
        )

    def _of_title(self, title: str) -> list[Window]:
        """:returns: the windows of the version behind a title, and of the end that the library knows"""
        if title not in self._windows:
            known = self._instruments.get(title)
            rows = (self.behind(title), _end_only(known) if known else None)
            self._windows[title] = [window(row) for row in rows if row]
        return self._windows[title]


def _narrow(region: str) -> tuple[bool, bool, int]:
    """Of regions that hold one another: one place is narrower than the provinces along a river, and these than the country."""
    return bool(region), not several(region), len(region)


def _start(document: Document) -> date:
    return document.starts_on or date.min


def _is_one(row: Document, known: Document) -> bool:
    """Whether a document under the title of an instrument can be that instrument, in whichever version."""
    told = {row.trust, known.trust} & {Trust.DRAFT, Trust.NEWS}
    return (
        (not told or row.trust is known.trust)
        and (not row.level or not known.level or row.rank == known.rank)
        and jurisdiction(row.region) == jurisdiction(known.region)
    )


def _days_apart(row: Document, known: Document) -> int:
    """Days between the two publications; 0 where one of the days is not known."""
    if row.publish_date is None or known.publish_date is None:
        return 0
    return abs((row.publish_date - known.publish_date).days)


def _end_only(document: Document) -> Document | None:
    """The library may know of a repeal that the imported file does not."""
    if not document.ended_on:
        return None
    return Document(document.id, document.title, ended_on=document.ended_on, region=document.region, trust=document.trust)
