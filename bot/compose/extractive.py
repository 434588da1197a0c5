"""An answer made of sentences of the library: the one that answers first, then details, each with its citation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.answer import Answer, Block, Speaker
from bot.compose import licences, things
from bot.compose.basis import NEARBY, Basis, Draft, perhaps, quote_for
from bot.compose.conflict import prevailing, prevails, unfounded, yields
from bot.compose.penalties import table
from bot.compose.rows import beyond, block_of
from bot.compose.sentences import (
    FITS,
    Piece,
    beside_the_point,
    best,
    exact,
    pieces,
    punishes,
    said_by,
    tells,
    wants_penalty,
    words_of,
)
from bot.lexicon import Lexicon
from bot.search import CODE, articles_of, voted
from bot.state import Found, Kind, Understood
from bot.triage import is_injection
from bot.understanding import asks_also
from bot.values import values
from corpus.model import Cite, Status, Trust
from corpus.numerals import article_number
from corpus.starter import Starter
from indexer.hit import Hit

_CONSIDERED = 24
# Set on development questions; weights fitted to FAQs left out of the index did no better on them.
_WEIGHTS = {
    "retrieval": 0.30,
    "covered": 0.25,
    "voted": 0.24,
    "fits": 0.07,
    "tells": 0.09,
    "punishes": 0.20,  # where a penalty is asked for: the article that sets it, not the duty behind it
    "code": 0.05,
    "local": 0.20,  # where the question names the place
    "focus": 0.20,  # of a follow-up what it asks itself
    "before": 0.10,  # and that it stands beside what was answered before
}
_NO_RULE = 0.8
_FEW = 12  # articles; about as long as a section of the code
# How well another article must answer to stand beside: at all, and as a share of the best sentence.
_BESIDE, _AS_WELL = 0.3, 0.4
_NO_PENALTY = 0.75  # the duty behind a penalty that is asked for
_OTHER_THING = 0.75  # a rule on another trade alone (干洗店, where a nail salon is asked about)
_OTHER_STEP = 0.5  # a row for another step of a scale (13 to 15 分贝, where it is 5)
_OTHER_LICENCE = 0.5  # a rule on another kind of licence (that for dangerous waste, where 排污许可证 is asked about)
_SAID = 0.9  # of the words of a sentence, in one that stands there
_SAME_CONDUCT = 0.3  # of the words of a sentence on persons, in the leading one
_TRIED = 3  # passages, for one that tells what is asked of what is asked about
_HARDLY = 0.15  # of the question, in a passage that was found by its sense
_GLANCE = 240  # characters, read at a glance
_EXACT = (Kind.DEADLINE, Kind.SUM)  # what is told too where a clause before the last asks for it
_CASES = 4  # further kinds of conduct of the same article, beside the one asked about
_PERSONS = re.compile(r"(?:主管|责任)人员.{0,24}(?:罚款|拘留|处分|不得|罚 ?\d)|(?:法定代表人|负责人).{0,30}(?:罚款|拘留)")
_ASKS_PERSONS = re.compile(
    r"(?:老板|厂长|法人|负责人|责任人|主管(?!部门)|管事的|当事人|技术员|经办人|经理|老总|班长|操作工)[^，,。]{0,6}(?:罚|拘|抓|坐牢|掏|担责)|拘留几|关几天|判几|^[^罚]*(?:抓人|坐牢|拘留)[^罚]*$"
)
_ASKS_BOTH = re.compile(r"(?:公司|单位|企业|厂[里子]?)(?:和|跟|与|、)|各罚|(?:单位|公司|企业)[^，,]{0,4}罚")
_ANY_CONDUCT = re.compile(r"这些行为|上述|前[款项]|个人也")
# A person who does it for himself is no person in charge.
_ALONE = re.compile(r"^(?:对)?个人|个人(?:乱|在|处|露天|未|违|有|不|擅自)|对个人处|公民")
_ASKS_ALONE = re.compile(r"个人(?!信息)|自[己家]家?|居民(?!区|楼)|村民|老[头爹]|婆婆|邻居")
# What follows if the first penalty changes nothing leads only where that is asked.
_LATER = re.compile(r"^(?:限期内|逾期|期满|经[^，]{0,8})?仍|^拒不改正")
_ASKS_LATER = re.compile(r"拒不|[还仍就]是?[不没]|补不上|再不|[死硬]活?不改|不改[会咋怎么又]|第二[步次]")
_NAMED = {
    Status.DRAFT: "据《{title}》的征求意见稿（不是现行规定）：{text}",
    Status.NEWS: "据新闻报道（不是执法依据）：{text}",
    Status.REPEALED: "据已废止的《{title}》：{text}",
    Status.AMENDED: "据《{title}》的旧版本：{text}",
    Status.NOT_YET: "据尚未施行的《{title}》：{text}",
}


def ranked(
    question: Understood,
    hits: Sequence[Hit],
    lexicon: Lexicon,
    votes: Mapping[Cite, float] | None = None,
    before: Hit | None = None,
) -> list[tuple[float, Hit]]:
    """:param votes: how strongly FAQs point to an article
    :param before: the article of our last answer, where the question leans on it
    :returns: usable hits with how well each answers (about 0..1), best first

    Passages that try to give orders are left out; drafts and news stand behind rules in force.
    """
    usable = [hit for hit in hits if hit.passage.kind != "faq" and not is_injection(hit.passage.text)][:_CONSIDERED]
    top = max((hit.score for hit in usable), default=0.0)
    penal = wants_penalty(question)
    kinds = licences.asked(question, lexicon)
    asked = things.named(question.matter)
    measured = values(question.matter)
    out = []
    for hit in usable:
        said = said_by(hit.passage)
        seen = {
            "retrieval": max(0.0, hit.score / top) if top > 0 else 0.0,
            "covered": lexicon.coverage(question.matter, *words_of(hit.passage)),
            "voted": voted(hit, votes or {}),
            "fits": float(bool(FITS[question.kind].search(said))),
            "tells": (tells(said, question) + exact(said, question)) / 2,
            "punishes": float(penal and punishes(hit.passage.text)),
            "code": float(hit.passage.title == CODE),
            "local": float(
                question.local and bool(hit.document.region) and question.region.startswith(hit.document.region)
            ),
            "before": _near(hit, before),
            "focus": lexicon.coverage(question.focus, *words_of(hit.passage)) if question.focus else 0.0,
        }
        value = sum(_WEIGHTS[name] * amount for name, amount in seen.items())
        value *= _NO_RULE if hit.document.trust in (Trust.DRAFT, Trust.NEWS) else 1.0
        value *= _NO_PENALTY if penal and not seen["punishes"] else 1.0
        value *= _OTHER_LICENCE if kinds and licences.on_another(kinds, "\n".join(words_of(hit.passage))) else 1.0
        value *= _OTHER_THING if things.on_another(asked, said) else 1.0
        value *= _OTHER_STEP if hit.passage.kind == "row" and beyond(hit.passage, measured) else 1.0
        out.append((value, hit))
    return sorted(out, key=lambda row: -row[0])


def _near(hit: Hit, before: Hit | None) -> float:
    """How near a passage stands to that of our last answer: a few articles from it, or elsewhere in a text that is shorter than the code."""
    if not before or hit.passage.title != before.passage.title:
        return 0.0
    here, there = (article_number(one.passage.article) for one in (hit, before))
    if here and there and abs(here - there) <= _FEW:
        return 1.0
    return 0.0 if hit.passage.title == CODE else 0.5


def compose(found: Found, lexicon: Lexicon, starter: Starter, *, limit: int = 2) -> Draft | None:
    """:param starter: knows which law an instrument carries out
    :param limit: how many further passages may be shown beside the leading one
    :returns: the draft, None where no passage has a usable sentence
    """
    question = found.question
    order = found.order
    if not order:
        return None
    top, said = _to_the_point(order, question, lexicon)
    first, lower = prevailing(top, [hit for _, hit in order], question, lexicon, starter)
    basis = Basis()
    if first is not top:
        said = pieces(first.passage, question, lexicon)
    blocks = leading(first, question, lexicon, basis, said)
    if not blocks:
        return None
    for hit in lower:
        blocks += _overruled(hit, first, question, lexicon, basis)
    floor = 0.8 * order[0][0]
    least = max([_BESIDE, *(_AS_WELL * piece.score for piece in best(said, 1))])
    for value, hit in order:
        if len(basis.citations) > limit or value < floor:
            break
        if hit is first or hit in lower or _same_article(hit, basis.hits) or (unfounded(hit) and not unfounded(first)):
            continue
        if yields(hit, first, question, lexicon, starter):
            continue
        if block := _beside(hit, question, lexicon, basis, least, [block.text for block in blocks]):
            blocks.append(block)
    return basis.draft(found, Speaker.EXTRACT, blocks, (f"extract:{first.passage.label}",))


def _to_the_point(order: Sequence[tuple[float, Hit]], question: Understood, lexicon: Lexicon) -> tuple[Hit, list[Piece]]:
    """:returns: the first of the best passages that tells what is asked of what is asked about, else the best; and its sentences"""
    tried: list[tuple[Hit, list[Piece]]] = []
    for _, hit in order[:_TRIED]:
        tried.append((hit, pieces(hit.passage, question, lexicon)))
        if not beside_the_point(tried[-1][1], question):
            return tried[-1]
    return tried[0]


def nearby(found: Found) -> Answer | None:
    """:returns: the names of the nearest rules in force, for a person who is handed over"""
    basis = Basis()
    for hit in found.candidates:
        rule = hit.status is Status.IN_FORCE and hit.passage.kind in ("article", "digest") and hit.score > 0
        if rule and len(basis.citations) < NEARBY:
            basis.add(hit)
    if not basis.citations:
        return None
    return basis.draft(found, Speaker.EXTRACT, [perhaps(basis.citations)], ()).answer


def leading(
    hit: Hit, question: Understood, lexicon: Lexicon, basis: Basis, found: list[Piece] | None = None
) -> list[Block]:
    """:param found: its sentences as `pieces` scores them, where they are known already
    :returns: what one passage says on the question: the lead, what the persons behind the unit pay, then a table of
    penalties or further sentences
    """
    if hit.passage.kind == "row":
        return block_of(hit, basis)
    found = pieces(hit.passage, question, lexicon) if found is None else found
    chosen = _lead(found, question)
    if not chosen:
        return []
    text = "".join(piece.text for piece in chosen)
    cite = basis.add(hit, chosen[0].quote or quote_for(hit.passage, text, lexicon))
    blocks = [Block(named(text, hit), "lead", (cite,))]
    persons = _persons(found, chosen[0], lexicon) if wants_penalty(question) else None
    if persons and persons not in chosen:
        chosen.append(persons)
        blocks.append(Block(named(persons.text, hit), "detail", (cite,)))
    if beside := _asked_beside(found, question, blocks):
        chosen.append(beside)
        blocks.append(Block(named(beside.text, hit), "detail", (cite,)))
    others = [piece for piece in found if piece not in chosen and piece.score >= 0.3 * chosen[0].score]
    if question.kind is Kind.SUM and (rows := table(best(others, _CASES), cite, hit.passage.label)):
        return [*blocks, rows]
    if more := _rest(found, chosen) if _found_by_sense(found) else best(others, 3):
        blocks.append(Block(named("".join(piece.text for piece in more), hit), "detail", (cite,)))
    return blocks


def _found_by_sense(found: list[Piece]) -> bool:
    """Whether hardly a word of the question stands in a passage (查信息收费不: 不收取费用), so that words cannot choose among its
    sentences.
    """
    return max((piece.held for piece in found), default=0.0) < _HARDLY


def _rest(found: list[Piece], chosen: list[Piece]) -> list[Piece]:
    """:returns: the other sentences in reading order, as many as are read at a glance"""
    rest: list[Piece] = []
    for piece in found:
        if piece not in chosen and sum(len(one.text) for one in (*rest, piece)) <= _GLANCE:
            rest.append(piece)
    return rest


def _asked_beside(found: list[Piece], question: Understood, said: Sequence[Block]) -> Piece | None:
    """:returns: the sentence with the time or the sum that another clause of the question asks for, where none is said yet"""
    for kind in _EXACT:
        asked = replace(question, kind=kind)
        if kind is question.kind or not asks_also(question.text, kind) or any(exact(block.text, asked) for block in said):
            continue
        if telling := best([piece for piece in found if exact(piece.text, asked)], 1):
            return telling[0]
    return None


def _persons(found: list[Piece], lead: Piece, lexicon: Lexicon) -> Piece | None:
    """:returns: what the persons behind the unit pay for the conduct of the leading sentence, which such a sentence follows"""
    return next(
        (
            piece
            for piece in found
            if piece.at > lead.at
            and _PERSONS.search(piece.text)
            and (_ANY_CONDUCT.search(piece.text) or lexicon.holds(piece.text.partition("，")[0], _SAME_CONDUCT, lead.text))
        ),
        None,
    )


def _lead(found: list[Piece], question: Understood) -> list[Piece]:
    """One sentence, or two neighbours where the second carries the number or condition that the first lacks; of the fine on
    persons, where that is asked for.
    """
    if wants_penalty(question):
        found = _of_the_penalty(found, question.focus or question.text)
    telling = next(
        (told for test in (exact, tells) if (told := [piece for piece in found if test(piece.text, question)])), found
    )
    if _found_by_sense(found):
        return telling[:1]  # the rule stands before its exceptions
    top = best(telling, 1)
    if not top:
        return []
    if question.kind is Kind.SUM and tells(top[0].text, question):
        return top  # the next sentence is about other conduct
    after = next((piece for piece in found if piece.at == top[0].at + 1), None)
    if after and after.score >= 0.7 * top[0].score and len(top[0].text) + len(after.text) <= 130:
        return [top[0], after]
    return top


def _of_the_penalty(found: list[Piece], asked: str) -> list[Piece]:
    """:param asked: the words that ask for a penalty
    :returns: the sentences on whom it is asked for, and on the step of it; all where none is
    """
    if _ASKS_PERSONS.search(asked) and not _ASKS_BOTH.search(asked):
        found = [piece for piece in found if _PERSONS.search(piece.text)] or found
    elif _ASKS_ALONE.search(asked):
        found = [piece for piece in found if _ALONE.search(piece.text)] or found
    else:
        found = [piece for piece in found if not _PERSONS.search(piece.text)] or found  # these follow: see `_persons`
    if not _ASKS_LATER.search(asked):
        found = [piece for piece in found if not _LATER.search(piece.text)] or found
    return found


def _beside(
    hit: Hit, question: Understood, lexicon: Lexicon, basis: Basis, least: float, said: Sequence[str]
) -> Block | None:
    """:param least: how well a sentence must answer to stand beside the leading ones
    :param said: what stands there already, which is not said twice
    """
    top = best(pieces(hit.passage, question, lexicon), 1)
    if not top or top[0].score < least or any(lexicon.coverage(top[0].text, text) >= _SAID for text in said):
        return None
    if things.on_another(things.named(question.matter), top[0].text):
        return None
    cite = basis.add(hit, top[0].quote or quote_for(hit.passage, top[0].text, lexicon))
    return Block(named(top[0].text, hit), "detail", (cite,))


def _overruled(hit: Hit, lead: Hit, question: Understood, lexicon: Lexicon, basis: Basis) -> list[Block]:
    top = best(pieces(hit.passage, question, lexicon), 1)
    if not top:
        return []
    higher = f"《{lead.passage.title}》"
    cite = basis.add(hit, top[0].quote, note=prevails(lead.passage.title))
    return [
        Block(
            f"{hit.passage.label}的写法与此不同。{higher}位阶更高，不一致之处以{higher}为准。这一条写的是：",
            "notice",
            (cite,),
        ),
        Block(top[0].text, "detail", (cite,)),
    ]


def named(text: str, hit: Hit) -> str:
    """Drafts, news and texts no longer in force are called so in the sentence itself."""
    pattern = _NAMED.get(hit.status)
    return pattern.format(title=hit.passage.title, text=text) if pattern else text


def _same_article(hit: Hit, others: Sequence[Hit]) -> bool:
    return any(articles_of(hit) & articles_of(other) for other in others)
