"""May this run go live? Limits in a YAML file; a figure at its limit passes."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_BOUNDS = {"at least": operator.ge, "at most": operator.le}


def breaches(summary: Mapping[str, Any], limits: Mapping[str, Mapping[str, float]]) -> list[str]:
    """:returns: a line for each limit that the run breaks; a figure that the run lacks is a breach too.

    :param limits: figure or harm -> {"at least": x} and/or {"at most": y}; harms are counts.
    """
    found = []
    for name, bounds in limits.items():
        value = _value(summary, name)
        for word, bound in bounds.items():
            if value is None:
                found.append(f"{name}: the run does not hold it, {word} {bound:g} is asked")
            elif not _BOUNDS[word](value, bound):
                found.append(f"{name}: {value:.3f}, {word} {bound:g} is asked")
    return found


def _value(summary: Mapping[str, Any], name: str) -> float | None:
    from eval.metrics.harm import HARMS

    if name in HARMS:
        return float(summary["harms"].get(name, 0))
    if name in summary["figures"]:
        return float(summary["figures"][name]["mean"])
    value = summary.get(name)
    return float(value) if isinstance(value, int | float) else None


def read_limits(path: Path) -> dict[str, dict[str, float]]:
    """:raises ValueError: naming a word that is no bound."""
    limits: dict[str, dict[str, float]] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for name, bounds in limits.items():
        if unknown := set(bounds) - set(_BOUNDS):
            raise ValueError(f"{path.name}: {name} has {sorted(unknown)}; bounds are {sorted(_BOUNDS)}")
    return limits
