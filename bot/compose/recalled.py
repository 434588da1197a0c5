"""What our last answer has said already of the thing that is asked now (不改呢, 关门吗): that sentence, and not the answer again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.answer import LEGAL, Answer, Block
from bot.compose.sentences import exact
from bot.lexicon import Lexicon
from bot.state import Kind, Understood
from bot.text import sentences
from bot.verify import leaning_on

_LEAST, PLAINLY = 0.3, 0.8  # of the turn's own words, in the sentence
_TELLS = 0.3  # as much of them, that it tells the sum or the time that is asked for
_EXACT = (Kind.SUM, Kind.DEADLINE)
# Asked in a word or two, and written in others.
_MEANT = (
    (
        re.compile(r"[不没]改|还(?:这样|照)|屡教|再犯|不听"),
        re.compile(r"拒不|逾期|仍|继续|按日|[再二]次|(?<!责令限期)(?<!责令)不改"),
    ),
    (re.compile(r"关门|停业|停产|关停|封"), re.compile(r"停业|关闭|停产")),
    (re.compile(r"罚款?(?:呢|么|吗)?[?？]?$|罚(?:多少|几多|好多)"), re.compile(r"罚款|罚 ?\d|元以[上下]")),
    (re.compile(r"报警|派出所|警察"), re.compile(r"公安")),
    (re.compile(r"坐牢|判|抓|拘"), re.compile(r"拘留|徒刑|犯罪|拘役")),
    (re.compile(r"老板|个人|法人|负责人|主管"), re.compile(r"主管人员|责任人员|负责人|个人")),
    (re.compile(r"哪天|什么时候|几时|起算|开始算"), re.compile(r"之日|次日|那天|当日|起")),
    (re.compile(r"严重"), re.compile(r"严重|后果")),
)
_ALSO = "刚才的答复里也说到了这一点；还有疑问可以接着问，或者转给专家。"


def recalled(answer: Answer, question: Understood, lexicon: Lexicon, least: float = _LEAST) -> Answer | None:
    """:param answer: begins as our last one did
    :param least: of the turn's own words, in the sentence
    :returns: of it the sentence or the row that tells most of what this turn asks, None where none does
    """
    asked = question.focus or question.text
    patterns = [written for words, written in _MEANT if words.search(asked)]

    def value(block: Block) -> float:
        told = _TELLS * (question.kind in _EXACT and exact(block.text, question))
        return lexicon.coverage(asked, block.text) + told + sum(bool(pattern.search(block.text)) for pattern in patterns)

    best = max(_said(answer), key=value, default=None)
    if not best or value(best) < least:
        return None
    return leaning_on(answer, (best, Block(_ALSO, "notice")))[0]


def _said(answer: Answer) -> Iterator[Block]:
    """The sentences of an answer as blocks of their own; a row of a table as a sentence."""
    for block in answer.blocks:
        if block.kind not in LEGAL:
            continue
        for row in block.rows[1:]:
            yield Block(f"{row[0]}，{row[1]}。", "lead", block.cites)
        for sentence in sentences(block.text):
            yield Block(sentence, "lead", block.cites)
