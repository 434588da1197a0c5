"""What a sentence must satisfy to be shown: every number in a cited passage, no negation turned, words in common."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answer import LEGAL, Answer, Block, Citation
from bot.compose.basis import Draft, Evidence, note_of
from bot.lexicon import Lexicon
from bot.text import sentences
from bot.values import Value, unsupported
from corpus.model import Document, Status
from corpus.numerals import ARTICLE, article_label

SUPPORT = 0.45
_JOINS = re.compile(r"^(?:但是?|不过|而且|另外|此外|同时)[，,]?")
_FORBIDS = re.compile(r"不得|禁止|严禁|不准|不允许|不能|不可以|不可(?!抗)|违法")
_ALLOWS = re.compile(r"(?<![不未])(?:可以|准许|允许|能够|不违法|合法)|(?<!不)能(?=[建开排用做办在])")
_EXEMPTS = re.compile(
    r"无需|不需要|不用|不必|无须|免于|免予|免除|不予(?:行政)?处罚|不罚|不会(?:被)?罚|不纳入|不属于|不适用|不受限"
)
_REQUIRES = re.compile(r"(?<![不无])(?:应当|必须|需要|须|要(?=[办取申报建安做验编]))|处.{0,16}罚款|责令")
_CONTACT = re.compile(r"https?://|www\.|\b1[2-9]\d{3}\b|\b1[3-9]\d{9}\b|\d{3,4}-\d{7,8}|微信|qq\s*\d", re.IGNORECASE)
_FRAME = re.compile(r"^据[^：]{0,60}：")


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer with unsupported sentences taken out, what stands behind each citation left, and what was dropped and why."""

    answer: Answer
    evidence: tuple[Evidence, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()

    @property
    def holds(self) -> bool:
        """Whether something is left that answers."""
        return any(block.kind in LEGAL for block in self.answer.blocks)


def fault(sentence: str, evidence: Sequence[Evidence], lexicon: Lexicon, known: frozenset[str] = frozenset()) -> str:
    """:param known: labels of retrieved articles (第九十九条), the only ones that may be named
    :returns: why the sentence must not be shown, '' where it may
    """
    if not evidence:
        return "no citation"
    text = _FRAME.sub("", sentence)
    proof = "\n".join(part.words() for part in evidence)
    for match in ARTICLE.finditer(text):
        label = article_label(match)
        if label and label not in proof and label not in known:
            return f"article not retrieved: {match[0]}"
    numbers: set[Value] = set().union(*(part.numbers() for part in evidence))
    without_articles = ARTICLE.sub("", text)
    missing = unsupported(without_articles, numbers)
    if "工作日" in proof:  # statutes say 五日 in one article and in another that such days are working days
        missing = {value for value in missing if value.unit != "工作日" or Value(value.amount, "日") not in numbers}
    if missing:
        return f"number not in the passage: {', '.join(f'{value.amount:g}{value.unit}' for value in sorted(missing))}"
    if (contact := _CONTACT.search(text)) and contact[0] not in proof:
        return f"contact not in the passage: {contact[0]}"
    if turned := _turned(text, proof, lexicon):
        return turned
    support = lexicon.coverage(text, proof)
    return "" if support >= SUPPORT else f"support {support:.2f} below {SUPPORT}"


def check(draft: Draft, lexicon: Lexicon, known: frozenset[str] = frozenset()) -> Checked:
    """:returns: the answer without the sentences (and table rows) that their citations do not support."""
    answer = draft.answer
    dropped: list[tuple[str, str]] = []
    blocks: list[Block] = []
    for block in answer.blocks:
        if block.kind not in LEGAL:
            blocks.append(block)
            continue
        proof = [draft.evidence[cite - 1] for cite in block.cites if 1 <= cite <= len(draft.evidence)]
        kept = _table(block, proof, lexicon, known, dropped) if block.rows else _text(block, proof, lexicon, known, dropped)
        if kept:
            blocks.append(kept)
    return _tidied(Draft(replace(answer, blocks=tuple(blocks)), draft.evidence), dropped)


def _text(
    block: Block, proof: Sequence[Evidence], lexicon: Lexicon, known: frozenset[str], dropped: list[tuple[str, str]]
) -> Block | None:
    kept = []
    for sentence in sentences(block.text):
        if reason := fault(sentence, proof, lexicon, known):
            dropped.append((sentence, reason))
        else:
            kept.append(sentence)
    if kept and not block.text.startswith(kept[0]):
        kept[0] = _JOINS.sub("", kept[0])  # what it joined on to is gone
    return replace(block, text="".join(kept)) if kept else None


def _table(
    block: Block, proof: Sequence[Evidence], lexicon: Lexicon, known: frozenset[str], dropped: list[tuple[str, str]]
) -> Block | None:
    rows = []
    for row in block.rows[1:]:
        said = "，".join(row[:2])
        if reason := fault(said, proof, lexicon, known):
            dropped.append((said, reason))
        else:
            rows.append(row)
    return replace(block, rows=(block.rows[0], *rows)) if rows else None


def _tidied(draft: Draft, dropped: Sequence[tuple[str, str]]) -> Checked:
    """A notice that announces what follows goes with what it announced; citations that nothing leans on go too."""
    answer = draft.answer
    blocks = [
        block
        for at, block in enumerate(answer.blocks)
        if not (
            block.kind == "notice"
            and block.text.endswith("：")
            and (at + 1 == len(answer.blocks) or answer.blocks[at + 1].kind not in LEGAL)
        )
    ]
    tidy, used = leaning_on(answer, blocks)
    return Checked(with_notes(tidy), tuple(draft.evidence[old - 1] for old in used), tuple(dropped))


def leaning_on(answer: Answer, blocks: Sequence[Block]) -> tuple[Answer, list[int]]:
    """:returns: the answer of these of its blocks alone, with the citations that they lean on numbered anew, and which these were"""
    used = sorted({cite for block in blocks for cite in block.cites if 1 <= cite <= len(answer.citations)})
    place = {old: new for new, old in enumerate(used, 1)}
    moved = tuple(_moved(block, place) for block in blocks)
    return replace(answer, blocks=moved, citations=tuple(answer.citations[old - 1] for old in used)), used


def _moved(block: Block, place: Mapping[int, int]) -> Block:
    rows = tuple(
        tuple(re.sub(r"\[(\d+)\]$", lambda m: f"[{place.get(int(m[1]), 0)}]", cell) for cell in row) for row in block.rows
    )
    return replace(block, cites=tuple(place[cite] for cite in block.cites if cite in place), rows=rows)


def with_notes(answer: Answer) -> Answer:
    """A citation of anything but a rule in force carries its note."""
    return replace(answer, citations=tuple(_noted(citation) for citation in answer.citations))


def _noted(citation: Citation) -> Citation:
    if citation.note or citation.status is Status.IN_FORCE:
        return citation
    document = Document("x", citation.title, effective_date=citation.since, ended_on=citation.until)
    return replace(citation, note=note_of(citation.status, document) or str(citation.status))


def _turned(sentence: str, proof: str, lexicon: Lexicon) -> str:
    """A sentence that allows what its nearest evidence forbids, exempts from what it requires, or the reverse."""
    near = max(sentences(proof), key=lambda part: lexicon.likeness(sentence, part), default="")
    says, shows = _polarity(sentence), _polarity(near)
    for one, other, name in (
        ("allows", "forbids", "allows"),
        ("forbids", "allows", "forbids"),
        ("exempts", "requires", "exempts"),
    ):
        if one in says and other in shows and one not in shows and other not in says:
            return f"negation turned: {name} what the passage {other}"
    return ""


def _polarity(text: str) -> set[str]:
    found = set()
    forbidden = _FORBIDS.search(text)
    for name, pattern in (("forbids", _FORBIDS), ("allows", _ALLOWS), ("exempts", _EXEMPTS), ("requires", _REQUIRES)):
        if pattern.search(text):
            found.add(name)
    if forbidden and "不违法" in text:
        found.discard("forbids")
    return found
