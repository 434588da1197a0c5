"""What a text says about itself: its title line, number, issuer, promulgation and the day it takes effect."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from corpus import standards
from corpus.dates import DAY, days
from corpus.loaders.base import Block, Loaded
from corpus.numerals import ARTICLE
from corpus.regions import most_named, place

_HEAD = 40  # paragraphs in which a document introduces itself
_FORMS = "法典|法|条例|办法|规定|细则|规则|解释|决定|意见|通知|公告|通告|方案|规划|计划|纲要|名录|目录|清单|标准|规范|指南|导则|函|批复|答复|纪要|要点|预案|规程|程序|公报|指引|措施"
_NUMBERED = re.compile(r"^(?:[一二三四五六七八九十]+、|[（(]|第.{1,6}[章节编条])")
_TITLE_END = re.compile(rf"(?:{_FORMS})(?:[（(《].*[）)》])?$")
_RED_HEAD = re.compile(r"^([\u4e00-\u9fff]{4,30})文\s*件$")
_DOC_NO = re.compile(r"([\u4e00-\u9fff]{2,14})[〔\[【(（]\s*((?:19|20)\d{2})\s*[〕\]】)）]\s*(\d{1,5})\s*号")
_ORDER = re.compile(r"([\u4e00-\u9fff]{2,24}?)令\s*[（(]?\s*(?:第\s*)?(\d{1,4})\s*号")
_ADOPTED = re.compile(r"(通过|公布|发布|修正|修订|批准|印发)")
_FROM = re.compile(r"^(?:起)?\s*(?:施行|实施|生效)")
_COMPILED = re.compile(r"(?:编制|制定|印发|出台)了?《([^》]{6,60}(?:规划|计划|纲要|方案))》")
_PAPER = re.compile(r"([\u4e00-\u9fff]{2,4}(?:日报|晚报|晨报|时报|都市报))(?:记者|讯|社)")
_SIGNED = re.compile(rf"([^，。；：:、]{{3,29}}[厅局部院会府室委])\s+{DAY.pattern}")
_MONTH = re.compile(r"(20\d{2})\s*[-年._]\s*(0?[1-9]|1[0-2])(?!\d)")
_SPAN = re.compile(r"(20\d{2})\s*(?:年)?\s*[-—–~至]\s*(20\d{2})")
_LEGISLATURE = re.compile(r"(?:第[一二三四五六七八九十]+届)?全国人民代表大会(常务委员会)?")
_LOCAL_LEGISLATURE = re.compile(r"([\u4e00-\u9fff]{2,12}?[省市区州])第?[一二三四五六七八九十]*届?人民代表大会(常务委员会)?")


@dataclass(slots=True)
class Clues:
    """field -> (value, where it was read), and the blocks that it was read from."""

    blocks: tuple[Block, ...]
    text: str
    found: dict[str, tuple[str | date, str]] = field(default_factory=dict)

    def note(self, name: str, value: str | date | None, line: str) -> None:
        if value and name not in self.found:
            self.found[name] = (value, f"文内{self._place(line)}：{line[:60]}")

    def _place(self, line: str) -> str:
        """The page where the format has pages, else the paragraph; '' for words that stand in no single one."""
        for number, block in enumerate(self.blocks, 1):
            if line in block.text:
                return f"第{block.page}页" if block.page else f"第{number}段"
        return ""

    def value(self, name: str) -> str:
        return str(self.found[name][0]) if name in self.found else ""


def read(name: str, loaded: Loaded) -> Clues:
    """:param name: the file's name without its ending; it may hold the years of a plan or the month of a newspaper."""
    blocks = tuple(block for block in loaded.blocks if block.text)
    lines = [block.text for block in blocks]
    clues = Clues(blocks, "\n".join(lines))
    head = _head(lines)
    if _newspaper(clues, name):
        return clues
    for field_, value, line in standards.facts(loaded.blocks, name):
        clues.note(field_, value, line)
    _title(clues, name, head, loaded)
    _promulgation(clues, head)
    _signature(clues, lines)
    _effect(clues, lines)
    clues.note("level", level(clues.value("title"), clues.value("issuer"), clues.value("doc_no")), clues.value("title"))
    return clues


