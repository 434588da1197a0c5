"""A curated question and answer, when it truly is the question asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from bot.answer import Block, Speaker
from bot.compose import things
from bot.compose.basis import Basis, Draft, quote_for
from bot.compose.sentences import other_year, punishes, tells, wanted, wants_penalty
from bot.lexicon import Lexicon
from bot.offtopic import nearness
from bot.search import articles_of
from bot.state import Found, Kind, Understood
from bot.text import letters, marks, sentences, unmarked
from bot.understanding import kind_of
from corpus.model import Cite, Document, Passage, Status
from corpus.starter import Entry
from indexer.hit import Hit, Index

# Likeness from which a FAQ is taken, by how near to the top retrieval put it. Measured on development questions: 95 % of
# the FAQs so chosen cite a right article.
FIRST, NEAR, SURE, SAME = 0.45, 0.5, 0.72, 0.85
_NEAR_RANK, _SURE_RANK = 2, 5
# Nearness of the encoder to one of its questions. On development questions without a likeness the FAQ is right for .98 from here
# on and for .94 where it cites first what answers best, and sentences of the articles for .95 and .91.
MEANT, AGREED = 0.42, 0.16
_ALIKE = 0.1  # of two FAQs as like the question as this, retrieval says which
_NUMBER = re.compile(r"[\d一二三四五六七八九十百]+(?:个|日|天|年|月|条|款)*")  # written in many ways
_DISTRICT = re.compile(r"^([一-鿿]{2})[区县]")
_RULE = re.compile(r"(?:法|条例|办法|规定|名录|清单)(?:（[^）]*）)*$")
_PLAN = re.compile(r"规划|计划|目标|指标|方案|意见|号文|文件|报道|新闻|专版")
_LEAD = 2  # sentences
_ENOUGH = 20.0  # weight of the terms of a question, that it is no fragment (我们要不要办环评 has 16)
_FRAGMENT = 4  # letters
_ADDS = 0.5  # the share of a follow-up's own words that a FAQ must hold
# The yes or no with which a FAQ answers its own question; it is none to another one (能：… of 能举报吗 is no leave to build), save that
# the conduct is unlawful.
_YES_NO = re.compile(
    r"^(?!违法)(?:(?:一般|都|可能|有可能|不一定)?(?:不|没)?(?:能|可以|要|行|会|是|算|有|管|违法|有人管|有效)?"
    r"(?:投诉|举报|反映|申请|要求|提|管|罚|办|做|报|交|改|写|装|补|批|填|签|建|划|备案|担责)?)[：，](?!但|不过|只)(?=.)"
)
_ASKED_IN = 0.5  # the share of the clause with which a FAQ asks that a question must hold to get its yes or no
# What a FAQ on a trade tells one after the other, and a question asks of by itself.
_PARTED = (re.compile("环评|环境影响"), re.compile("排污(?:许可|登记|证)"))
# Who asks: one who runs something and is complained about, or one whom somebody bothers.
_RUNS = re.compile(
    r"我们?(?:自己)?(?:新|想|准备|打算)?开(?:了|着|的)|我们?(?:[^，,。]{0,6})(?:厂|店|公司|单位|企业|车间|养殖场|工地)|[我本]司|(?:[被遭]|老|总)(?:人|邻居|居民)?(?:投诉|举报)|(?:投诉|举报)(?:了)?(?:我(?!家|屋)|我们)"
)
_BOTHERED = re.compile(r"楼[下上]|隔壁|邻居|小区|我家(?:附近|旁|门口|楼|对面)|扰民|吵(?:死|得|人)|熏(?:人|死|得)|睡不着")
# A sentence that cannot be understood without the one before it.
_HANGING = re.compile(
    r"^(?:没(?:有)?(?:做到|这样)|不(?:这样|按)|违反的|违规的|否则|拒不|逾期|情节|(?:用|以|按|对|有)?这|上述|其中|还|并|也|另|再)"
)


@dataclass(frozen=True, slots=True)
class Match:
    """How well a FAQ fits a question."""

    hit: Hit
    score: float  # likeness to the nearest of its questions
    against: float  # likeness to the nearest of its negatives
    rank: int  # place among all hits, from 0
    audience: tuple[str, ...] = ()
    nearest: str = ""  # of its questions


def matches(question: str, hits: Sequence[Hit], entries: Mapping[str, Entry], lexicon: Lexicon) -> list[Match]:
    """:returns: the FAQs among `hits`, the likeliest first."""
    found = []
    for rank, hit in enumerate(hits):
        if hit.passage.kind != "faq":
            continue
        entry = entries.get(hit.passage.id)
        likeness = ((lexicon.likeness(question, known), known) for known in hit.passage.questions)
        score, nearest = max(likeness, key=lambda pair: pair[0], default=(0.0, ""))
        against = max((lexicon.likeness(question, known) for known in entry.negatives), default=0.0) if entry else 0.0
        found.append(Match(hit, score, against, rank, entry.audience if entry else (), nearest))
    return sorted(found, key=lambda match: -match.score)


def chosen(question: Understood, found: Sequence[Match], lexicon: Lexicon, asked: float = 0.0) -> Match | None:
    """:param asked: likeness of the question to the nearest question of an article
    :returns: the FAQ that answers the question, None where none truly does
    """
    alike = [match for match in found[:3] if match.score >= found[0].score - _ALIKE]
    for match in sorted(alike, key=lambda match: match.rank):
        if not _answers(match, question, lexicon):
            continue
        if match.score >= SAME or (match.score >= SURE and match.rank <= _SURE_RANK):
            return match
        if match.rank == 0 and match.score >= FIRST:
            return match
        if match.rank <= _NEAR_RANK and match.score >= max(NEAR, asked):
            return match
    return None


def meant(found: Found, candidates: Sequence[Match], lexicon: Lexicon) -> Match | None:
    """:param candidates: as `matches` gives them
    :returns: the FAQ that retrieval puts first, where one of its questions means the same in other words and it cites the article
        that answers best; less near where it cites that first
    """
    question = found.question
    match = next((match for match in candidates if match.rank == 0), None)
    elsewhere = question.local and match and not match.hit.document.region  # where a local rule may hold
    if not match or question.focus or question.period or elsewhere or not _answers(match, question, lexicon):
        return None
    near = nearness([match.hit], "near_asked", found.floors, 0.0)
    best = next((articles_of(hit) for _, hit in found.order), set())
    cites = match.hit.passage.stands_for
    return match if best & set(cites[:1] if near < MEANT else cites) and near >= AGREED else None


def verbatim(match: Match, question: Understood, lexicon: Lexicon) -> bool:
    """Whether a question stands, word for word, among those of a FAQ: to the letter, or nearly so where it says enough to be
    that one (要不要办环评 is many).
    """
    asked = letters(question.text)
    if len(asked) > _FRAGMENT and any(letters(known) == asked for known in match.hit.passage.questions):
        return True
    return match.score >= SAME and lexicon.weight(lexicon.terms(question.matter)) >= _ENOUGH


def wants_the_same(match: Match, question: Understood) -> bool:
    """Whether the FAQ's nearest question asks for the same, be it in whatever words that the FAQ tells it (每次都要, 没有固定的数)."""
    asked = wanted(question.text, question.kind)
    return asked is not None and asked is wanted(match.nearest, kind_of(match.nearest))


