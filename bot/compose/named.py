"""Answers to questions that name an article, and to questions about conduct before the code took effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.answer import Block, Speaker
from bot.compose.basis import Basis, Draft, note_of, quote_for
from bot.compose.extractive import leading, ranked
from bot.compose.sentences import plain_of
from bot.lexicon import Lexicon
from bot.merge import moved
from bot.state import Found, Kind, Understood
from bot.text import sentences
from corpus.model import Cite, Status
from corpus.numerals import ARTICLE, number
from corpus.starter import Starter
from indexer.hit import Hit, Index


def by_article(found: Found, index: Index, starter: Starter, lexicon: Lexicon) -> Draft | None:
    """:returns: what the named articles say; of a repealed one first that it is repealed, then what stands in its place."""
    basis = Basis()
    blocks: list[Block] = []
    for hit in found.named:
        if hit.status is Status.REPEALED:
            blocks += _repealed(hit, found, basis, starter, lexicon)
        else:
            blocks += leading(hit, _asking(found.question, hit, lexicon), lexicon, basis)
    for reference in found.unknown:
        blocks += _not_held(reference.cite, found.question, index, starter, basis, lexicon)
    if not basis.citations:
        return None
    draft = basis.draft(found, Speaker.EXTRACT, blocks, [f"article:{hit.passage.label}" for hit in found.named])
    first = (*found.named, *found.replaced)
    hits = (*first, *(hit for hit in found.hits if hit.passage.id not in {known.passage.id for known in first}))
    return Draft(replace(draft.answer, hits=hits), draft.evidence)


def two_regimes(found: Found, now: Draft | None, index: Index, starter: Starter, lexicon: Lexicon) -> Draft | None:
    """Conduct before the code: the law of that day, today's law, and the article that says which one applies.

    :param now: the draft under today's law
    """
    period = found.question.period
    if not period or not now or not found.transition:
        return now
    basis = Basis()
    old = _law_of_then(found, now, index, starter, lexicon)
    when = f"您说的事（{period.written}）在 2026-08-15 之前"
    if old:
        blocks = [Block(f"{when}，当时适用的是《{old.passage.title}》：", "notice")]
        # Read on its own day it was in force, so its sentences come unmarked; its citation says that it is repealed now.
        blocks += leading(old, replace(found.question, on=period.on), lexicon, basis)
        status = old.document.status_on(found.question.today)
        basis.citations = [replace(cite, status=status, note=note_of(status, old.document)) for cite in basis.citations]
    else:
        blocks = [Block(f"{when}，原则上适用当时的规定；知识库里没有找到当时的条文，请向专家核对。", "notice")]
    blocks.append(Block("2026-08-15 起适用的现行规定：", "notice"))
    shift = basis.extend(now.answer.citations, now.evidence)
    for block in now.answer.blocks:
        blocks.append(replace(moved(block, shift), kind="detail" if old and block.kind == "lead" else block.kind))
    law = found.transition
    text = "".join((sentences(plain_of(law.passage)) or sentences(law.passage.text))[:2])
    last = Basis()
    last.add(law, quote_for(law.passage, text, lexicon))
    blocks.append(Block(text, "detail", (basis.extend(last.citations, last.evidence) + 1,)))
    draft = basis.draft(found, now.answer.speaker, blocks, (*now.answer.reasons, f"before-code:{period.on}"))
    return Draft(replace(draft.answer, on=period.on), draft.evidence)


def _law_of_then(found: Found, now: Draft, index: Index, starter: Starter, lexicon: Lexicon) -> Hit | None:
    """The article of that day's law on the same matter: what the crosswalk puts behind today's articles, else by search.

    Only what is law no more counts; what still is law comes with today's answer.
    """
    period = found.question.period
    if not period:
        return None
    today = [Cite(citation.title, citation.article) for citation in now.answer.citations]
    for cite in today:
        old = [key for key, cites in starter.crosswalk.items() if cite in cites]
        hits = [hit for title, article in old if (hit := index.article(title, article, on=period.on))]
        hits = [hit for hit in hits if _was_law(hit, period.on, found.question.today)]
        if hits:
            return max(hits, key=lambda hit: lexicon.coverage(found.question.text, hit.passage.text))
    order = ranked(found.question, found.earlier, lexicon)
    floor = 0.7 * order[0][0] if order else 0.0
    return next((hit for value, hit in order if value >= floor and _was_law(hit, period.on, found.question.today)), None)


def _was_law(hit: Hit, then: date, today: date) -> bool:
    return hit.document.status_on(then) is Status.IN_FORCE and hit.document.status_on(today) is not Status.IN_FORCE


def _repealed(hit: Hit, found: Found, basis: Basis, starter: Starter, lexicon: Lexicon) -> list[Block]:
    opening = sentences(hit.passage.text)[:1]
    cite = basis.add(hit, opening[0] if opening else "")
    label = hit.passage.label
    since = hit.document.ended_on
    blocks = [Block(f"{label}自 {since} 起已经废止，现在不能再作为依据。", "notice", (cite,))]
    if not found.replaced:
        return [*blocks, Block("知识库里没有找到取代它的条文，请向专家核对。", "notice")]
    sure = (hit.passage.title, hit.passage.article) in starter.crosswalk
    for now in found.replaced:
        word = "现在对应的是" if sure else "现行规定中内容最接近的是"
        blocks.append(Block(f"{word}{now.passage.label}：", "notice"))
        blocks += leading(now, _same_matter(found.question, hit), lexicon, basis)
    return blocks


def _not_held(
    wanted: Cite, question: Understood, index: Index, starter: Starter, basis: Basis, lexicon: Lexicon
) -> list[Block]:
    """An article whose text has not been imported: at least whether it is still law, and what the crosswalk names for it."""
    document = starter.instruments.get(wanted.title)
    if not document:
        return []
    if document.status_on(question.today) is not Status.REPEALED:
        count = starter.articles.get(wanted.title, 0)
        match = ARTICLE.search(wanted.article)
        beyond = f"，它只有 {count} 条" if match and 0 < count < (number(match["number"]) or 0) else ""
        return [Block(f"知识库里没有{wanted}的内容{beyond}。", "notice")]
    blocks = [Block(f"《{wanted.title}》自 {document.ended_on} 起已经废止，由《{document.superseded_by}》取代。", "notice")]
    for cite in starter.crosswalk.get((wanted.title, wanted.article), ()):
        if now := index.article(cite.title, cite.article, on=question.today):
            blocks.append(Block(f"{wanted.article}现在对应的是{now.passage.label}：", "notice"))
            blocks += leading(now, _asking(question, now, lexicon), lexicon, basis)
    return blocks


def _same_matter(question: Understood, old: Hit) -> Understood:
    """What the new article says on the matter of the old one: the person quotes the old one and seldom names its matter."""
    kind = Kind.SUM if "罚款" in old.passage.text else question.kind
    return replace(question, text=f"{question.text}，{old.passage.text[:200]}", kind=kind)


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
