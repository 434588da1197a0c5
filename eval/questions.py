"""Question sets: JSON lines with a schema, read and validated before anything runs (see eval/sets/README.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corpus.model import Cite, short_title

SETS = Path(__file__).parent / "sets"
OUTCOMES = frozenset({"answered", "clarify", "escalate", "redirect", "refuse", "emergency"})
_FIELDS = frozenset(
    "id question history on region topic persona wording outcome gold key_facts common group department why source".split()  # noqa: SIM905
)


class SetError(ValueError):
    """A question set breaks its schema; every fault is named with its line."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        super().__init__(f"{path.name}: {len(faults)} faults\n" + "\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what a right answer holds. `gold`: any one of these articles suffices."""

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


def find(name: str) -> Path:
    """:returns: the file of a set, by path or by its name under eval/sets.

    :raises FileNotFoundError: naming the sets that there are.
    """
    for path in (Path(name), SETS / name, SETS / f"{name}.jsonl"):
        if path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in SETS.glob("*.jsonl")))
    raise FileNotFoundError(f"there is no question set {name}; these are: {known}")


def load(path: Path) -> list[Question]:
    """Read a set.

    :raises SetError: if a line breaks the schema; all faults at once.
    """
    questions, faults, seen = [], [], set()
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            faults.append(f"line {number}: no JSON ({error.msg})")
            continue
        found = list(_faults(row))
        if isinstance(row, dict) and row.get("id") in seen:
            found.append(f"id {row['id']} stands twice")
        faults += [f"line {number}: {fault}" for fault in found]
        if not found:
            seen.add(row["id"])
            questions.append(_question(row))
    if faults:
        raise SetError(path, faults)
    if not questions:
        raise SetError(path, ["it holds no question"])
    return questions


def _faults(row: Any) -> Iterator[str]:  # noqa: ANN401 - whatever stands in the file
    if not isinstance(row, dict):
        yield "a line is one object"
        return
    for field in ("id", "question", "outcome"):
        if not isinstance(row.get(field), str) or not row[field]:
            yield f"{field} is missing"
    if row.get("outcome") not in OUTCOMES:
        yield f"outcome {row.get('outcome')!r} is none of {sorted(OUTCOMES)}"
    if unknown := set(row) - _FIELDS:
        yield f"unknown fields {sorted(unknown)}"
    if row.get("on"):
        try:
            date.fromisoformat(row["on"])
        except (TypeError, ValueError):
            yield f"on {row['on']!r} is no date"
    for cite in row.get("gold") or []:
        if not isinstance(cite, dict) or not cite.get("title"):
            yield "each gold has a title and an article"
    for turn in row.get("history") or []:
        if not isinstance(turn, dict) or {"role", "content"} - set(turn):
            yield "each turn of the history has a role and a content"


def _question(row: dict[str, Any]) -> Question:
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
    )