def _answers(match: Match, question: Understood, lexicon: Lexicon) -> bool:
    """Whether nothing speaks against a FAQ, however alike the questions are."""
    text = match.hit.passage.text
    words = (text, *match.hit.passage.questions)
    said = "\n".join(words)
    # A FAQ on the same matter that says nothing of what is asked (the duty, not the fine) is no answer.
    told = match.score >= SAME or tells(text, question) or wants_the_same(match, question)
    if match.against >= match.score or not told:
        return False
    matters = lexicon.matters(question.matter)
    if matters and not matters & lexicon.matters(said):
        return False  # 取水许可证 is no answer to 排污许可证
    if match.score < SURE and things.on_another(things.named(question.matter), said):
        return False
    if other_year(question.matter, said):
        return False
    if match.score < SURE and match.audience == (_other_side(question.text),):
        return False  # what one who complains should do is no help to the one complained about
    if match.score < SURE and _of_a_plan(match.hit.passage, question):
        return False
    if match.score < SAME and _drafted(match.hit, question):
        return False
    # Nor is one that answered the turn before and says nothing of what is asked now (主管也要罚吗).
    return not question.focus or lexicon.holds(_NUMBER.sub("", question.focus), _ADDS, *words)


def _other_side(text: str) -> str:
    """:returns: the audience that surely does not ask this, '' where either may"""
    runs, bothered = _RUNS.search(text), _BOTHERED.search(text)
    return "市民" if runs and not bothered else "企业" if bothered and not runs else ""


def _of_a_plan(passage: Passage, question: Understood) -> bool:
    """Whether a FAQ tells what a plan, notice or report of some place says, and the question names neither; a rule that is cited as a
    whole (a 名录, the tables of a tax) is none.
    """
    if question.local or any(cite.article or _RULE.search(cite.title) for cite in passage.stands_for):
        return False
    districts = {found[1] for cite in passage.stands_for for found in _DISTRICT.finditer(cite.title)}
    return not _PLAN.search(question.text) and not any(name in question.text for name in districts)


def _drafted(hit: Hit, question: Understood) -> bool:
    """Whether a FAQ tells what is drafted, and the question asks for no plan: a rule in force is wanted."""
    return hit.status is Status.DRAFT and not _PLAN.search(question.text)