def _head(lines: list[str]) -> list[str]:
    first = next((index for index, line in enumerate(lines) if ARTICLE.match(line)), len(lines))
    return lines[: min(first, _HEAD)]


def _newspaper(clues: Clues, name: str) -> bool:
    papers = _PAPER.findall(clues.text)
    if not papers or len(re.findall(r"记者|通讯员", clues.text)) < 2:
        return False
    paper = max(set(papers), key=papers.count)
    month = _MONTH.search(name) or _MONTH.search(clues.text)
    when = f"{month[1]}年{int(month[2])}月" if month else ""
    theme = "生态环境专版" if clues.text.count("生态") >= 10 else ""
    clues.note("title", f"{paper}{when}{theme}", f"{paper}，{name}")
    clues.note("level", "新闻", paper)
    clues.note("issuer", paper, paper)
    clues.note("region", most_named(clues.text), paper)
    return True


def _title(clues: Clues, name: str, head: list[str], loaded: Loaded) -> None:
    heading = next((block.text for block in loaded.blocks if block.kind == "heading" and block.level == 1), "")
    part = re.sub(r"^.*[-—·]", "", re.sub(r"[（(][\d-]+[)）]$", "", name))
    if heading.endswith("法典") and re.fullmatch(r"总则|附则|.{2,8}编", part):
        heading = f"{heading}（{part}）"  # a code that comes in a file for each of its books
        clues.note("title", heading, heading)
    if heading and _TITLE_END.search(heading):
        clues.note("title", heading, heading)
    for index, line in enumerate(head[:15]):
        if (
            _RED_HEAD.match(line)
            or _DOC_NO.search(line)
            or len(line) > 50
            or line.endswith(("。", "：", "；", ":"))
            or _NUMBERED.match(line)
        ):
            continue
        # A long title runs over two or three lines; its status (征求意见稿) may stand below it.
        for count in (1, 2, 3):
            joined = "".join(re.sub(r"\s", "", part) for part in head[index : index + count])
            if len(joined) <= 80 and _TITLE_END.search(joined) and (count == 1 or "关于" in line) and len(joined) > 5:
                below = re.sub(r"\s", "", head[index + count]) if index + count < len(head) else ""
                if re.fullmatch(
                    r"[（(](?:征求意见稿|草案|试行|暂行|修订|送审稿|公开征求意见稿|修订草案|.{0,6}年版|.{2,6}稿)[）)]",
                    below,
                ):
                    joined += below.replace("(", "（").replace(")", "）")
                clues.note("title", joined, line)
                return
    compiled = _COMPILED.search(clues.text[:6000])
    if compiled:
        span = _SPAN.search(name) or re.search(r"规划期[为:：]?\s*(20\d{2})\s*[-—–~至]\s*(20\d{2})", clues.text)
        years = f"（{span[1]}—{span[2]}年）" if span else ""
        clues.note("title", compiled[1] + years, compiled[0])
        maker = re.search(r"([\u4e00-\u9fff]{2,12}(?:人民政府|局|委员会))(?:组织)?编制", clues.text[:6000])
        if maker:
            clues.note("issuer", re.sub(r"^.*?(?:要求|由|，)", "", maker[1]), maker[0])


def _promulgation(clues: Clues, head: list[str]) -> None:
    """Lines such as （2021年12月11日生态环境部令第24号公布 自2022年2月8日起施行）; the last change is the version's day."""
    published: list[tuple[date, str]] = []
    for line in head:
        stamps = list(days(line))
        for index, (day, end) in enumerate(stamps):
            rest = line[end : stamps[index + 1][1] - 8] if index + 1 < len(stamps) else line[end:]
            if _FROM.match(rest.strip()) or rest.strip().startswith("起"):
                clues.note("effective_date", day, line)
            elif _ADOPTED.search(rest[:120]):
                published.append((day, line))
        order = _ORDER.search(line)
        if order:
            clues.note("doc_no", f"{_body(order[1])}令第{order[2]}号", line)
        number = _DOC_NO.search(line)
        if number and len(line) < 120:
            clues.note("doc_no", f"{number[1]}〔{number[2]}〕{number[3]}号", line)
        red = _RED_HEAD.match(line)
        if red:
            clues.note("issuer", red[1], line)
    if published:
        day, line = max(published)
        clues.note("publish_date", day, line)
    court = re.match(r"最高人民(?:法院|检察院)(?:、最高人民(?:法院|检察院))*(?:、[^关]{2,8}部)*", clues.value("title"))
    if court:
        clues.note("issuer", court[0], clues.value("title"))
    for line in head:
        clues.note("issuer", _issuer(line), line)


