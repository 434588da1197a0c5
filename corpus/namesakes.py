"""Files that bear, or imitate, the name of an instrument that the library knows.

The library knows of each instrument when it was published, how many articles it has, and of many articles which sums and
periods stand in them. A text that agrees with all of that is the instrument; an older version is history; anything else
under its name waits until a person has looked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache

from corpus import starter
from corpus.legal import SAME_VERSION, as_known
from corpus.model import LEVELS, Document, Passage, Trust, short_title
from corpus.numerals import NUMERAL, number
from corpus.regions import jurisdiction, place

_TAIL = re.compile(r"(?:[（(][^（）()]*[）)])+$")
_PART = re.compile(r"[（(](?:.{1,10}编|总则|附则)[）)]$")
_DERIVED = re.compile(r"(?:的?(?:实施|施行)(?:条例|细则|办法|规定)|修正案|修订案|补充规定|的?(?:解释|决定))")
_SHORTEST = 5  # 水法 and 刑法 are one character apart and have nothing to do with each other
_NOT_COUNTED = re.compile(rf"第[{NUMERAL}\d]+[条款项章节编]|[（(][一二三四五六七八九十\d]+[)）]|(?m:^\s*\d+[.、．])|百分之")
_QUANTITY = re.compile(rf"(\d+(?:\.\d+)?)\s*([百千万亿]*)|([{NUMERAL}万亿]+)")
_SCALE = {"百": 100.0, "千": 1000.0, "万": 10_000.0, "亿": 1e8}
_ENDED = r"(?:已经?)?(?:同时)?(?:废止|失效|停止执行|暂停执行|停止施行|暂停施行|不再(?:适用|施行|执行|有效)|(?:被|已)(?:取代|代替|替代))"
_REVIVED = r"(?:已经?)?(?:恢复施行|恢复执行|恢复效力|重新公布|重新施行|继续有效|仍然有效|现行有效)"
_SAYS = r"(?:废止|暂停执行|停止执行|暂停施行|停止施行|取代|代替|替代)"


def suspicions(document: Document, passages: Sequence[Passage], known: Mapping[str, Document]) -> Iterator[str]:
    """:param known: the instruments of the library, by short title
    :returns: why a person has to look before the document counts
    """
    if document.trust is not Trust.OFFICIAL:
        return
    title = short_title(plain(document.title))
    same = known.get(title) or known.get(_TAIL.sub("", title))
    if same:
        yield from _against(document, title, same, passages)
    else:
        yield from _imitates(document, title, known)
    yield from _ends(document, passages, known)


@lru_cache(maxsize=1)
def instruments() -> Mapping[str, Document]:
    """What the library that ships knows, read once: every file of a batch is held against it."""
    return starter.load_instruments()


def plain(title: str) -> str:
    """A title in one form: look-alike forms of the same character folded, blanks gone."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", title)).replace("(", "（").replace(")", "）")


def _against(document: Document, title: str, known: Document, passages: Sequence[Passage]) -> Iterator[str]:
    """A file under the very name of an instrument."""
    name, day = f"《{known.short_title}》", document.publish_date or document.effective_date
    tail = title.removeprefix(known.short_title)
    if document.level and known.level and LEVELS[document.level] != LEVELS[known.level]:
        yield f"与资料库里的{name}同名，效力级别却是{document.level}（应为{known.level}），请核对后再发布"
    elif jurisdiction(as_known(document, {known.short_title: known}).region) != jurisdiction(known.region):
        yield f"与资料库里的{name}同名，适用地区却是{document.region or '全国'}，请核对后再发布"
    elif tail and not _PART.search(tail):
        yield f"标题在{name}后面加了“{tail}”，资料库里没有这一版，请核对后再发布"
    elif known.publish_date and not day:
        yield f"与资料库里的{name}同名，却没有公布或施行日期，看不出是哪一版，请核对后再发布"
    elif known.publish_date and document.publish_date and document.publish_date > known.publish_date:
        yield f"与资料库里的{name}（{known.publish_date} 公布）同名，日期却更新；如确是新版，请核对后再发布"
    elif not known.publish_date or not document.publish_date or _near(document.publish_date, known.publish_date):
        yield from _differs(known, passages, partial=bool(_PART.search(title)))


def _near(day: date, other: date) -> bool:
    """Whether two days are those of one version, which the library's digests would then be laid over."""
    return abs((day - other).days) <= SAME_VERSION


