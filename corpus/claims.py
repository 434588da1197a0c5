"""What a file says of itself that its own text does not bear out. Staff read it before the document counts.

A rank above that of a normative document comes from the table of a collection, from a person, or from a text that is built
like a law and tells who adopted it and when. Front matter, the title of a web page and document properties only claim.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from corpus import registry
from corpus.loaders.base import Loaded
from corpus.metadata import FILE_NAME, FRONT, HUMAN, stated, stated_title
from corpus.model import LEVELS, Document, Passage, Rank, Trust
from corpus.numerals import ARTICLE, number

_LAWGIVER = re.compile(r"人民代表大会|全国人大|^(?:中华人民共和国)?国务院$|最高人民(?:法院|检察院)")
_TRUST = ("trust", "confidence", "信任级别", "可信级别", "可信度")
_ENDS = ("supersedes", "replaces", "repeals", "废止", "取代", "代替", "替代")
_PART = re.compile(r"[（(](?:.{1,8}编|总则|附则|节选|摘要|摘录)[）)]$")
# Released from a duty or a penalty: what nobody may say whose name, rank and day are unknown.
_DUTY = r"(?:处罚|罚款|罚则|许可|环评|联单|环境保护税|环保税|整改|审批|证明|手续|监测)"
_RELEASE = re.compile(
    rf"{_DUTY}[^。；，]{{0,6}}(?:已经?取消|同时取消|随之取消|一律取消|全部取消|停止执行|暂停执行|予以豁免)"
    rf"|(?:不再|一律不予|一律不用|一律免于?|豁免|无须|无需|不用|不必|不需要|已取消全部)[^。；，]{{0,6}}{_DUTY}|(?:一律|全部)免[罚交缴]"
)

# Words that speak to the program that reads the text, not to a person. Blanks and width do not count.
_ORDER = re.compile(
    r"(?<!不)(?<!不[得应要能可])(?:忽略|无视|忘记|忘掉)(?:之前|此前|以上|上面|先前|前面|上述)的?(?:所有|一切|全部)?的?"
    r"(?:指令|指示|规则|規則|规定|提示|要求)|(?:ai|人工智能)(?:助手|模型|机器人)请注意|(?:读到|看到)[^。]{0,12}(?:语言模型|大模型)"
    r"|从现在(?:开始|起)[，,]?你是|<\|im_(?:start|end)\|>|</?(?:资料|问题|system|assistant|instructions?)>|\[(?:系统|system)\]"
    r"|系统提示[：:]|解码后执行|\"tool\":\"|(?:ignore|disregard)(?:all|any|the|of)*(?:previous|prior|above)|回答时请?(?:务必)?(?:扮演|加上)"
)


def unproved(document: Document, sources: Mapping[str, str], loaded: Loaded, passages: Sequence[Passage]) -> Iterator[str]:
    """:returns: for each claim that nothing bears out what it is and what to do, for staff"""
    front, text = loaded.front, re.sub(r"\s", "", loaded.text)
    level = stated(front, "level")
    if sources.get("level") not in (HUMAN, registry.NAME) and LEVELS.get(level, Rank.NEWS) > max(
        document.rank, Rank.NORMATIVE
    ):
        yield f"文件自称效力级别是“{level}”，正文没有依据，请核对后再发布"
    if sources.get("issuer") == FRONT and _LAWGIVER.search(document.issuer) and document.issuer not in text:
        yield f"文件自称由{document.issuer}发布，正文没有这样写，请核对后再发布"
    decree = re.search(r"令\D{0,3}(\d+)", document.doc_no)
    if sources.get("doc_no") == FRONT and decree and decree[1] not in text:
        yield f"文件自称文号是{document.doc_no}，正文没有这样写，请核对后再发布"
    for name in _TRUST:
        if front.get(name):
            yield f"文件自称可信（{name}：{front[name][:20]}），可信与否由工作人员决定，请核对后再发布"
    for name in _ENDS:
        if front.get(name):
            yield f"文件自称取代或废止《{front[name][:30]}》，请核对后再发布"
    yield from _unfounded(document, sources, passages)
    order = _ORDER.search(unicodedata.normalize("NFKC", text).lower())
    if order:
        yield f"文中有对问答程序下的命令“{order[0][:30]}”，请核对后再发布"
    if document.trust is Trust.OFFICIAL and not (document.level or document.starts_on or document.issuer):
        release = _RELEASE.search(loaded.text)
        if release:
            yield f"文中说“{release[0]}”，却看不出由谁、何时、以什么级别发布，请核对后再发布"


def _unfounded(document: Document, sources: Mapping[str, str], passages: Sequence[Passage]) -> Iterator[str]:
    """A rank of law without what every law has: a line of promulgation, and articles from the first on."""
    # In which folder a file lies is an act of the operator, as its row in a table is.
    stated_by = sources.get("level", "")
    if document.rank <= Rank.NORMATIVE or document.trust is not Trust.OFFICIAL or not stated_by.startswith("文内"):
        return
    labels = [found for passage in passages if passage.kind == "article" and (found := ARTICLE.fullmatch(passage.article))]
    told = any(sources.get(name, "").startswith("文内") for name in ("issuer", "doc_no", "publish_date", "effective_date"))
    if not labels and not told:
        yield f"标题像{document.level}，正文却没有条文，也没有通过或公布的记载，请核对后再发布"
    if labels and (number(labels[0]["number"]) or 1) > 1 and not _PART.search(document.title):
        yield f"正文从{labels[0][0]}开始，不是{document.level}的全文，请核对后再发布"


def remarks(document: Document, sources: Mapping[str, str], loaded: Loaded) -> Iterator[str]:
    """What staff may want to know although nothing hangs on it."""
    claimed = re.sub(r"[\s《》]", "", stated_title(loaded.front))
    own = re.sub(r"[\s《》]", "", document.title)
    told = sources.get("title", "")
    if claimed and told.startswith("文内") and claimed not in own and own not in claimed:
        yield f"文件自称标题是《{claimed[:60]}》，正文标题是《{own[:60]}》，按正文处理"
    elif claimed and told == FILE_NAME:
        yield f"没有采用文件自称的标题《{claimed[:60]}》"