def _body(text: str) -> str:
    """2021年12月11日生态环境部 -> 生态环境部."""
    return re.sub(r"^.*日", "", text).removeprefix("中华人民共和国")


def _issuer(line: str) -> str:
    if not _ADOPTED.search(line):
        return ""
    local = _LOCAL_LEGISLATURE.search(line)
    if local and place(local[1].split("日")[-1].strip()):
        return local[1].split("日")[-1].strip() + "人民代表大会" + (local[2] or "")
    national = _LEGISLATURE.search(line)
    if national:
        return "全国人民代表大会" + (national[1] or "")
    order = _ORDER.search(line)
    if order:
        return _body(order[1])
    return "国务院" if re.search(r"国务院(?:第\d+次)?(?:常务会议|批准|发布|公布)", line) else ""


def _signature(clues: Clues, lines: list[str]) -> None:
    """The day near the end, below the name of who signs or behind it in the same line."""
    for before, line in list(zip(lines, lines[1:], strict=False))[-25:]:
        signed = _SIGNED.fullmatch(line.strip())
        if signed:
            clues.note("issuer", signed[1].strip(), line)
            clues.note("publish_date", next((day for day, _ in days(line)), None), line)
            return
        found = list(days(line))
        if (
            found
            and len(re.sub(r"\s", "", line)) <= 12
            and 3 < len(before) <= 30
            and re.search(r"(?:[厅局部院会府室]|委)$", before.strip())
        ):
            clues.note("issuer", before.strip(), before)
            clues.note("publish_date", found[0][0], line)
            return


def _effect(clues: Clues, lines: list[str]) -> None:
    for line in reversed(lines):
        if "施行" not in line and "实施" not in line:
            continue
        found = re.search(r"自(.{6,20}?)起(?:施行|实施|执行|生效)", line)
        if found and (day := next((value for value, _ in days(found[1])), None)):
            clues.note("effective_date", day, line)
            return


def level(title: str, issuer: str, doc_no: str = "") -> str:
    """The level that title and issuer show; '' where they do not."""
    bare = re.sub(r"[（(][^（）()]*[）)]$", "", title)
    if re.match(r"最高人民(?:法院|检察院)", bare):
        return "司法解释"
    if re.match(r"(?:GB|HJ|DB\d*)[/\s-]", title) or re.search(r"(?:排放标准|质量标准|控制标准)$", bare):
        return "标准"
    if re.search(r"(?:规划|计划|纲要|行动方案)$", bare):
        return "规划"
    if re.search(r"(?:通知|意见|公告|通告|函|批复|方案|答复)$", bare):
        return "规范性文件"
    if bare.endswith("条例") and place(bare):
        return "地方性法规"
    if re.search(r"(?:人民代表大会|人大)", issuer):
        if issuer.startswith("全国"):
            return "国家法律" if re.search(r"(?:法|法典|决定|条例|办法)$", bare) else ""
        return "地方性法规"
    if re.match(r"中华人民共和国.*(?:法|法典)$", bare):
        return "国家法律"
    if issuer == "国务院" and re.search(r"(?:条例|办法|规定|细则)$", bare):
        return "行政法规"
    if "令" in doc_no:
        return "地方政府规章" if "人民政府" in issuer else "部门规章"
    return "规范性文件" if issuer and re.search(r"(?:办法|规定|细则|名录|清单|指南)$", bare) else ""
