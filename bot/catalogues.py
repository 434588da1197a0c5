"""Questions that a catalogue (名录) decides by trade: which catalogue, and the words that name the trade."""

from __future__ import annotations

import re

# What a catalogue decides, by words of its title: the class of the EIA, the class of the permit, whether it is listed.
_ASKS = (
    ("环境影响评价", re.compile(r"环评.{0,12}(?:门槛|做不|办不|要不要|需不需要|用不用|哪|什么|啥|么[事样]|几级|分类|怎么做|类别|级别|手续|还是|[吗不咧][?？]?$)|(?:做|办|编|填|要|写|报).{0,6}(?:环评|报告书|报告表|登记表)|多[大少].{0,10}(?:环评|报告书|报告表)|环评(?:报告[书表]?|登记表?)?[?？]?(?:$|[,，])")),
    ("排污许可", re.compile(r"(?:排污|许可证).{0,12}(?:哪类|哪种|归哪|重点|简化|登记|什么类|啥类|类别|要不要|需不需要|办不办|还是)|许可.{0,12}(?:重点|简化|登记)|登记.{0,4}还是.{0,6}许可|(?:要不要|需不需要|用不用|要|是).{0,4}(?:办|领|申请).{0,4}(?:排污|许可证)|(?:排污|许可)证?.{0,4}要.{0,3}(?:办|领)|(?:排污|许可证).{0,8}(?:哪一?[类种级档]|几级)|(?:排污|许可)证?.{0,40}门槛|(?:重点|简化|登记)管理.{0,6}(?:还是|或|[吗么不咧算哪?？])|(?:多少|几多|多大|以上|属于|[算是归按划定]).{0,8}(?:重点|简化|登记)管理")),
    ("危险废物名录", re.compile(r"(?:废物|危废)(?:的)?(?:代码|类别|编号)|hw\d\d|豁免(?:管理)?(?:清单|环节|条件)", re.IGNORECASE)),
)  # fmt: skip
_EIA = re.compile(r"环平|环境影响评价|环境影响(?=报告|登记)")
_OTHERWISE = re.compile(
    r"罚|后果|违法|法律责任|多久|几天|什么时候|几时|何时|最[晚迟]|期限|流程|材料|公示|找谁|收费|内容|写(?:什么|哪|些)|格式|资质|多少钱|费用|区别|谁(?:来)?(?:编|写|批)|重新|重[做办]|变更|变动|批[了的复文]|管用|作废|补办|丢了?|遗失|机构|全文|意见|看到|公开|自己(?:编|写|做)|能批|批不批|市里?还是省|省里?还是市|哪一?级批"
)
_OTHER_LICENCE = re.compile(r"(?:辐射|放射|取水|排水|经营|狩猎|繁育|驯养|采砂|采伐|采矿|捕捞|施工)[^，,。]{0,6}(?:许可|证)")
# The words of asking; what is left names the trade.
_ASKING = re.compile(
    r"环评|报告[书表]|登记表|排污许可证?|排污证?|许可证?|(?:重点|简化|登记)(?:管理)?|管理?类别|级别|手续|要不要|需不需要|用不用|[做办]不[做办]|属于|还是|"
    r"怎么(?:分类?|办|做|定)|新?开(?:一?家(?![具电禽畜用])|一)?|是?(?:什么|啥|么[事样])|哪(?:一)?(?:类|种|级|个)|几级|我们?|准备|打算|想|需要|要|办理?|[做编填写报证吗呢咧不]"
)
# What a place was before says nothing of what it becomes (仓库改喷塑车间).
_BEFORE = re.compile(
    r"^.*(?:改成|改为|改做|改作|改建成|转做|换成|变成|改(?=[^成为做作建扩造装善进名]{2,8}(?:车间|店|厂|坊|馆|房)))"
)
_CLAUSE = re.compile(r"[,，。;；?？!！\s]+")
_LEAST = 2  # characters that a clause needs to name a trade
_CLAUSES = 3


def deciding(text: str) -> list[str]:
    """:returns: words of the titles of the catalogues that decide what `text` asks; none where it asks something else"""
    plain = _EIA.sub("环评", text)
    if _OTHERWISE.search(plain):
        return []
    wanted = [name for name, pattern in _ASKS if pattern.search(plain)]
    if "排污" not in plain and _OTHER_LICENCE.search(plain):
        wanted = [name for name in wanted if name != "排污许可"]
    # 登记表 alone is a word of both catalogues
    return wanted[1:] if len(wanted) > 1 and "环评" not in plain else wanted


def trades(text: str) -> list[str]:
    """:returns: what is left of `text` without the words of asking: as a whole, and its clauses that hold enough

    Clauses on their own, since one that says what is not there (附近没有水源地) outweighs the one that names the trade.
    """
    parts = [_ASKING.sub(" ", _BEFORE.sub("", clause)).strip() for clause in _CLAUSE.split(_EIA.sub("环评", text))]
    told = [part for part in parts if len(part.replace(" ", "")) >= _LEAST]
    return [" ".join(told), *(told[:_CLAUSES] if len(told) > 1 else [])] if told else []
