"""How instruments lean on each other: what one is made under, and whose articles it cites.

Read from the text alone, so a link may name an instrument that the catalogue does not hold (yet). Only names that stand
directly before an article number, or in the sentence that says under what a text is made, become links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from corpus.model import Cite, Passage, short_title
from corpus.numerals import ARTICLE, NUMERAL, article_label, chinese, number

_OPENING = 3  # passages in which a text that is no statute says under what it is made
_LONGEST_RANGE = 60
_NAME = re.compile(r"《([^《》]{2,80})》")
_EDITION = re.compile(r"[（(](?:\d{4}年?(?:版|本|修正|修订|修正本|修订本)?|试行|暂行|修订|修正)[）)]$")
_BASIS = re.compile(
    r"(?:根据|依据|依照|按照|遵照|遵循|贯彻(?:落实|实施|执行)?|为了?(?:实施|落实|执行))"
    r"[^。]*?(?:[制修][定订]|作.{0,4}如下|适用本|提出|现[就将]|编制|发布|公布|如下)"
)
_CONSTITUTION = re.compile(r"(?:根据|依据)(?:中华人民共和国)?宪法(?!相关)")
_TITLE_BASIS = (
    re.compile(r"(?:实施|适用|执行|贯彻)[《〈]([^《》〈〉]{2,60})[》〉]"),
    re.compile(r"^(.{2,30}(?:法|条例))(?:实施|施行)(?:条例|细则|办法)"),
)
_ALIAS = re.compile(r"《([^《》]{2,80})》\s*[（(]以下[简统]?称(?:为|：|:)?\s*([“\"《]?)([^”\"》）)]{2,24})[”\"》]?[）)]")
_BEHIND_NAME = re.compile(r"(?:\s*[（(][^（）()]{1,40}[）)])?\s*(?:的|中)?\s*")
_BARE = re.compile(rf"(?<![{NUMERAL}])([\u4e00-\u9fff]{{2,24}}(?:法典|法|条例))(?=第[{NUMERAL}\d]+条)")
_LEAD = re.compile(
    r"^.*(?:应当|依照|按照|根据|依据|违反|符合|适用|构成|认定为?|具有|不受|不得|超过|提交|执行|参照|比照|遵照|触犯|犯|以及|或者|属于|期间有|审[查理]|(?<![法例])实施)"
    r"|^[依据照按用合有为由和与或及对以在]"
)
_OWN = re.compile(r"本(?:法典|办法|法|条例)$")
_NO_NAME = frozenset(
    {"条例", "办法", "规定", "细则", "解释", "通知", "意见", "决定"}
)  # 《条例》 of a text that nowhere says which
_INSIDE = re.compile(
    rf"(?:第[{NUMERAL}\d]+[款项目]|第?[（(][{NUMERAL}]+[）)]项)(?:[、和至](?:第[{NUMERAL}\d]+[款项目]|第?[（(][{NUMERAL}]+[）)]项))*"
)
_AND = re.compile(r"\s*(?:、|和|及|以及|或者|或|与)\s*")
_TO = re.compile(r"\s*(?:至|到|-|—|－)\s*")


class Kind(StrEnum):
    BASED_ON = "based_on"
    CITES = "cites"


@dataclass(frozen=True, slots=True)
class Link:
    """`to` is named by its plain title; `place` is the label of the passage in which it is named ('' for the title)."""

    kind: Kind
    to: Cite
    place: str = ""


def plain_title(title: str) -> str:
    """The name by which others cite an instrument: without 中华人民共和国 and the year of an edition."""
    return _EDITION.sub("", short_title(title))


def find(title: str, passages: Iterable[Passage]) -> list[Link]:
    """:param title: of the document itself, which is no link of its own
    :returns: each link once, those to what the document is made under first
    """
    passages = list(passages)
    aliases = _aliases(passages)
    links = [*_basis(title, passages, aliases), *_citations(passages, aliases)]
    return list(dict.fromkeys(link for link in links if link.to.title not in _NO_NAME | {plain_title(title)}))


def _basis(title: str, passages: list[Passage], aliases: Mapping[str, str]) -> Iterator[Link]:
    first = next((index for index, row in enumerate(passages) if row.kind == "article"), None)
    for passage in passages[: _OPENING if first is None else first + 1]:
        for clause in _BASIS.findall(passage.text):
            for found in _NAME.finditer(clause):
                behind = ARTICLE.match(clause, found.end())
                article = (behind and article_label(behind)) or ""
                yield Link(Kind.BASED_ON, Cite(aliases.get(found[0]) or plain_title(found[1]), article), passage.article)
        if _CONSTITUTION.search(passage.text):
            yield Link(Kind.BASED_ON, Cite("宪法"), passage.article)
    for pattern in _TITLE_BASIS:
        named = pattern.search(short_title(title) if pattern.pattern.startswith("^") else title)
        if named:
            yield Link(Kind.BASED_ON, Cite(plain_title(named[1])))


def _aliases(passages: list[Passage]) -> Mapping[str, str]:
    """以下简称…: what the text calls an instrument -> its plain title. `《条例》` counts only where it stands in 《》."""
    found: dict[str, str] = {}
    for passage in passages:
        for name, mark, alias in _ALIAS.findall(passage.text):
            found[f"《{alias}》" if mark == "《" else alias] = plain_title(name)
    return found


def _citations(passages: list[Passage], aliases: Mapping[str, str]) -> Iterator[Link]:
    for passage in passages:
        if "条" not in passage.text:
            continue
        for title, end in _names(passage.text, aliases):
            for label in _labels(passage.text, end):
                yield Link(Kind.CITES, Cite(title, label), passage.article)


def _names(text: str, aliases: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    for found in _NAME.finditer(text):
        behind = _BEHIND_NAME.match(text, found.end())
        yield aliases.get(found[0]) or plain_title(found[1]), behind.end() if behind else found.end()
    for found in _BARE.finditer(text):
        name = _LEAD.sub("", found[1]).removeprefix("中华人民共和国")
        if len(name) >= 2 and not _OWN.search(name):
            yield aliases.get(name, name), found.end()


def _labels(text: str, at: int) -> Iterator[str]:
    """The articles in 第九十九条第二款、第一百条和第一百零三条至第一百零五条, read from `at` until something else follows."""
    last = 0
    until = False
    while found := ARTICLE.match(text, at):
        label = article_label(found)
        value = number(found["number"]) or 0
        if label is None:
            return
        if until and last < value <= last + _LONGEST_RANGE:
            yield from (f"第{chinese(between)}条" for between in range(last + 1, value))
        yield label
        last, at = value, found.end()
        inside = _INSIDE.match(text, at)
        at = inside.end() if inside else at
        step = _TO.match(text, at)
        until = step is not None
        step = step or _AND.match(text, at)
        if not step:
            return
        at = step.end()
