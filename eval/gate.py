"""May this run go live? Limits in a YAML file; a figure at its limit passes."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from eval.compare import Change
from eval.metrics.harm import HARMS
from eval.report.words import named

LIMITS = Path(__file__).parent / "gate.yaml"
_BOUNDS = {"at least": operator.ge, "at most": operator.le}
_SAYS = {"at least": "至少", "at most": "至多"}
_LOWER_IS_BETTER = frozenset({"needless hand-over", "needless caution"})


class LimitsError(ValueError):
    """The file of limits cannot be read; says where and what to write."""


def breaches(summary: Mapping[str, Any], limits: Mapping[str, Mapping[str, float]]) -> list[str]:
    """:returns: a line for each limit that the run breaks; a figure that the run lacks is a breach too.

    :param limits: figure or harm -> {"at least": x} and/or {"at most": y}; harms are counts.
    """
    found = []
    for name, bounds in limits.items():
        value = _value(summary, name)
        for word, bound in bounds.items():
            if value is None:
                found.append(f"{_called(name)}：这次运行没有这一项，要求{_SAYS[word]} {bound:g}。请换一个有这类题的题集。")
            elif not _BOUNDS[word](value, bound):
                found.append(f"{_called(name)}：{value:g}，要求{_SAYS[word]} {bound:g}" if name in HARMS else
                             f"{_called(name)}：{value:.3f}，要求{_SAYS[word]} {bound:g}")  # fmt: skip
    return found


def losses(changes: Sequence[Change]) -> list[str]:
    """:returns: a line for each figure that is proven to be worse than in the run it is held against"""
    found = []
    for c in changes:
        worse = c.a - c.b if c.figure not in _LOWER_IS_BETTER else c.b - c.a
        if c.proven and worse > 0:
            found.append(f"{_called(c.figure)}：从 {c.a:.3f} 到 {c.b:.3f}，区间 {c.low:+.3f} – {c.high:+.3f}，确有变差")
    return found


def _called(name: str) -> str:
    return f"{HARMS[name]} {name}" if name in HARMS else named(name)


def _value(summary: Mapping[str, Any], name: str) -> float | None:
    if name in HARMS:
        return float(summary["harms"].get(name, 0))
    if name in summary["figures"]:
        return float(summary["figures"][name]["mean"])
    value = summary.get(name)
    return float(value) if isinstance(value, int | float) else None


def read_limits(path: Path = LIMITS) -> dict[str, dict[str, float]]:
    """:raises LimitsError: naming the entry that is no limit"""
    try:
        limits = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise LimitsError(f"读不懂界限文件 {path.name}，没有把关。请对照 eval/gate.yaml 改正。{error}") from error
    for name, bounds in limits.items() if isinstance(limits, dict) else [(path.name, limits)]:
        if not isinstance(bounds, dict) or set(bounds) - set(_BOUNDS) or not all(
            isinstance(bound, int | float) for bound in bounds.values()
        ):  # fmt: skip
            raise LimitsError(
                f"界限文件 {path.name} 里的 {name} 写得不对，没有把关。请写成“{name}: {{at least: 0.9}}”或者“{{at most: 0}}”。"
            )
    found: dict[str, dict[str, float]] = limits
    return found
