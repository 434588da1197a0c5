"""The place that a question names. A rule of another province may only answer a question that names that province."""

from __future__ import annotations

import re
from functools import lru_cache

from corpus.regions import cities, districts, provinces

# Short names that are also common words count only with their suffix (白银市, 朝阳市).
_WORDS = frozenset(
    [
        "白银",
        "朝阳",
        "东营",
        "三明",
        "日照",
        "安康",
        "大同",
        "长治",
        "通化",
        "巴中",
        "内江",
        "河源",
        "清远",
        "中卫",
        "保山",
        "北海",
        "黄山",
        "黑河",
        "阳江",
        "乐山",
        "平凉",
        "海东",
        "来宾",
        "百色",
    ]
)
# Rivers and plains of other provinces, which laws of their own name so (`region` in instruments.yaml).
_BASINS = {"黄河": "黄河流域", "太湖": "太湖流域", "淮河": "淮河流域", "青藏高原": "青藏高原"}
_FROM = re.compile(r"从(?P<place>[一-鿿]{2,9}?)(?:运|拉|转移|搬|发|送|迁|到|往)")
_NO_PLACE = ("路", "街", "大道", "菜", "面馆", "烧烤", "小吃", "牌")
# A rule of that place, and whether it counts here: 杭州的噪声条例武汉适用吗.
_RULE = re.compile(r"[^,，。;；?？]{0,16}?(?:条例|办法|规定|规章|细则|标准|政策|法规|通知|要求|做法)")
_COUNTS = re.compile(
    r"适用|照(?:着|它|他|那|这)?(?:做|办|搬|执行)|(?:按|照|依)(?:照|着)?(?:它|他|那|这)|执行|遵守|算数|作数|管(?:得|不)(?:着|到|了)|有效|参照|"
    r"看国家|听哪|听谁|一样|也(?:要|得|是|能|可以|用)|用(?:得|不)(?:上|着|了)|能用"
)
_HERE = re.compile(r"我|咱|本地|这边|这里|这儿|本市|当地")
_ASIDE = re.compile(
    r"(?:我|我们)?(?:在网上)?(?:查到|看到|看见|听说|听人说|查了)(?:了)?|(?:是不是|是否|要不要|需不需要|能不能|还是)?也?(?:要|得|都)?(?:"
    + _COUNTS.pattern
    + r")(?:国家的?)?(?:的)?(?:罚|来|办|做)?(?:吗|么|不|啵)?"
)


@lru_cache(maxsize=1)
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    regions = {name: name for name in provinces()} | cities()
    for name, path in list(regions.items()):
        bare = re.sub(r"(?:维吾尔|壮族|回族)?自治区$|[省市]$", "", name)
        if len(bare) >= 2 and bare not in _WORDS:
            regions.setdefault(bare, path)
    regions |= _BASINS
    return re.compile("|".join(sorted(map(re.escape, regions), key=len, reverse=True))), regions


def place(text: str, home: str = "") -> str:
    """:returns: the region that `text` is about, '' where it names none.

    Of several places the home region wins, then the one that something comes from (从…运到…), then the first; a city
    goes before its province.
    """
    pattern, regions = _names()
    found = [regions[match[0]] for match in pattern.finditer(text) if not text.startswith(_NO_PLACE, match.end())]
    if not found:
        return ""
    if home and any(home.startswith(region) for region in found):
        return home
    if (start := _FROM.search(text)) and (named := pattern.search(start["place"])):
        return regions[named[0]]
    inside = [region for region in found if region.startswith(found[0]) and region != found[0]]
    return inside[0] if inside else found[0]


def elsewhere(text: str, home: str) -> str:
    """:returns: the other place whose rule `text` asks about for the home region (杭州的条例武汉适用吗), '' where it asks nothing so."""
    pattern, regions = _names()
    if not home or not _COUNTS.search(text):
        return ""
    found = [(match, regions[match[0]]) for match in pattern.finditer(text)]
    here = any(home.startswith(region) for _, region in found) or bool(_HERE.search(text))
    others = [match for match, region in found if not home.startswith(region) and not region.startswith(home)]
    rules = [match[0] for match in others if _RULE.match(text, match.end())]
    return rules[0] if here and rules else ""


def without_places(text: str) -> str:
    """:returns: the matter of a question about the rule of another place: neither places nor whether that rule counts."""
    rest = _ASIDE.sub("", _names()[0].sub("", text)).strip(" ,，。?？的")
    return re.sub(r"[,，]{2,}", "，", rest)


def other_district(title: str, text: str, home: str) -> bool:
    """Whether an instrument is one of another district of the home city than those that a question names."""
    if not any(name in text for name in districts(home)):
        return False
    own = next((name for name in districts(home) if title.startswith((name, f"{city(home)}{name}"))), "")
    return bool(own) and own not in text


@lru_cache
def city(home: str) -> str:
    """:returns: a region without its province: 湖北省武汉市 gives 武汉市."""
    return next((home.removeprefix(name) for name in provinces() if home.startswith(name)), "") or home
