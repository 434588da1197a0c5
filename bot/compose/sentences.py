"""Which sentences of a passage answer a question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.compose import things
from bot.lexicon import Lexicon
from bot.state import Kind, Understood
from bot.text import clauses, sentences
from bot.understanding import FINE
from bot.values import sums
from corpus.model import Passage

FITS: dict[Kind, re.Pattern[str]] = {
    Kind.SUM: re.compile(r"罚款|处[^，。]{0,12}元|万元|倍|责令|吊销|拘留|没收|税额|补贴|奖励|赔偿"),
    Kind.DEADLINE: re.compile(
        r"[\d一二三四五六七八九十百]+\s*(?:个)?(?:工作日|日|天|月|年|小时)(?:内|前|后|以内|之内|为)?|期限|有效期|及时|立即|届满"
    ),
    Kind.WHO: re.compile(r"[权责任]人|部门|机关|政府|机构|单位|负责|牵头|[^结布格]局|监督管理|12345|12369|居民委员会|法院"),
    Kind.MAY: re.compile(r"不得|禁止|不收|免费|可以|应当|必须|允许|不能|需要|无需|不用|要|除外|属于|不纳入|免"),
    Kind.HOW: re.compile(r"应当|需要|先|再|向|提交|申请|填报|报告|采取|可以|步骤|材料"),
    Kind.WHAT: re.compile(r"是指|包括|是|分为|指"),
    Kind.FIGURE: re.compile(r"\d|[一二三四五六七八九十百]+(?:分贝|米|公里|个|%)|百分之"),
    Kind.OTHER: re.compile(r"。"),
}
# What the leading sentence must hold, where the passage has such a sentence at all.
TELLS: dict[Kind, re.Pattern[str]] = {
    Kind.SUM: re.compile(r"罚款|[元倍]|拘留|吊销|没收|责令|警告|税额|补贴|奖励|赔偿"),
    Kind.DEADLINE: re.compile(
        r"[\d一二三四五六七八九十百]+\s*(?:个)?(?:工作日|日|天|月|年|小时|点)|\d{4}-\d\d-\d\d|期限|立即|及时|每(?:半?年|季度?|月|周)|至少一次|(?:规定|载明|约定)的?.{0,6}(?:时间|时限|频次)|为止|直到|之日止|(?<![目当提事以])前(?=[，、。]|要|应|办|向|报|交|完成)"
    ),
    Kind.FIGURE: re.compile(r"\d|[一二三四五六七八九十百]+(?:分贝|米|公里|个|吨|元|年|日|天|倍|次|度|小时|亩)|百分之"),
    Kind.WHO: FITS[Kind.WHO],
}
_PENALTY = re.compile(
    r"罚款|(?<!处)罚 ?[\d一二三四五六七八九十百千万]|处[^，。]{0,12}元|拘留|有期徒刑|吊销|没收|警告|责令(?:停产|停业|停止生产|限制生产)"
)
_WANTS_PENALTY = re.compile(
    rf"{FINE.pattern}|后果|掏(?:多少|几多|好多|钱)|坐牢|判(?:刑|几)|抓人|法律责任|拘留|吊销|会(?:有|是)?(?:怎么?|么|咋)样"
)
# A time in figures, which goes before 及时 and 期限 where a question asks how long.
_TIMED = re.compile(r"[\d一二三四五六七八九十百半两]+\s*(?:个)?(?:工作日|日|天|月|年|小时|点|分钟)|每(?:半?年|季度?|月|周)")
# How long a paper is valid is no answer to when something is due, unless that is asked.
_VALID = re.compile(r"[^，。；]*有效期(?!届)[^，。；]*|管 ?[\d一二三四五六七八九十]+ ?年")
_ASKS_VALID = re.compile(r"有效|管几|几年|多少年|管多久|管好久|什么时候到期")
# Questions whose words tell what the answer must hold, whatever their kind.
_SPECIAL = (
    (re.compile(r"(?:电话|热线|号码).{0,4}(?:多少|几多|几|是什么|哪个)|(?:打|拨).{0,4}(?:什么|哪个|几多|多少).{0,2}(?:电话|热线|号)"), re.compile(r"12\d{3}|\d{3,4}-\d{7,8}|[一二三四五六七八九〇零]{5}")),
    (re.compile(r"^(?!.*罚).*(?:会(?:有|是)?(?:怎么?|么|咋)样|后果)"), re.compile(rf"{TELLS[Kind.SUM].pattern}|视为|无效|失效|作废|放弃|终止|注销|不予|不再|不得|解除|强制|加处|承担")),
    (re.compile(r"^(?!.*[罚赔税]).*(?:收不收|[要收交出花]|要不要)(?:多少|几多|好多|得|几个|交|收|出)?(?:钱|费)|^(?!.*[罚赔税]).*费用"), re.compile(r"费|元|[出付]钱|免费|承担|成本|预算")),
    (re.compile(r"(?:多久|几[天月年]|几个月|多长时间|多少天)[^,，。]{0,6}(?:一次|一回|[测查检换评审]次)|频[次率]"), re.compile(r"每|[一两三四\d] ?次|频")),
    (re.compile(r"(?:管|存|留|保[存留管]|有效|用)(?:得了)?(?:几|多少)年"), re.compile(r"[\d一二三四五六七八九十]+ ?年|长期|永久|终身|有效期")),
    (re.compile(r"(?:倒|排|产|存|放|用|养|埋|运|偷排)(?:了|放|出|生)?(?:多少|几多|好多)(?!钱|分贝|[天日年月次人]|个月|小时|时间)"), re.compile(r"吨|千克|公斤|立方米|[头只倍]|排放量")),
)  # fmt: skip
# That the rule names no time or figure is an answer to a question for one.
_NAMES_NONE = re.compile(
    r"没有?(?:另外|单独|专门)?(?:写|规定|限定|给|定)[^。，；]{0,14}(?:几|多久|多少|天数|次数|月份|年限|期限|时限|周期|间隔|频次|金额|数|时间|距离|米|标准|价|罚)"
    r"|没有固定的?[^。，；]{0,8}(?:数|金额|标准|期限|时间|价)"
    r"|(?:几|多久|多少|期限|标准|罚)[^。；]{0,14}(?:条文|法典|条例|办法|[这几]条)(?:都|也|里)?没有?(?:写|规定)"
)
# What a follow-up asks in a word or two, and an answer to it says in others.
_OWED_TO = (
    (re.compile(r"坐牢|判(?:刑|几)|抓人|拘留"), re.compile(r"拘留|徒刑|犯罪|拘役|刑事")),
    (re.compile(r"材料"), re.compile(r"材料|申请[书表]|提交|报送|附")),
    (
        re.compile(r"没人管|(?:不|冇得人|没有人)(?:理|管)(?:呢|怎么办|咋办|么办)?[?？]?$|踢皮球|互相推"),
        re.compile(r"上级|监察|督察|投诉|举报|复议|反映|责任人?员"),
    ),
)
_YEAR = re.compile(r"(?<!\d)20\d\d(?=\s*年(?!版))")
_SHORT_YEAR = re.compile(r"(?<![\d第满过近约了.])(2\d)(?=\s*年(?![版内前后以之的了多来]))")  # 25年优良天数
_LIST = re.compile(r"有下列(?:情形|行为)之一的?")
ITEM = re.compile(r"^[（(][一二三四五六七八九十百]+[）)]\s*")
# 有前款第四项行为的 cannot be understood without the paragraph before it.
LEANS = re.compile(r"(?:有|依照|违反)?前(?:款|项|两款)")
_REFERS = re.compile(r"依照前款|前款规定的?处罚")
_MAX = 260
_OTHER_THING = 0.5  # a sentence on another trade alone
_FIT = 0.25
_ALONE = 0.2  # the conduct that only this sentence names goes before what all of them share
_EARLIER = 0.02  # a sentence; the rule stands before its special cases
_OTHER = 0.4  # what tells holds so much less of the question than what does not
_FOCUS = 0.6  # what a follow-up adds counts more than what it takes over


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence that may be shown and the run of characters of the passage behind it. `held`: how much of the question it holds,
    whatever it says of it.
    """

    text: str
    quote: str
    score: float
    at: int
    held: float = 0.0


