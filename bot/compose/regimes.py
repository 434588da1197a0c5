"""Which rule applies: the law of the day of the conduct beside today's, the rules of here and not of elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.answer import Block, Citation
from bot.compose.basis import Basis, Draft, note_of, quote_for
from bot.compose.extractive import leading, ranked
from bot.compose.sentences import plain_of, punishes, wants_penalty
from bot.lexicon import Lexicon
from bot.merge import moved
from bot.places import city
from bot.search import CODE
from bot.state import Found, Kind, Understood
from bot.text import sentences
from bot.values import sums
from corpus.model import Cite, Status
from corpus.starter import Starter
from indexer.hit import Hit, Index

_MEDIA = {
    "海洋": "海", "放射性": "辐射|放射|射线", "噪声": "噪|吵|施工|打桩|装修|跳舞|广场舞|喇叭|音响", "固体废物": "固废|危废|废物|废渣|垃圾|废油|台账|联单",
    "大气": "气|烟|尘|味|挥发", "水污染": "废水|污水|水|河|湖|江", "土壤": "土壤|地块", "环境影响评价": "环评|未批先建|报告书|报告表|登记表",
}  # fmt: skip
_RARE = ("海洋", "放射性", "噪声", "土壤")  # of no use to a question that does not name them
_TELLS_OF_YEARS = ("规划", "新闻")  # levels
# After how long conduct is punished no more.
_LIMITATION = (Cite(CODE, "第一千零五十四条"), Cite("行政处罚法", "第三十六条"))
_NAMED_THERE = 0.1  # the share of a question that the old article behind one of today's must hold: that on reports says nothing of 偷排
_SAME_MATTER = 0.25  # likeness to today's article, below which an old one is about something else
WHICH = re.compile(r"(?:用|按|适用|依)(?:哪|老|旧|新|什么).{0,4}(?:法|条|规定)|(?:老|旧|新)法还是|还能按|哪个法|两头|跨了")


def two_regimes(found: Found, now: Draft, index: Index, starter: Starter, lexicon: Lexicon) -> Draft:
    """Conduct before the code: the law of that day, today's law, and the article that says which one applies.

    :param now: the draft under today's law
    """
    period = found.question.period
    if not period or not found.transition or _of_today(now, found.question):
        return now
    basis = Basis()
    rule = _transition(found.transition, basis, lexicon)
    old = _laws_of_then(found, now, index, starter, lexicon)
    blocks: list[Block] = []
    for hit in old:
        blocks.append(
            Block(f"您说的事（{period.written}）在 2026-08-15 之前，当时适用的《{hit.passage.title}》规定：", "notice")
        )
        # Read on its own day it was in force, so its sentences come unmarked; its citation says that it is repealed now.
        told = leading(hit, replace(found.question, on=period.on, matter=_matter(found, now)), lexicon, basis)
        blocks += [block for block in told if block.kind != "table"]
    if not old and not WHICH.search(found.question.text):
        text = f"您说的事（{period.written}）在 2026-08-15 之前，原则上适用当时的规定；知识库里没有找到当时的条文，请向专家核对。"
        blocks.append(Block(text, "notice"))
    basis.citations = [
        _as_of_today(cite, hit, found.question.today) for cite, hit in zip(basis.citations, basis.hits, strict=True)
    ]
    current = [block for block in now.answer.blocks if not _says(block, now, found.transition)]
    if current:
        blocks.append(Block("2026-08-15 起适用的现行规定：", "notice"))
    shift = basis.extend(now.answer.citations, now.evidence)
    for block in current:
        blocks.append(replace(moved(block, shift), kind="detail" if old and block.kind == "lead" else block.kind))
    blocks = [rule, *blocks] if WHICH.search(found.question.text) else [*blocks, replace(rule, kind="detail")]
    draft = basis.draft(found, now.answer.speaker, blocks, (*now.answer.reasons, f"before-code:{period.on}"))
    return Draft(replace(draft.answer, on=period.on), draft.evidence)


def _of_today(now: Draft, question: Understood) -> bool:
    """Whether an answer holds whenever the conduct was: for how long it is punished, or what a plan or a report tells of a year."""
    cited = _cited(now, question)
    told = cited and all(cite.level in _TELLS_OF_YEARS for cite in now.answer.citations)
    return bool(told) or cited[:1] in ([cite] for cite in _LIMITATION)


def of_here(found: Found, draft: Draft, home: str) -> Draft:
    """:returns: the draft; to a question about the rule of another place it first says that such a rule does not apply here."""
    said = not_here(found, home)
    if not said:
        return draft
    blocks = (*said, Block(f"{city(home)}适用的是：", "notice"), *draft.answer.blocks)
    return Draft(replace(draft.answer, blocks=blocks), draft.evidence)


def not_here(found: Found, home: str) -> tuple[Block, ...]:
    """:returns: the notice that a rule of another place does not apply here, where the question asks for that"""
    there = found.question.elsewhere
    return (Block(f"{there}的地方规定只管{there}，在{city(home)}不适用。", "notice"),) if there else ()


def _transition(hit: Hit, basis: Basis, lexicon: Lexicon) -> Block:
    text = "".join((sentences(plain_of(hit.passage)) or sentences(hit.passage.text))[:2])
    return Block(text, "lead", (basis.add(hit, quote_for(hit.passage, text, lexicon)),))


def _says(block: Block, draft: Draft, hit: Hit) -> bool:
    """Whether a block leans on this passage alone, which is shown once already."""
    return bool(block.cites) and all(draft.answer.citations[cite - 1].passage_id == hit.passage.id for cite in block.cites)


def _as_of_today(cite: Citation, hit: Hit, today: date) -> Citation:
    status = hit.document.status_on(today)
    return replace(cite, status=status, note=note_of(status, hit.document))


def _laws_of_then(found: Found, now: Draft, index: Index, starter: Starter, lexicon: Lexicon) -> list[Hit]:
    """The articles of that day's law on the same matter: what the crosswalk puts behind today's articles, else by search.

    Only what is law no more counts; what still is law comes with today's answer. Where one article of the code took over
    several laws and the question names no medium, the first two of them are shown.
    """
    period = found.question.period
    if not period:
        return []
    for cite in _cited(now, found.question):
        old = [key for key, cites in starter.crosswalk.items() if cite in cites]
        hits = [hit for title, article in old if (hit := index.article(title, article, on=period.on))]
        hits = [hit for hit in hits if _was_law(hit, period.on, found.question.today) and not _far(hit, found.question)]
        hits = [hit for hit in hits if lexicon.coverage(found.question.matter, hit.passage.text) >= _NAMED_THERE]
        if wants_penalty(found.question):  # a duty of then says nothing of the fine of then
            hits = [hit for hit in hits if punishes(hit.passage.text)]
        if hits:
            ordered = sorted(hits, key=lambda hit: -_fit(hit, found.question, lexicon))
            return ordered[:1] if _medium(ordered[0], found.question) else _of_two_laws(ordered)
    said = now.evidence[0].text if now.evidence else ""
    near = [
        hit
        for hit in found.earlier
        if not _far(hit, found.question) and lexicon.likeness(said, hit.passage.text) >= _SAME_MATTER
    ]
    order = ranked(found.question, near, lexicon)
    floor = 0.7 * order[0][0] if order else 0.0
    return [hit for value, hit in order if value >= floor and _was_law(hit, period.on, found.question.today)][:1]


def _cited(now: Draft, question: Understood) -> list[Cite]:
    """What today's answer cites; where a penalty is asked for, the articles that set one come first."""
    order = list(zip(now.answer.citations, now.evidence, strict=True))
    if wants_penalty(question):
        order.sort(key=lambda row: not punishes(row[1].text))
    return [Cite(citation.title, citation.article) for citation, _ in order]


