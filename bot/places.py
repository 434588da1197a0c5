"""The place that a question names. A rule of another province may only answer a question that names that province."""

from __future__ import annotations

import re
from functools import lru_cache

from corpus.regions import cities, provinces

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
_FROM = re.compile(r"从(?P<place>[一-鿿]{2,9}?)(?:运|拉|转移|搬|发|送|迁|到|往)")
_NO_PLACE = ("路", "街", "大道", "菜", "面馆", "烧烤", "小吃", "牌")


@lru_cache(maxsize=1)
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    regions = {name: name for name in provinces()} | cities()
    for name, path in list(regions.items()):
        bare = re.sub(r"(?:维吾尔|壮族|回族)?自治区$|[省市]$", "", name)
        if len(bare) >= 2 and bare not in _WORDS:
            regions.setdefault(bare, path)
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