def compose(
    found: Found, match: Match, entry: Entry | None, index: Index, documents: Mapping[str, Document], lexicon: Lexicon
) -> Draft:
    """:param documents: instruments by short title, for plans and notices whose text has not been imported"""
    basis = Basis()
    places: dict[int, int] = {}
    on = found.question.today
    lead: list[tuple[str, tuple[int, ...]]] = []
    text, same = match.hit.passage.text, _same_asked(found.question, match, lexicon)
    for sentence in sentences(text if same else _YES_NO.sub("", text, count=1)):
        cites = tuple(
            _place(mark, sentence, match.hit, basis, places, index, documents, on, lexicon)
            for mark in marks(sentence)
            if 1 <= mark <= len(match.hit.passage.stands_for)
        )
        lead.append((unmarked(sentence), cites))
    leading = _LEAD
    # whatever duty the FAQ tells first
    first = (_penalty(lead) if wants_penalty(found.question) else None) or _on_matter(lead, found.question)
    if first:
        start, end = first
        lead, leading = [*lead[start:end], *lead[:start], *lead[end:]], end - start
    blocks = _named_as_draft(_blocks(lead, leading), match.hit.status)
    # What to do next hangs on what is asked: who wants to open a shop is not told to report one.
    steps = tuple((unmarked(step),) for step in entry.next_steps) if entry else ()
    if steps and (same or found.question.kind is not Kind.MAY):
        blocks.append(Block("接下来", "steps", rows=steps))
    return basis.draft(found, Speaker.FAQ, blocks, (f"faq:{match.hit.passage.id}",))


def _same_asked(question: Understood, match: Match, lexicon: Lexicon) -> bool:
    """Whether a question asks for the same yes or no as the first one of the FAQ, so that its 能 or 不能 answers it."""
    first = match.hit.passage.questions[0]
    if lexicon.likeness(question.text, first) >= SURE:
        return True
    asking = [clause for clause in re.split(r"[,，、。?？]", first) if kind_of(clause) is Kind.MAY]
    return question.kind is Kind.MAY and any(lexicon.holds(clause, _ASKED_IN, question.text) for clause in asking)


def _penalty(said: Sequence[tuple[str, tuple[int, ...]]]) -> tuple[int, int] | None:
    """:returns: from where to where the first penalty is told, with the sentences before it that it leans on (违反的，罚…), which say
    for what; None where none is, or where it leads already
    """
    at = next((at for at, (text, _) in enumerate(said) if punishes(text)), 0)
    start = next((back for back in range(at, -1, -1) if not _HANGING.match(said[back][0])), 0)
    return (start, at + 1) if start else None


def _on_matter(said: Sequence[tuple[str, tuple[int, ...]]], question: Understood) -> tuple[int, int] | None:
    """:returns: where the first sentence stands on the one of `_PARTED` that a question names, where those before it are on the other;
    None where there is none
    """
    asked = [words for words in _PARTED if words.search(question.focus or question.text)]
    begins = [words for words in _PARTED if words.search(said[0][0])]
    if len(asked) != 1 or not begins or asked[0] in begins:
        return None
    at = next((at for at, (text, _) in enumerate(said) if asked[0].search(text) and not _HANGING.match(text)), 0)
    return (at, at + 1) if at else None


def _blocks(said: Sequence[tuple[str, tuple[int, ...]]], lead: int) -> list[Block]:
    """:param lead: how many sentences may lead
    :returns: a block for each run of sentences that lean on the same, so that its marks belong to all of it
    """
    first = next((at for at, row in enumerate(said[:lead]) if row[1] != said[0][1]), min(lead, len(said)))
    runs = [said[:first], *(list(run) for _, run in groupby(said[first:], key=lambda row: row[1]))]
    return [
        Block("".join(text for text, _ in run), "detail" if at else "lead", run[0][1]) for at, run in enumerate(runs) if run
    ]


def _named_as_draft(blocks: list[Block], status: Status) -> list[Block]:
    said = "".join(block.text for block in blocks)
    if status is Status.DRAFT and "征求意见稿" not in said:
        return [Block("以下内容出自征求意见稿，不是现行规定。", "notice"), *blocks]
    if status is Status.NEWS and "报道" not in said:
        return [Block("以下内容出自新闻报道，不是执法依据。", "notice"), *blocks]
    return blocks


def _place(
    mark: int,
    sentence: str,
    hit: Hit,
    basis: Basis,
    places: dict[int, int],
    index: Index,
    documents: Mapping[str, Document],
    on: date,
    lexicon: Lexicon,
) -> int:
    """:returns: the position of the citation for a [mark]: the article itself where the index holds it, else the FAQ in its name."""
    if mark not in places:
        cite: Cite = hit.passage.stands_for[mark - 1]
        article = index.article(cite.title, cite.article, on=on) if cite.article else None
        if article:
            places[mark] = basis.add(
                article, quote_for(article.passage, unmarked(sentence), lexicon), curated=hit.passage.text
            )
        else:
            document = documents.get(cite.title, hit.document)
            status = hit.status if hit.status in (Status.DRAFT, Status.NEWS) else document.status_on(on)
            stand_in = Hit(_named(hit.passage, cite), document, status, hit.score)
            places[mark] = basis.add(stand_in)  # no quote: these are our words, not those of the document
    return places[mark]


def _named(passage: Passage, cite: Cite) -> Passage:
    """The FAQ in the name of what it cites, its text without marks, so that a quote of it can be found."""
    return Passage(
        passage.id, passage.document_id, cite.title, cite.article, unmarked(passage.text), "faq", passage.headings
    )
