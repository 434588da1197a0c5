"""Question sets: JSON lines with a schema, read and validated before anything runs (see eval/sets/README.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from corpus.model import Cite, short_title
from eval.checks import Repeated, faults, once

SETS = Path(__file__).parent / "sets"
_HELD_OUT = "_heldout"


class SetError(ValueError):
    """A question set breaks its schema; every fault is named with its line."""

    def __init__(self, name: str, faults: Sequence[str]) -> None:
        super().__init__(f"题集 {name} 有 {len(faults)} 处要改，改好后再用：\n" + "\n".join(faults))
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what a right answer holds. `gold`: any one of these articles suffices. `line`: in its file."""

    id: str
    question: str
    outcome: str
    history: tuple[tuple[str, str], ...] = ()
    on: date | None = None
    region: str | None = None
    topic: str = ""
    persona: str = ""
    wording: str = "plain"
    gold: tuple[Cite, ...] = ()
    key_facts: tuple[str, ...] = ()
    common: bool = False
    group: str = ""
    department: str = ""
    why: str = ""
    line: int = 0


def find(name: str) -> Path:
    """:returns: the file of a set, by path or by its name under eval/sets.

    :raises FileNotFoundError: naming the sets that there are.
    """
    for path in (Path(name), SETS / name, SETS / f"{name}.jsonl"):
        if path.is_file():
            return path
    known = "、".join(sorted(path.stem for path in SETS.glob("*.jsonl")))
    raise FileNotFoundError(f"没有找到题集 {name}。请写文件的路径，或者其中之一：{known}")


def held_out(name: str) -> bool:
    """Whether a set is one that states a figure and is never looked at: what tunes on its rows spoils it for good."""
    return name.endswith(_HELD_OUT)


def load(path: Path) -> list[Question]:
    """Read a set.

    :raises SetError: if a line breaks the schema; all faults at once.
    """
    return parse(path.read_bytes(), path.name)


def apart(name: str, questions: Iterable[Question]) -> list[Question]:
    """:returns: the questions of a set with ids and groups unlike those of other sets, to be read beside them"""
    return [replace(q, id=f"{name}/{q.id}", group=f"{name}/{q.group}") for q in questions]


def parse(data: bytes, name: str) -> list[Question]:
    """:raises SetError: as `load` does"""
    questions: list[Question] = []
    found: list[str] = []
    seen: dict[str, int] = {}
    # Not splitlines(): a question may hold U+2028, which is no end of a line in JSON.
    for number, line in enumerate(_text(data, name).split("\n"), 1):
        if not line.strip():
            continue
        row, wrong = _row(line)
        if isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"]:
            if row["id"] in seen:
                wrong.append(f"id {row['id']} 在第 {seen[row['id']]} 行已经用过。请换一个。")
            seen.setdefault(row["id"], number)
        found += [f"第 {number} 行：{fault}" for fault in wrong]
        if not wrong:
            questions.append(_question(row, number))
    if found:
        raise SetError(name, found)
    if not questions:
        raise SetError(name, ["里面没有题。请一行写一题，至少有 id、question 和 outcome。"])
    return questions


def digest(data: bytes) -> str:
    """:returns: the hash by which two runs know that they asked the same set; line ends and a byte-order mark do not count"""
    return hashlib.sha256(data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")).hexdigest()


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SetError(name, [f"第 {line} 行：不是 UTF-8 编码。请在编辑器里把文件另存为 UTF-8，再试一次。"]) from error


def _row(line: str) -> tuple[Any, list[str]]:
    try:
        row = json.loads(line, object_pairs_hook=once)
    except Repeated as error:
        return None, [f"字段 {error} 写了两次。请留下一个。"]
    except json.JSONDecodeError as error:
        return None, [f"第 {error.colno} 个字起读不成 JSON。请检查引号、逗号和括号，一题一行。"]
    except RecursionError:
        return None, ["括号套得太深，读不了。请检查括号。"]
    return row, list(faults(row))


def _question(row: dict[str, Any], line: int) -> Question:
    return Question(
        id=row["id"],
        question=row["question"],
        outcome=row["outcome"],
        history=tuple((turn["role"], turn["content"]) for turn in row.get("history") or []),
        on=date.fromisoformat(row["on"]) if row.get("on") else None,
        region=row.get("region"),
        topic=row.get("topic") or "",
        persona=row.get("persona") or "",
        wording=row.get("wording") or "plain",
        gold=tuple(Cite(short_title(cite["title"]), cite.get("article") or "") for cite in row.get("gold") or []),
        key_facts=tuple(row.get("key_facts") or []),
        common=bool(row.get("common", True)),
        group=row.get("group") or row["id"],
        department=row.get("department") or "",
        why=row.get("why") or "",
        line=line,
    )