def _matter(found: Found, now: Draft) -> str:
    """The old article says in its own words what today's says: its sentence is found by both."""
    said = next((block.text for block in now.answer.blocks if block.kind == "lead"), "")
    return f"{found.question.matter}，{said[:120]}"


def _of_two_laws(hits: Sequence[Hit]) -> list[Hit]:
    first = hits[0]
    return [first, *[hit for hit in hits[1:] if hit.passage.title != first.passage.title][:1]]


def _medium(hit: Hit, question: Understood) -> bool:
    """Whether the question names the medium that the old law is about (水, 大气, 噪声 …)."""
    return any(law in hit.passage.title and re.search(words, question.text) for law, words in _MEDIA.items())


def _fit(hit: Hit, question: Understood, lexicon: Lexicon) -> float:
    """How well an old article answers: its words, a sum where one is asked for, the medium that it is about."""
    fits = lexicon.coverage(question.matter, hit.passage.text)
    if question.kind is Kind.SUM and sums(hit.passage.text):
        fits += 1.0
    return fits + 1.0 if _medium(hit, question) else fits


def _far(hit: Hit, question: Understood) -> bool:
    """Whether an old article is about a medium that few questions mean and this one does not name."""
    return any(law in hit.passage.title for law in _RARE) and not _medium(hit, question)


def _was_law(hit: Hit, then: date, today: date) -> bool:
    return hit.document.status_on(then) is Status.IN_FORCE and hit.document.status_on(today) is not Status.IN_FORCE
