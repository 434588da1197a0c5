"""What one line of a question set must satisfy. Each fault says in one sentence what is wrong and in the next what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

OUTCOMES: Mapping[str, str] = {
    "answered": "直接回答",
    "clarify": "先问清一个关键事实",
    "escalate": "转给专家",
    "redirect": "指到主管部门",
    "refuse": "婉拒",
    "emergency": "先报警求助",
}
WORDINGS: Mapping[str, str] = {
    "plain": "书面",
    "colloquial": "口语",
    "dialect": "方言",
    "typo": "错字或残句",
}
ROLES = ("user", "assistant", "expert")
_TEXTS = (
    "id",
    "question",
    "outcome",
    "on",
    "region",
    "topic",
    "persona",
    "wording",
    "group",
    "department",
    "why",
    "source",
)
_LISTS = ("history", "gold", "key_facts")
FIELDS = frozenset({*_TEXTS, *_LISTS, "common"})


class Repeated(ValueError):
    """One object of JSON names a field twice; the second would silently win."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """For `json.loads(…, object_pairs_hook=once)`. :raises Repeated: naming the field"""
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise Repeated(key)
        seen[key] = value
    return seen


def faults(row: Any) -> Iterator[str]:  # noqa: ANN401 - whatever stands in the file
    """:returns: what is wrong with one line of a set; nothing where it is sound"""
    if not isinstance(row, dict):
        yield "这一行不是一个 JSON 对象。请写成 {…}，一题一行。"
        return
    for name in ("id", "question", "outcome"):
        if row.get(name) in (None, "") or (isinstance(row[name], str) and not row[name].strip()):
            yield f"缺少 {name}。请补上，它不能是空的。"
    if unknown := sorted(set(row) - FIELDS):
        yield f"不认识的字段 {'、'.join(unknown)}。可用的字段是 {'、'.join(sorted(FIELDS))}。"
    for name in _TEXTS:
        if row.get(name) is not None and not isinstance(row[name], str):
            yield f"{name} 应当是文字，这里是{_kind(row[name])}。请加上引号。"
    if not isinstance(row.get("common", True), bool):
        yield f"common 应当是 true 或 false，这里是{_kind(row['common'])}。"
    for name, check in _CHECKS.items():
        value = row.get(name)
        if value not in (None, "", []):
            yield from check(value, row)


def _kind(value: object) -> str:
    names = {bool: "真假值", int: "数字", float: "数字", str: "文字", list: "列表", dict: "对象"}
    return names.get(type(value), "空值")


def _among(name: str, known: Mapping[str, str]) -> Callable[[Any, dict[str, Any]], Iterator[str]]:
    def check(value: Any, row: dict[str, Any]) -> Iterator[str]:  # noqa: ANN401 - as it stands in the file
        if isinstance(value, str) and value not in known:
            yield f"{name} 不认识 {value}。请改成其中之一：{'、'.join(f'{word}（{says}）' for word, says in known.items())}。"

    return check


def _day(value: Any, row: dict[str, Any]) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(value, str):
        return  # said already
    try:
        sound = len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        sound = False
    if not sound:
        yield f"on 写的是 {value}，不是真实的日期。请写成 2026-08-15 这样。"


def _gold(value: Any, row: dict[str, Any]) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(value, list):
        yield f'gold 应当是列表，这里是{_kind(value)}。请写成 [{{"title": "…", "article": "第一条"}}]。'
        return
    for at, cite in enumerate(value, 1):
        title, article = (cite.get("title"), cite.get("article", "")) if isinstance(cite, dict) else (None, "")
        if not isinstance(title, str) or not title.strip() or not isinstance(article or "", str):
            yield f'gold 的第 {at} 条要有文件名 title，条号 article 可以空着。请写成 {{"title": "…", "article": "第一条"}}。'
        elif isinstance(cite, dict) and (unknown := sorted(set(cite) - {"title", "article"})):
            yield f"gold 的第 {at} 条有不认识的字段 {'、'.join(unknown)}。只用 title 和 article。"


def _facts(value: Any, row: dict[str, Any]) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(value, list) or any(not isinstance(fact, str) or not fact.strip() for fact in value):
        yield '要点 key_facts 应当是文字的列表。请写成 ["20万元", "60日"]。'


def _history(value: Any, row: dict[str, Any]) -> Iterator[str]:  # noqa: ANN401
    if not isinstance(value, list):
        yield f'history 应当是列表，这里是{_kind(value)}。请写成 [{{"role": "user", "content": "…"}}]。'
        return
    sound = True
    for at, turn in enumerate(value, 1):
        content = turn.get("content") if isinstance(turn, dict) else None
        if not isinstance(turn, dict) or turn.get("role") not in ROLES:
            sound = False
            yield f"history 的第 {at} 句没有正确的 role。请写成其中之一：user（提问人）、assistant（机器人）、expert（专家）。"
        elif not isinstance(content, str) or not content.strip():
            sound = False
            yield f"history 的第 {at} 句没有内容 content。请补上，或者删去这一句。"
    if not sound:
        return
    if value[0]["role"] != "user":
        yield "history 的第 1 句不是提问人说的。对话由提问人开始，请补上他的第一句。"
    if value[-1]["role"] == "user" and value[-1]["content"] == row.get("question"):
        yield "history 的最后一句就是这道题本身。history 只写此前的对话，请删去这一句。"


_CHECKS: Mapping[str, Callable[[Any, dict[str, Any]], Iterator[str]]] = {
    "outcome": _among("outcome", OUTCOMES),
    "wording": _among("wording", WORDINGS),
    "on": _day,
    "history": _history,
    "gold": _gold,
    "key_facts": _facts,
}