def _differs(known: Document, passages: Sequence[Passage], *, partial: bool) -> Iterator[str]:
    """The text of the version that the library speaks of must hold what the library says of it."""
    library = starter.load()
    name = f"《{known.short_title}》"
    articles = {passage.article: passage.text for passage in passages if passage.kind == "article"}
    counted = library.articles.get(known.short_title, 0)
    if counted and not partial and len(articles) < 0.9 * counted:
        yield f"与资料库里的{name}同名同版，正文却只有 {len(articles)} 条（应有 {counted} 条），请核对后再发布"
        return
    wrong = [
        digest.article
        for digest in library.digests
        if digest.title == known.short_title
        and (digest.article in articles or not partial)
        and not quantities(digest.text) <= quantities(articles.get(digest.article, "")) | _WORDS
    ]
    if wrong:
        more = f"等 {len(wrong)} 条" if len(wrong) > 1 else ""
        yield f"与资料库里的{name}同名同版，{wrong[0]}{more}的数额、期限却与资料库的要点不一致，请核对后再发布"


_WORDS = frozenset((0.0, 1.0))  # 一 is more often a word than a number


def quantities(text: str) -> set[float]:
    """The sums, periods and shares that a text states: 20 万 and 二十万 are both 200000."""
    found: set[float] = set()
    for match in _QUANTITY.finditer(_NOT_COUNTED.sub(" ", text).replace(",", "")):
        if match[1]:
            value = float(match[1])
            for unit in match[2]:
                value *= _SCALE[unit]
            found.add(value)
        elif len(match[3]) > 1 or match[3] in "两二三四五六七八九十":
            whole = number(match[3])
            found |= {float(whole)} if whole is not None else set()
    return found


def _imitates(document: Document, title: str, known: Mapping[str, Document]) -> Iterator[str]:
    """A name that is one character off, or that is built on the name of a law."""
    bare = _TAIL.sub("", title)
    for name in known:
        if len(name) < _SHORTEST or not name.startswith(bare[:1]) and not name.endswith(bare[-2:]):
            continue
        if alike(bare, name):
            yield f"标题与资料库里的《{name}》相似，只差一个字，请核对后再发布"
            return
        if bare.startswith(name) and _DERIVED.match(bare.removeprefix(name)):
            yield f"标题以《{name}》为名，资料库里没有这一部，请核对后再发布"
            return


def alike(left: str, right: str) -> bool:
    """Whether two titles are one slip of the pen apart; the same rule of two provinces is not."""
    return min(len(left), len(right)) >= _SHORTEST and one_apart(left, right) and place(left) == place(right)


def one_apart(left: str, right: str) -> bool:
    """Whether one character changed, added or left out makes one word of the other; years and numbers tell versions apart."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    start = next((at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    a, b = left[start:], right[start:]
    if len(a) == len(b):
        return a[1:] == b[1:] and not (a[0].isdigit() and b[0].isdigit())
    return a[1:] == b if len(a) > len(b) else a == b[1:]


def _ends(document: Document, passages: Sequence[Passage], known: Mapping[str, Document]) -> Iterator[str]:
    """A text that says of a known instrument that it has ended, or holds again, where the library knows better."""
    told = "\n".join([document.title, *(passage.text for passage in passages)])
    if not re.search(rf"{_ENDED}|{_REVIVED}|{_SAYS}", told):
        return
    for name, row in known.items():
        names = (name, "法典") if name == "生态环境法典" else (name,)
        if (
            row.trust in (Trust.DRAFT, Trust.NEWS)
            or document.short_title == name
            or not any(part in told for part in names)
        ):
            continue
        said = next((found for part in names if (found := _told(part, told, bool(row.ended_on)))), "")
        if said:
            state = f"自 {row.ended_on} 起失效" if row.ended_on else "现行有效"
            yield f"文中说“{said}”，资料库记载《{name}》{state}，请核对后再发布"
            return


def _told(name: str, text: str, ended: bool) -> str:
    """The words that say the opposite of what is known; '' where none do. A name inside of a longer one is another name."""
    marked = (
        rf"(?:《(?:中华人民共和国)?{re.escape(name)}》|(?<![\u4e00-\u9fff])(?:中华人民共和国)?{re.escape(name)}(?![（(]))"
    )
    after = rf"{marked}[^。；\n《》]{{0,24}}?{_REVIVED if ended else _ENDED}"
    before = rf"{'恢复施行|恢复执行' if ended else _SAYS}(?:《?(?:中华人民共和国)?{re.escape(name)}(?:》|(?![\u4e00-\u9fff])|罚则|的))"
    found = re.search(rf"{after}|{before}", text)
    return found[0][:40] if found else ""
