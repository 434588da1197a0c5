"""Articles as people write them: 《生态环境法典》第1102条, 法典1102条, 大气法99条, 排污条例第33条第二款, 第八十三条."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from bot.rules import read
from bot.state import Reference
from bot.text import letters
from corpus.model import Cite, short_title
from corpus.numerals import NUMERAL, chinese, number

_NUMBER = rf"(?:[{NUMERAL}]+|\d{{1,4}})"
_ARTICLE = re.compile(  # 水十条, 大气十条 and 土十条 are plans
    rf"(?<![{NUMERAL}万亿\d.水气土])第?\s*(?P<number>[{NUMERAL}万]+|\d{{1,6}})\s*条(?!例|例)(?:\s*之\s*(?P<sub>[一二三四五六七八九十]+|\d{{1,2}}))?"
    rf"(?P<paragraph>(?:\s*第?\s*{_NUMBER}\s*款)?(?:\s*第?\s*[（(]?{_NUMBER}[）)]?\s*项)?)"
)
_BRACKETED = re.compile(r"《([^《》]{2,60})》")
_PARAGRAPH = re.compile(rf"第?\s*[（(]?({_NUMBER})[）)]?\s*([款项])")
_BELONGS = re.compile(r"(?:是|不是)?(?:那个|那部|那条|的|那|在|,|，)?")  # 第八十三条那个排污条例
_GENERIC = re.compile(r"(?:条例|办法|规定|标准|细则)[的里中]?\s*$")  # 条例24条, without saying which
_WHICH = re.compile(r"[哪那这每某任同另上下]$")  # 哪一条 asks for an article and names none
_MOST = 9999
_ALSO_MEANT = {"水法": (82, "水污染防治法")}  # how many articles it has; what people mean by it who name one beyond them
_NOTHING_ELSE = 7  # letters: 是真的吗
# By what, and since when: asks the same. 被法典代替了 says nothing of whether the code is still law.
_ENDED_BY = re.compile(
    r"(?:听说|据说|都说|是不是)?[被由]《?(?:新|生态)?(?:的|环境)?法典》?(?:代替|取代|替代)(?:了|掉)?|(?:是|从)?(?:哪[天年]|(?:什么|么)时候|几时|何时)(?:开始|起|废|止|停|施行|生效|[的了])*"
)
# 长江保护法也废了, 清洁生产促进法是不是冇得了, 大气法现在还有效吗
_STANDING = re.compile(
    r"》?(?:这(?:部|个)(?:法|条例)|现在|如今|今天|目前|到底|究竟|已经|是不是|是否|有没有|也|还|都|就|被|继续|全部|整个|[,，])*"
    r"(?:(?:有|生)效(?!期|限|益)|作数|算(?:不算)?数|管(?:不管)?用|能用(?!吗?来)|在用|废(?:了|止|除|掉)|失效|作废|取消了?|冇得了|没得了|没有了|不用了|被?(?:代替|取代|替代))(?!.{0,4}[条款]|了?(?:哪|什么|么|几|多少|好多|谁))"
)

# Two laws named, and which of them: 到底按哪部罚, 应当适用哪一个
_WHICH_OF = re.compile(r"(?:按|用|依|照|适用|听|以)(?:的?是)?(?:哪|谁)(?:一)?(?:个|部|条|边)?")


class Laws:
    """The names of instruments and what people call them."""

    def __init__(self, titles: Iterable[str]) -> None:
        """:param titles: short titles of the library's instruments."""
        self._official: dict[str, str] = {}
        for title in titles:
            short = short_title(title)
            self._official[short] = short
            self._official.setdefault(_bare(short), short)
        for short, names in _aliases().items():
            known = self._official.get(short) or self._official.get(_bare(short)) or short
            for name in (short, *names):
                self._official.setdefault(name, known)
        names = sorted((name for name in self._official if len(name) >= 2), key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, names)))

    def title(self, name: str) -> str | None:
        """:returns: the short title for a name or alias, None if unknown."""
        return self._official.get(short_title(name)) or self._official.get(_bare(short_title(name)))

    def mentions(self, text: str) -> list[tuple[int, int, str]]:
        """:returns: (start, end, short title) of each instrument named in `text`, left to right, none inside another."""
        found = [(m.start(), m.end(), self.title(m[1]) or short_title(m[1])) for m in _BRACKETED.finditer(text)]
        taken = [(start, end) for start, end, _ in found]
        for match in self._pattern.finditer(text):
            if not any(start <= match.start() < end for start, end in taken):
                found.append((match.start(), match.end(), self._official[match[0]]))
        return sorted(found)


