"""Answers to questions that name an article."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.answer import Block, Speaker
from bot.compose.basis import Basis, Draft
from bot.compose.conflict import above
from bot.compose.extractive import leading, named
from bot.compose.sentences import plain_of
from bot.lexicon import Lexicon
from bot.search import CODE, articles_of
from bot.state import Found, Kind, Understood
from bot.text import sentences
from bot.values import sums
from corpus.model import Cite, Rank, Status
from corpus.numerals import ARTICLE, number
from corpus.starter import Starter
from indexer.hit import Hit, Index

_MANY = 2  # articles in place of one, of which each is told in full
# How a digest says of its article which one prevails: 已由《生态环境法典》第一千一百零三条改了，数额以法典为准.
_PREVAILS = re.compile(
    r"《(?P<title>[^《》]{2,20})》(?P<article>第[零一二三四五六七八九十百千]+条)[^《》。]{0,12}(?:改了|为准)"
)
_REPEALS = Cite(CODE, "第一千二百四十二条")


def by_article(found: Found, index: Index, starter: Starter, lexicon: Lexicon) -> Draft | None:
    """:returns: what the named articles say; of a repealed one first that it is repealed, then what stands in its place."""
    basis = Basis()
    blocks: list[Block] = []
    for hit in found.named:
        if hit.status is Status.REPEALED:
            blocks += _repealed(hit, found, basis, starter)
            for now in found.replaced:
                blocks += _instead(hit, now, found.question, basis, starter, lexicon, len(found.replaced) > _MANY)
        else:
            asking = _asking(found.question, hit, lexicon)
            told = leading(hit, asking, lexicon, basis)
            blocks += [*told, *_overridden(hit, told, asking, index, lexicon, basis)]
    for reference in found.unknown:
        blocks += _not_held(reference.cite, found.question, index, starter, basis, lexicon)
    if not basis.citations:
        return None
    draft = basis.draft(found, Speaker.EXTRACT, blocks, [f"article:{hit.passage.label}" for hit in found.named])
    first = (*found.named, *found.replaced)
    hits = (*first, *(hit for hit in found.hits if hit.passage.id not in {known.passage.id for known in first}))
    return Draft(replace(draft.answer, hits=hits), draft.evidence)


def missing(found: Found, starter: Starter) -> list[Block]:
    """:returns: for each named article that the library lacks a notice that says so, and how many articles there are."""
    return [Block(text, "notice") for reference in found.unknown if (text := _absent(reference.cite, starter))]


def asks_beside(found: Found, lexicon: Lexicon) -> bool:
    """Whether a question names a matter beside the articles that it names."""
    rest = found.question.text
    for reference in found.question.references:
        rest = rest.replace(reference.written, "").replace(reference.cite.title, "")
    return lexicon.names_matter(rest)


def _overridden(
    hit: Hit, told: Sequence[Block], question: Understood, index: Index, lexicon: Lexicon, basis: Basis
) -> list[Block]:
    """:param told: what is said of the article
    :returns: where an article of lower rank names other sums than a law on the same matter, the law beside it; that one which
        its digest names, else the nearest
    """
    if hit.document.rank >= Rank.LAW or not sums(hit.passage.text):
        return []
    said = _PREVAILS.search(told[0].text) if told else None
    higher = index.article(said["title"], said["article"], on=question.today) if said else None
    if not higher:
        near = index.search(hit.passage.text[:300], on=question.today, region=question.region, k=12)
        higher = above(hit, near, lexicon)
    if not higher:
        return []
    blocks = leading(higher, replace(question, matter=hit.passage.text[:200], kind=Kind.SUM), lexicon, basis)
    name = f"《{higher.passage.title}》"
    return [Block(f"{name}对同一件事另有规定，位阶更高，不一致之处以{name}为准：", "notice"), *blocks]


def _repealed(hit: Hit, found: Found, basis: Basis, starter: Starter) -> list[Block]:
    opening = sentences(hit.passage.text)[:2]
    ended = f"{hit.passage.label}自 {hit.document.ended_on} 起已经废止，现在不能再作为依据。"
    cite = basis.add(hit, opening[0] if opening else "", curated=ended)
    blocks = [Block(ended, "lead", (cite,))]
    key = hit.passage.title, hit.passage.article
    if starter.crosswalk.get(key) == ():
        blocks += [Block(_dropped(key, starter), "notice"), Block(named("".join(opening), hit), "lead", (cite,))]
    elif not found.replaced:
        blocks.append(Block("知识库里没有找到取代它的条文，请向专家核对。", "notice"))
    elif note := starter.crosswalk_notes.get(key):
        blocks.append(Block(f"与原来相比：{note}。", "notice"))
    return blocks


def _dropped(key: tuple[str, str], starter: Starter) -> str:
    note = starter.crosswalk_notes.get(key, "")
    return f"法典没有保留这一条的内容{f'：{note}' if note else ''}，现在没有与它对应的条文。"


def _instead(
    old: Hit, now: Hit, question: Understood, basis: Basis, starter: Starter, lexicon: Lexicon, briefly: bool
) -> list[Block]:
    """:param briefly: its first sentence alone, where many articles took the place of one"""
    cites = starter.crosswalk.get((old.passage.title, old.passage.article), ())
    if cites and not articles_of(now) & set(cites):
        return []  # it took the place of another article that the question names
    word = "现在对应的是" if cites else "现行规定中内容最接近的是"
    told = leading(now, _same_matter(question, old), lexicon, basis)
    return [Block(f"{word}{now.passage.label}：", "notice"), *(told[:1] if briefly else told)]


def _not_held(
    wanted: Cite, question: Understood, index: Index, starter: Starter, basis: Basis, lexicon: Lexicon
) -> list[Block]:
    """An article whose text has not been imported: at least whether it is still law, and what the crosswalk names for it."""
    blocks = [Block(text, "notice")] if (text := _absent(wanted, starter)) else []
    key = wanted.title, wanted.article
    if starter.crosswalk.get(key) == ():
        return [*blocks, Block(_dropped(key, starter), "notice"), *_repeal(wanted, question, index, starter, basis)]
    if blocks and (note := starter.crosswalk_notes.get(key)):
        blocks.append(Block(f"与原来相比：{note}。", "notice"))
    for cite in starter.crosswalk.get(key, ()):
        if now := index.article(cite.title, cite.article, on=question.today):
            blocks.append(Block(f"{wanted.article}现在对应的是{now.passage.label}：", "notice"))
            blocks += leading(now, _asking(question, now, lexicon), lexicon, basis)
    return blocks


def _repeal(wanted: Cite, question: Understood, index: Index, starter: Starter, basis: Basis) -> list[Block]:
    """The article that repealed the law of one that is neither held nor kept."""
    document = starter.instruments.get(wanted.title)
    hit = index.article(_REPEALS.title, _REPEALS.article, on=question.today)
    if not document or not document.ended_on or not hit:
        return []
    part = next((part for part in sentences(hit.passage.text) if wanted.title in part), "")
    cite = basis.add(hit, part)
    return [Block(f"《{wanted.title}》自 {document.ended_on} 起废止。", "lead", (cite,))]


def _absent(wanted: Cite, starter: Starter) -> str:
    document = starter.instruments.get(wanted.title)
    if not document:
        return ""
    if document.ended_on:
        return f"《{wanted.title}》自 {document.ended_on} 起已经废止，由《{document.superseded_by}》取代。"
    count = starter.articles.get(wanted.title, 0)
    match = ARTICLE.search(wanted.article)
    beyond = f"，它只有 {count} 条" if match and 0 < count < (number(match["number"]) or 0) else ""
    return f"知识库里没有{wanted}{beyond}。"


def _same_matter(question: Understood, old: Hit) -> Understood:
    """What the new article says on the matter of the old one: the person quotes the old one and seldom names its matter."""
    kind = Kind.SUM if "罚款" in old.passage.text else question.kind
    return replace(question, matter=f"{question.matter}，{old.passage.text[:200]}", kind=kind)


def _asking(question: Understood, hit: Hit, lexicon: Lexicon) -> Understood:
    """A question that names an article and asks nothing else wants its beginning, whatever its words are."""
    rest = question.text
    for reference in question.references:
        rest = rest.replace(reference.written, "")
    asks = question.kind in (Kind.SUM, Kind.DEADLINE, Kind.WHO, Kind.MAY)
    return (
        question
        if asks or lexicon.coverage(rest, hit.passage.text, plain_of(hit.passage)) > 0.5
        else replace(question, kind=Kind.OTHER)
    )
