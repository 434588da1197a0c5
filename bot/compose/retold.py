"""Turns about our last answer itself (依据哪条, 真的吗, 说简单点): that answer once more, for what is wanted of it."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum

from bot.answer import Answer, Block, Citation, Outcome, Speaker
from bot.verify import leaning_on

_POLITE = r"(?:那|请|麻烦|你|您|能不能|可不可以|可以|把)*"
_ENDS = r"(?:吗|么|吧|呢|啊|咧|撒|的)*[?？。!！]*"


class Wanted(StrEnum):
    """What of our last answer."""

    SOURCE = "source"
    SURE = "sure"
    SHORT = "short"


_WANTED = (
    (
        Wanted.SOURCE,
        r"(?:法律)?(?:依据|根据|出处|来源)(?:是|在|呢)?(?:什么|哪)?(?:里|一?条|部|个)?(?:法|文件|规定)?|(?:是)?哪一?(?:条|部法|个法|个文件|个规定)(?:规定|写|说|讲)?|"
        r"哪里(?:写|规定)(?:了|着)?|原文(?:发|给)?(?:我)?(?:看看|看一下|看下|看)?|有(?:没有)?(?:法律)?依据|是?(?:现在|现行)有效",
    ),
    (
        Wanted.SURE,
        r"真的(?:假的)?|(?:你)?确定|(?:这个)?(?:说|答|讲)?(?:得|的)?(?:对不对|准不准|靠不靠谱|靠谱)|(?:是不是)?(?:说|搞|弄|答)错了",
    ),
    (
        Wanted.SHORT,
        r"(?:再)?(?:说|讲)?(?:得)?(?:简单|通俗|直白|短)(?:一?点|些)(?:说|讲)?|(?:用)?(?:大白话|人话)(?:说|讲)?(?:一下)?|说人话|太长了|(?:用)?一句话(?:说|讲|总结)?(?:一下)?|"
        r"(?:太长了)[,，、 ]*一句话(?:说|讲)?",
    ),
)
_PATTERNS = tuple((wanted, re.compile(f"{_POLITE}(?:{words}){_ENDS}")) for wanted, words in _WANTED)
_MOST = 4  # citations


def wanted(turn: str) -> Wanted | None:
    """:returns: what a turn wants of our last answer, None where it asks something of its own"""
    return next((wanted for wanted, pattern in _PATTERNS if pattern.fullmatch(turn)), None)


def retold(answer: Answer, wanted: Wanted) -> Answer | None:
    """:param answer: our answer to the turn before
    :returns: of it what is wanted, None where it gave none with a source, or an expert gave it, for whom we do not speak
    """
    if answer.outcome is not Outcome.ANSWERED or answer.speaker is Speaker.EXPERT or not answer.citations:
        return None
    lead = next((block for block in answer.blocks if block.cites), None)
    if not lead:
        return None
    sources = [Block(_named(cited), "detail", (at,)) for at, cited in enumerate(answer.citations[:_MOST], 1)]
    if wanted is Wanted.SHORT:
        blocks = [lead]
    elif wanted is Wanted.SOURCE:
        quotes = [block for block in answer.blocks if block.kind == "quote" and max(block.cites, default=0) <= _MOST]
        blocks = [Block("刚才的答复依据的是：", "notice"), *sources, *quotes]
    else:
        other = "您手里的文书或者听到的说法不一样的话，把它的名称和条号发来，或者转给专家。"
        blocks = [Block("刚才的答复是按这些规定说的，可以点开原文核对：", "notice"), lead, *sources, Block(other, "notice")]
    told = leaning_on(answer, blocks)[0]
    return replace(told, reasons=(f"retold:{wanted}", *answer.reasons), choices=())


def _named(cited: Citation) -> str:
    since = f"，自 {cited.since} 起施行" if cited.since else ""
    return f"{cited.label}（{cited.status}{since}）。"