def pieces(passage: Passage, question: Understood, lexicon: Lexicon) -> list[Piece]:
    """:returns: the sentences of the passage in reading order, scored; the digest's plain words where there are some."""
    source = plain_of(passage)
    rows = (
        [(part, part if part in passage.text else "") for part in sentences(source)]
        if source
        else list(_article(passage.text))
    )
    alone = lexicon.telling(question.matter, [text for text, _ in rows])
    asked = things.named(question.matter)
    out = []
    for at, (text, quote) in enumerate(rows):
        if len(text) > _MAX and not quote:
            continue
        whole = not LEANS.match(text) and not _REFERS.search(text)
        held = lexicon.coverage(question.matter, text) + _ALONE * alone[at] if whole else 0.0
        score = (
            held + _FIT * bool(FITS[question.kind].search(text)) + _FIT * (question.kind is Kind.SUM and bool(sums(text)))
        )
        score += _FOCUS * lexicon.coverage(question.focus, text) if question.focus else 0.0
        score += _FIT * any(asked.search(question.focus) and told.search(text) for asked, told in _OWED_TO)
        score *= _OTHER_THING if things.on_another(asked, text) else 1.0
        out.append(Piece(_closed(text), quote, score - _EARLIER * min(at, 6), at, held))
    return out


def beside_the_point(found: list[Piece], question: Understood) -> bool:
    """Whether a passage does not tell what is wanted (no time where one is asked for), or tells it of other conduct alone (the
    fine for burning straw, where 烟花 is left to other rules).
    """
    telling = max((piece.held for piece in found if tells(piece.text, question)), default=-1.0)
    if telling < 0:
        return _owed(question)
    return question.kind in TELLS and 0 < telling < _OTHER * max(piece.held for piece in found)


