"""A question made whole: what to search, as of which day, for which place, and what it wants to hear."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.answer import Context, Turn
from bot.conversation import Whole, parted, split, whole
from bot.dates import period
from bot.places import elsewhere, place, without_places
from bot.references import Laws, references, standing
from bot.state import Kind, Period, Understood
from bot.text import letters, normalise
from bot.triage import MAX_CHARACTERS, condensed

CODE_FROM = date(2026, 8, 15)  # 生态环境法典 第一千二百四十二条
_KINDS = (
    (Kind.SUM, r"罚(?:款|金|单)?.{0,6}(?:多少|几多|多大|几万|多重|好多|标准|额度|几个钱|怎么算|怎么定)|(?:多少|几多|几万|好多).{0,4}(?:罚|钱|元)|(?:怎么|如何|么样|怎样|咋|会)(?:处)?罚(?!得?更)|会被罚(?!得?更)|罚不罚|处罚(?:标准|规定|措施)|什么(?:处罚|后果)|么(?:事)?(?:处罚|后果)|后果|要罚|罚得(?!更)|罚几|掏(?:多少|几多|好多|钱)|会(?:有|是)?(?:怎么?|么|咋)样[?？]?$|会不会(?:抓人|坐牢)|罚多少|税额|多少税|费用|补贴多少|奖(?:励|金).{0,4}(?:多少|几多)|法律责任"),
    (Kind.DEADLINE, r"多久|(?<!了)[好几]久(?!了|没|前|冇)|几天|(?:多少|好多|几多)(?:天|日|个月|年)|几时|几号(?!楼|线|门|桶|机)|几月(?:几|份|底|公布)|期限|时限|什么时候|么时候|哪天|几个月|多长时间|(?<![好十这前头近])几年(?!了|前|来|都)|有效期|截止|到期|逾期|提前多|几点|多少(?:小时|日|个月|工作日)|来得及|什么时间|几小时"),
    (Kind.WHO, r"找谁|找哪个|找哪|归谁|归哪|谁管|谁来|谁负责|谁审批|谁查|哪个(?:部门|单位|局|管|负责|批|审)|哪(?:个|些)?部门|什么部门|向谁|哪里(?:举报|投诉|反映|申请|办)|到哪(?!一?[年月天日])|去哪|打什么电话|打哪个|哪级|由谁|谁(?:可以|能|有权|承担|出|付)|哪个来|管不管|牵头|(?:报|交)给(?:谁|哪)|谁(?:去|收|发)|哪个(?:去|收|发)|怎么(?:举报|投诉)|(?:打)?(?:么|什么|哪个)电话|^电话|[往向]哪|哪个(?:政府|机关|法院)"),
    (Kind.MAY, r"能不能|可不可以|可以.{0,14}(?:吗|么|不)|能.{0,14}(?:吗|么|不)[?？]?$|要不要|需不需要|需要.{0,14}(?:吗|么|不)[?？]?$|是否|用不用|必须.{0,14}(?:吗|么)|是不是|算不算|允许|准不准|行不行|违法吗|违不违法|合法吗|犯法|要.{1,14}(?:吗|么|不)[?？]?$|属于.{0,10}(?:吗|么)|有没有(?:权|必要|规定)|得不得|该不该|(?:吗|么|不|啵)[?？]?$"),
    (Kind.FIGURE, r"(?:目标|指标|比例|率|浓度|面积|标准|限值|总量|数量|距离|分贝|规模).{0,8}(?:多少|几多|是什么|是多少|多大|好多)|多少(?:分贝|米|公里|吨|个|家|公顷|平方|毫克|微克|天|%)|百分之(?:几|多少)|达到多少|多少|几多"),
    (Kind.HOW, r"怎么|如何|怎样|么样|咋|哪里?(?:看|查|找|下载|填)|流程|步骤|手续|材料|程序|办法|要准备|怎么办|做什么|需要什么|要什么|有哪些要求|要求"),
    (Kind.WHAT, r"什么是|是什么|什么叫|是啥|么意思|什么意思|含义|定义|指什么|哪些|包括|区别|说了什么|讲的|怎么说|内容|为什么|么事|(?:哪|什么)(?:一)?(?:条|部|款|个(?:法|规定|条款))|依据是"),
)  # fmt: skip
# A fine named anywhere wants its sum, unless the clause that asks clearly wants something else; 不罚, 罚过, 罚得更重 and the papers
# and laws of a penalty (处罚决定书, 行政处罚法) want none.
FINE = re.compile(
    r"(?<![不免处])罚(?!则|单|没有|得?更|过|了(?!多少|几|好))|(?<![不免]予)(?<!予行政)处罚(?!决定|告知|通知|事先|法|办法|程序|听证|裁量|文书|书|时效|信息|记录)"
)
_WEAK = (Kind.FIGURE, Kind.WHAT)
# How earlier conduct came to light says nothing of the matter.
_DISCOVERED = re.compile(
    r"(?:现在|才|刚|后来)?(?:来)?被?(?:查到|查出来?|发现|抓到|抓住|查获)(?:了|的)?|被查(?:处|了)?(?=[,，。?？]|$)|(?:现在|最近)才(?:来)?(?=罚|查)|"
    r"按(?:老|旧|新)法还是(?:法典|新法|旧法|老法)|(?:该|应该|到底)?(?:按|用|适用|依)(?:照)?(?:哪|什么)(?:个|部|一部)?(?:法律?|规定)(?:处?罚|算|处理)?"
)
_NO_MATTER = re.compile(
    r"违法|行为|发生|以前|之前|的事|事情|时候|那时|在|做的?|才|处?罚|犯|怎么|么样|如何|咋|处理|算|办|的"
)
_CLAUSE = re.compile(r"[,，。;；?？\n]")
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)


def kind_of(text: str) -> Kind:
    """:returns: what a question wants to hear; of a text with several clauses the last that asks decides."""
    kind = next(filter(None, map(_asked, reversed(_CLAUSE.split(text)))), None)
    return Kind.SUM if kind in (None, *_WEAK) and FINE.search(text) else kind or Kind.OTHER


def asks_also(text: str, kind: Kind) -> bool:
    """Whether a clause of a question asks for this, be it the last one or not (批文管多久，能不能分几车拉)."""
    return kind in map(_asked, _CLAUSE.split(text))


def _asked(clause: str) -> Kind | None:
    return next((kind for kind, pattern in _COMPILED if pattern.search(clause)), None)


def understand(
    question: str,
    history: Sequence[Turn],
    context: Context,
    laws: Laws,
    home: str = "",
    *,
    leaning: bool | None = None,
) -> tuple[Understood, ...]:
    """:returns: the questions of this turn, each made whole, the most three.

    :param context: the day and place of the person who asks; a place in the question goes before it.
    :param home: the region of the service, for a context without one
    :param leaning: as of `whole`
    """
    text = normalise(question if history else parted(question))
    if len(text) > MAX_CHARACTERS // 2:
        text = condensed(text)
    made = whole(text, history, leaning=leaning)
    # A follow-up is one question: splitting it would part it from what it leans on.
    parts = [made.text] if made.followup else split(made.text)
    focus = text if made.followup else ""
    return tuple(_one(part, made, focus, context.on, context.region or home, laws) for part in parts)


def _one(text: str, made: Whole, focus: str, today: date, here: str, laws: Laws) -> Understood:
    when = period(text, today, CODE_FROM)
    other = elsewhere(text, here)
    named = here if other else place(text, here)
    kind = kind_of(focus) if focus else Kind.OTHER
    kind = kind_of(text) if kind is Kind.OTHER else kind
    return Understood(
        text=text,
        matter=without_places(text) or text if other else _matter(text, when),
        kind=Kind.SUM if other and FINE.search(text) else kind,
        on=when.on if when else today,
        today=today,
        region=named or here,
        place=named if named != here else "",
        local=named == here,
        elsewhere=other,
        references=references(focus, laws, made.previous) or references(text, laws, made.previous),
        standing=standing(text, laws),
        period=when,
        followup=made.followup,
        focus=focus,
        said=made.said,
    )


def _matter(text: str, when: Period | None) -> str:
    if not when:
        return text
    rest = _DISCOVERED.sub("", text.replace(when.written, "")).strip(" ,，。的")
    told = letters(_NO_MATTER.sub("", rest))
    return rest if len(letters(rest)) >= 4 and len(told) >= 2 else text
