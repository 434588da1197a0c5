"""The values that cross rooms: a document in law and in time, and the passages that answers cite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from functools import cached_property, lru_cache

from corpus.numerals import chinese
from corpus.regions import covers, jurisdiction


class Status(StrEnum):
    """Legal status of a document on a given day."""

    IN_FORCE = "现行有效"
    NOT_YET = "尚未施行"
    AMENDED = "已被修订"
    REPEALED = "已废止"
    DRAFT = "征求意见稿"
    NEWS = "新闻报道"


class Rank(IntEnum):
    """Ranks of Chinese legislation (立法法 第九十八条至第一百零二条); a higher value prevails."""

    NEWS = 0
    INTERPRETATION = 10
    NORMATIVE = 20
    RULE = 30
    LOCAL = 40
    JUDICIAL = 45
    REGULATION = 50
    LAW = 60


LEVELS: dict[str, Rank] = {
    "国家法律": Rank.LAW,
    "行政法规": Rank.REGULATION,
    "司法解释": Rank.JUDICIAL,
    "地方性法规": Rank.LOCAL,
    "部门规章": Rank.RULE,
    "地方政府规章": Rank.RULE,
    "规范性文件": Rank.NORMATIVE,
    "标准": Rank.NORMATIVE,
    "规划": Rank.NORMATIVE,
    "解读": Rank.INTERPRETATION,
    "新闻": Rank.NEWS,
}


class Trust(StrEnum):
    """Who wrote a text, and so how far an answer may lean on it."""

    OFFICIAL = "official"  # the full text of an instrument or plan
    CURATED = "curated"  # our digests and FAQs, reviewed against the official text
    EXPERT = "expert"  # a reviewed reply of an expert
    DRAFT = "draft"  # 征求意见稿: never a rule
    NEWS = "news"  # reported, no basis for enforcement


@dataclass(frozen=True, slots=True)
class Document:
    """One version of one instrument, plan, page or curated collection.

    `id` is stable: the same title and publication date give the same id, so adding a file twice replaces nothing
    but itself. Empty strings and None mean unknown, never a guess. `region` is empty for the whole country and else
    a path such as `浙江省杭州市`.
    """

    id: str
    title: str
    level: str = ""
    issuer: str = ""
    doc_no: str = ""
    region: str = ""
    publish_date: date | None = None
    effective_date: date | None = None
    ended_on: date | None = None
    superseded_by: str = ""
    repealed: bool = False  # ended by repeal (True) or by a newer version (False)
    trust: Trust = Trust.OFFICIAL
    source: str = ""  # file name or official address
    sha256: str = ""
    confidence: str = ""

    def __post_init__(self) -> None:
        if not self.id or not self.title.strip():
            raise ValueError(f"a document needs an id and a title: {self.id!r}, {self.title!r}")
        if self.effective_date and self.ended_on and self.ended_on < self.effective_date:
            raise ValueError(f"{self.title}: ends {self.ended_on}, before it takes effect {self.effective_date}")

    @property
    def short_title(self) -> str:
        return short_title(self.title)

    @property
    def rank(self) -> Rank:
        return LEVELS.get(self.level, Rank.NORMATIVE)

    @property
    def starts_on(self) -> date | None:
        """The first day in force: the stated day of effect, else the day of publication (amended texts often state none)."""
        return self.effective_date or self.publish_date

    def status_on(self, day: date) -> Status:
        """:returns: the legal status on `day`; drafts and news never are in force."""
        if self.trust is Trust.DRAFT:
            return Status.DRAFT
        if self.trust is Trust.NEWS:
            return Status.NEWS
        if self.ended_on and day >= self.ended_on:
            return Status.REPEALED if self.repealed else Status.AMENDED
        if self.starts_on and day < self.starts_on:
            return Status.NOT_YET
        return Status.IN_FORCE

    def applies_in(self, region: str) -> bool:
        """A regional rule applies in its region and what lies inside it; a national one everywhere.

        What a district publishes is for the people of its city: they ask from the city, and districts make no rules.
        """
        return covers(jurisdiction(self.region), region)


@dataclass(frozen=True, slots=True)
class Unit:
    """A 款, 项 or 目 inside a passage: `text[start:end]` of the passage, named as lawyers name it."""

    locator: str  # 第二款第（三）项
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cite:
    """An article as people write it down; an empty `article` means the document as a whole."""

    title: str
    article: str = ""

    def __str__(self) -> str:
        return f"《{self.title}》{self.article}"


@dataclass(frozen=True)
class Passage:
    """What is found and cited: an article, a section of a plan, a row of a table, a digest or a FAQ.

    `plain` and `questions` come from the starter library (a digest of this article, what people ask about it): they
    are searched but are not the text of the law. `stands_for` names the articles behind a digest or FAQ; for an
    article it is itself.
    """

    id: str
    document_id: str
    title: str  # short title of the document
    article: str  # 第一千一百零二条, 附件二, 第3节, or ''
    text: str
    kind: str = "article"  # article | section | row | digest | faq
    headings: tuple[str, ...] = ()
    plain: str = ""
    questions: tuple[str, ...] = ()
    stands_for: tuple[Cite, ...] = ()
    ordinal: int = 0

    @property
    def label(self) -> str:
        """The citation label, such as 《排污许可管理条例》第十四条."""
        return f"《{self.title}》{self.article}"

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """款 and 项; only an article has them, the lines of a plan or of a table row are no 款."""
        return tuple(find_units(self.text)) if self.kind == "article" else ()

    def locate(self, quote: str) -> str:
        """:returns: the 款/项 in which `quote` begins, or '' where the passage has one paragraph or lacks the quote."""
        at = self.text.find(quote)
        inside = [unit for unit in self.units if unit.start <= at < unit.end]
        return inside[-1].locator if at >= 0 and inside else ""


_ITEM = re.compile(r"[（(][一二三四五六七八九十百]+[）)]")


def find_units(text: str) -> Iterator[Unit]:
    """款 are the paragraphs of an article; 项 the lines that open with （一） and belong to the 款 before them.

    A single paragraph has no 款 number, as lawyers cite it. Locators are unique inside one passage.
    """
    lines: list[tuple[int, int, str]] = []
    at = 0
    for line in text.split("\n"):
        if line.strip():
            lines.append((at, at + len(line), line.strip()))
        at += len(line) + 1
    paragraphs = [row for row in lines if not _ITEM.match(row[2])]
    number = 0
    seen: set[str] = set()
    for start, end, line in lines:
        item = _ITEM.match(line)
        if not item:
            number += 1
        prefix = f"第{chinese(max(number, 1))}款" if len(paragraphs) > 1 else ""
        locator = f"{prefix}第{item[0].replace('(', '（').replace(')', '）')}项" if item else prefix
        if locator and locator not in seen:
            seen.add(locator)
            yield Unit(locator, start, end)


@lru_cache(maxsize=16_384)
def short_title(title: str) -> str:
    """中华人民共和国环境保护税法 and 《环境保护税法》 are both 环境保护税法."""
    return re.sub(r"[《》\s]", "", title).removeprefix("中华人民共和国")
