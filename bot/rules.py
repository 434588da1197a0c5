"""The readable rules beside this module, compiled once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "rules"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class RuleError(ValueError):
    """A rules file cannot be used; names the file and the rule."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds for a text in which every pattern of `all_of` occurs and none of `unless`."""

    id: str
    outcome: str
    all_of: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...] = ()
    reply: str = ""

    def holds(self, text: str) -> bool:
        return all(pattern.search(text) for pattern in self.all_of) and not any(
            pattern.search(text) for pattern in self.unless
        )


@lru_cache(maxsize=16)
def read(name: str) -> Any:  # noqa: ANN401 - YAML holds anything
    """:returns: the content of `rules/<name>.yaml`."""
    path = FOLDER / f"{name}.yaml"
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except (OSError, yaml.YAMLError) as error:
        raise RuleError(f"{path.name}: {error}") from error


@lru_cache(maxsize=16)
def rules(name: str) -> tuple[Rule, ...]:
    """:returns: the rules of `rules/<name>.yaml`, in order.

    :raises RuleError: for an unknown definition or a pattern that does not compile.
    """
    data = read(name)
    definitions: Mapping[str, str] = data.get("define") or {}
    return tuple(_rule(name, row, definitions) for row in data["rules"])


def first(name: str, text: str) -> Rule | None:
    """:param text: squeezed, as rules see it
    :returns: the first rule of `rules/<name>.yaml` that holds for it, None where none does
    """
    return next((rule for rule in rules(name) if rule.holds(text)), None)


def _rule(name: str, row: Mapping[str, Any], definitions: Mapping[str, str]) -> Rule:
    try:
        return Rule(
            id=row["id"],
            outcome=row["outcome"],
            all_of=_compiled(row["all"], definitions),
            unless=_compiled(row.get("unless") or (), definitions),
            reply=row.get("reply", ""),
        )
    except (KeyError, re.error) as error:
        raise RuleError(f"{name}.yaml, {row.get('id', row)}: {error}") from error


def _compiled(patterns: Sequence[str], definitions: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(re.sub(r"\{([a-z_]+)\}", lambda found: definitions[found[1]], pattern)) for pattern in patterns)