def standing(text: str, laws: Laws) -> str:
    """:returns: the short title of the instrument of which `text` asks whether it is still law, '' where it asks nothing so"""
    for start, end, title in laws.mentions(text):
        found = _STANDING.match(text, end) if text[max(0, start - 1) : start] not in ("被", "由") else None
        if found and len(letters(_ENDED_BY.sub("", text[found.end() :]))) <= _NOTHING_ELSE:
            return title
    return ""


def rivals(text: str, laws: Laws) -> tuple[str, ...]:
    """:returns: short titles of the instruments of which `text` asks which one holds, () where it asks nothing so"""
    if not _WHICH_OF.search(text):  # nearly always; looking for the names of all instruments costs more
        return ()
    named = tuple(dict.fromkeys(title for _, _, title in laws.mentions(text)))
    return named if len(named) > 1 else ()


def references(text: str, laws: Laws, previous: str = "") -> tuple[Reference, ...]:
    """:returns: the articles that `text` names, in order and once each.

    A bare 第八十三条 belongs to the law named last before it (or right after it, as in 第八十三条那个排污条例); with none in
    the text, to the last one of `previous`; with none there either its title is ''.
    """
    named = laws.mentions(text)
    before = laws.mentions(previous)
    fallback = before[-1][2] if before else ""
    out: dict[Cite, Reference] = {}
    for match in _ARTICLE.finditer(text):
        label = _label(match)
        if not label or (match["number"] in ("一", "两") and match[0][0] != "第" and _WHICH.search(text[: match.start()])):
            continue
        close = [row for row in named if row[1] <= match.start()]
        after = [row for row in named if _BELONGS.fullmatch(text[match.end() : row[0]])] if not close else []
        if not close and _GENERIC.search(text[: match.start()]):
            continue
        if close:
            title = close[-1][2]
        elif after:
            title = after[0][2]
        elif match[0].lstrip().startswith("第") or fallback:
            title = fallback
        else:
            continue
        most, meant = _ALSO_MEANT.get(title, (_MOST, title))
        cite = Cite(meant if (number(match["number"]) or 0) > most else title, label)
        out.setdefault(cite, Reference(cite, _paragraph(match["paragraph"]), match[0].strip()))
    return tuple(out.values())


def _label(match: re.Match[str]) -> str:
    value = number(match["number"])
    if value is None or value > _MOST:  # no law has so many: it is said that there is no such article
        return f"第{match['number']}条" if match[0].startswith("第") else ""
    if value < 1:
        return ""
    sub = number(match["sub"]) if match["sub"] else None
    return f"第{chinese(value)}条" + (f"之{chinese(sub)}" if sub else "")


def _paragraph(text: str) -> str:
    """第2款第(3)项 as statutes are cited: 第二款第（三）项."""
    out = ""
    for found in _PARAGRAPH.finditer(text):
        value = number(found[1])
        if value:
            out += f"第{chinese(value)}款" if found[2] == "款" else f"第（{chinese(value)}）项"
    return out


def _bare(title: str) -> str:
    """A title without its bracketed version: 国家危险废物名录（2025年版） and 国家危险废物名录."""
    return re.sub(r"[（(][^（）()]*[）)]$", "", title)


@lru_cache(maxsize=1)
def _aliases() -> Mapping[str, list[str]]:
    data: Mapping[str, list[str]] = read("laws")
    return data