def tells(text: str, question: Understood) -> bool:
    """Whether a text holds what the question wants: a sum or penalty, a time, a figure, somebody in charge."""
    pattern = wanted(question.text, question.kind)
    return pattern is None or bool(pattern.search(text) or _NAMES_NONE.search(text))


def wanted(question: str, kind: Kind) -> re.Pattern[str] | None:
    """:returns: what an answer to a question of this kind must hold, None where nothing can be told of it"""
    return next((answer for asked, answer in _SPECIAL if asked.search(question)), None) or TELLS.get(kind)


def exact(text: str, question: Understood) -> bool:
    """Whether a text that tells what is asked does so in figures, where figures are asked for (三日 rather than 及时)."""
    if question.kind is Kind.DEADLINE:
        due = text if _ASKS_VALID.search(question.text) else _VALID.sub("", text)
        late = "提前" in question.text and "前" not in text
        return tells(text, question) and bool(_TIMED.search(due)) and not late
    return tells(text, question)


def lacking(question: Understood, text: str, *, curated: bool = False) -> str:
    """:param curated: a person has written this text as the answer to a question that wants the same
    :returns: what a text owes to a question that asks for it: a time, a figure, a penalty, the year named; '' for nothing.

    An answer beside the point reads as an answer; so it is not shown, however near its passage lies.
    """
    if other_year(question.matter, text):
        return "year"
    if any(asked.search(question.focus) and not told.search(text) for asked, told in _OWED_TO):
        return "focus"
    return str(question.kind) if not curated and _owed(question) and not tells(text, question) else ""


def _owed(question: Understood) -> bool:
    """Whether an answer without a time, a figure or a penalty would be none."""
    return question.kind in (Kind.DEADLINE, Kind.FIGURE) or wants_penalty(question)


def other_year(asked: str, text: str) -> bool:
    """Whether a text tells of years, and of none of those that are asked about (a target of 2026 is none of 2025)."""
    wanted = {*_YEAR.findall(asked), *(f"20{year}" for year in _SHORT_YEAR.findall(asked))}
    told = set(_YEAR.findall(text))
    return bool(wanted and told) and not wanted & told


def wants_penalty(question: Understood) -> bool:
    """Whether a question asks how conduct is punished, and not for a tax, a subsidy or a duty."""
    return question.kind is Kind.SUM and bool(_WANTS_PENALTY.search(question.text))


def punishes(text: str) -> bool:
    """Whether a text sets a penalty, with its sum or kind."""
    return bool(_PENALTY.search(text))


def words_of(passage: Passage) -> tuple[str, ...]:
    """All that speaks for a passage when it is compared with a question."""
    return (passage.title, *passage.headings, passage.text, passage.plain, *passage.questions)


def plain_of(passage: Passage) -> str:
    """The digest's sentences; the first line of `plain` is its title. A digest that stands alone is its own text."""
    if passage.kind == "digest":
        return passage.text
    heading, _, rest = passage.plain.partition("\n")
    return rest or (heading if "。" in heading else "")


def said_by(passage: Passage) -> str:
    """What a passage says, in plain words where there are some."""
    return plain_of(passage) or passage.text


def best(found: list[Piece], limit: int) -> list[Piece]:
    """:returns: the strongest piece, and after it others that hold up beside it, in reading order."""
    if not found:
        return []
    ranked = sorted(found, key=lambda piece: -piece.score)
    strong = [piece for piece in ranked if piece.score >= 0.6 * ranked[0].score][:limit]
    return sorted(strong, key=lambda piece: piece.at)


def listed(text: str) -> Iterator[tuple[str, str, str]]:
    """The clauses and the items of a statute in reading order, as (words, line, opening).

    :returns: of a clause itself twice, and ''; of an item of a list its words without the number, its whole line, and the sentence that
        opens the list, which stands among the clauses too, uncut
    """
    opening = ""
    for line in filter(None, map(str.strip, text.split("\n"))):
        if ITEM.match(line):
            yield ITEM.sub("", line), line, opening
            continue
        whole = sentences(line)
        opening = whole[-1] if whole and whole[-1].endswith(("：", ":")) else ""
        for sentence in whole:
            for part in [sentence] if sentence == opening else clauses(sentence):
                yield part, part, ""


def _article(text: str) -> list[tuple[str, str]]:
    """Sentences of a statute. Where one lists cases (有下列情形之一的…：（一）…), each case is made a sentence of its own."""
    out: list[tuple[str, str]] = []
    for words, line, opening in listed(text):
        if words != line:
            out.append((_inserted(opening, words.rstrip("；;。,，")), line))
        elif not (words.endswith(("：", ":")) and _LIST.search(words)):
            out.append((words, words))
    return out


def _inserted(opening: str, item: str) -> str:
    if _LIST.search(opening):
        return _LIST.sub(lambda _: item.removesuffix("的") + "的", opening, count=1).rstrip("：:") + "。"
    return f"{opening.rstrip('：:')}：{item}。" if opening else f"{item}。"


def _closed(text: str) -> str:
    text = text.strip()
    return text if text.endswith(("。", "？", "！", "”", "）")) else text.rstrip("；;，,：:") + "。"
