"""Holds the starter library against its own rules (docs/library.md); the texts themselves are not needed for that."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.model import Status
from corpus.numerals import ARTICLE, number
from corpus.starter import Entry, Starter, marks

TOPICS = frozenset(
    [
        "排污许可",
        "环评",
        "验收",
        "危险废物",
        "固体废物",
        "监测",
        "处罚程序",
        "处罚",
        "应急",
        "环保税",
        "碳市场",
        "辐射",
        "长江保护",
        "绿色发展",
        "大气",
        "水",
        "土壤",
        "噪声",
        "油烟",
        "垃圾",
        "生态",
        "海洋",
        "信息公开",
        "举报投诉",
        "清洁生产",
        "化学品",
        "畜禽养殖",
        "医疗废物",
        "武汉",
        "总则",
    ]
)
MIN_VARIANTS = 4
MIN_QUESTIONS = 5
_SENTENCE = re.compile(r"[^。\n]*。(?:\[\d+\])*|[^。\n]*[^。\s][^。\n]*")
_CONTACT = re.compile(r"https?://|www\.|(?:电话|热线|拨打?)\s?[：:]?\s?\d{3,}|\d{3,4}-\d{7,8}")


def check(starter: Starter) -> list[str]:
    """:returns: what breaks a rule, a line each, naming file and entry; empty when all is well."""
    return [
        f"{entry.file}: {entry.passage.id}: {fault}"
        for entry in starter.entries.values()
        for fault in _faults(entry, starter)
    ]


def _faults(entry: Entry, starter: Starter) -> Iterator[str]:
    passage = entry.passage
    if entry.topic not in TOPICS:
        yield f"topic {entry.topic} is none of the list"
    if not set(entry.audience) <= {"企业", "市民"} or not entry.audience:
        yield f"audience {entry.audience} must be 企业, 市民 or both"
    if len(set(passage.questions)) < len(passage.questions):
        yield "a question stands twice"
    if entry.kind == "digest" and len(passage.questions) < MIN_QUESTIONS:
        yield f"{len(passage.questions)} questions, {MIN_QUESTIONS} are needed"
    if entry.kind == "faq":
        if len(passage.questions) - 1 < MIN_VARIANTS:
            yield f"{len(passage.questions) - 1} variants, {MIN_VARIANTS} are needed"
        yield from _marks(entry)
    if set(entry.negatives) & set(passage.questions):
        yield "a negative is a question of its own"
    if _CONTACT.search(passage.text + "".join(entry.next_steps)):
        yield "a telephone number or address stands in the text"
    yield from _cites(entry, starter)


def _marks(entry: Entry) -> Iterator[str]:
    for sentence in _SENTENCE.findall(entry.passage.text):
        found = marks(sentence)
        if not found:
            yield f"no mark behind: {sentence[:24]}"
        if any(not 1 <= mark <= len(entry.passage.stands_for) for mark in found):
            yield f"mark without a cite: {sentence[-12:]}"


def _cites(entry: Entry, starter: Starter) -> Iterator[str]:
    if not entry.passage.stands_for:
        yield "cites nothing"
    for cite in entry.passage.stands_for:
        document = starter.instruments[cite.title]
        if entry.status is Status.IN_FORCE and document.ended_on:
            yield f"{cite} is repealed since {document.ended_on}"
        label = ARTICLE.fullmatch(cite.article)
        if cite.article and not label:
            yield f"{cite.article} is no article label"
        elif label and not 1 <= (number(label["number"]) or 0) <= starter.articles[cite.title]:
            yield f"《{cite.title}》 has {starter.articles[cite.title]} articles, not {cite.article}"
