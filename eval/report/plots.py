"""Plots as SVG text, without scripts or outside addresses."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

INK, ACTION, MIND, LINE = "#1f2723", "#1d6144", "#8a5a00", "#dfe2da"
_METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)  # names addresses that a page must not hold


def _svg(draw: Any, label: str, width: float = 5.2, height: float = 3.4) -> str:  # noqa: ANN401 - a drawing function of Axes
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    with (
        plt.rc_context(
            {"font.size": 9, "svg.fonttype": "none", "axes.edgecolor": LINE, "text.color": INK, "font.family": "sans-serif"}
        ),
        warnings.catch_warnings(),
    ):
        # The page's fonts draw the letters, matplotlib's only measure them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure, axes = plt.subplots(figsize=(width, height))
        draw(axes)
        axes.grid(color=LINE, linewidth=0.6)
        axes.set_axisbelow(True)
        out = io.StringIO()
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
        plt.close(figure)
    text = _METADATA.sub("", out.getvalue())
    return text[text.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1)


def resolve_curve(points: Sequence[Mapping[str, float]], goal: float) -> str:
    """Precision over the share of in-scope questions that are answered at or above each threshold, with its interval."""

    def draw(axes: Any) -> None:  # noqa: ANN401
        share = [p["share"] for p in points]
        axes.fill_between(share, [p["low"] for p in points], [p["high"] for p in points], color=ACTION, alpha=0.15, lw=0)
        axes.plot(share, [p["precision"] for p in points], color=ACTION, marker="o", markersize=2.5)
        axes.axhline(goal, color=MIND, linestyle="--", linewidth=1)
        axes.set(xlabel="自动答复率", ylabel="准确率", xlim=(0, 1.02), ylim=(0.5, 1.02))

    return _svg(draw, "自动答复率与准确率的曲线")


def calibration_plot(bins: Sequence[Mapping[str, float]]) -> str:
    """Share right over mean confidence, a dot a bin, its area the number of answers, with intervals."""

    def draw(axes: Any) -> None:  # noqa: ANN401
        confidence, share = [b["confidence"] for b in bins], [b["share"] for b in bins]
        axes.plot([0, 1], [0, 1], color=MIND, linestyle="--", linewidth=1)
        axes.vlines(confidence, [b["low"] for b in bins], [b["high"] for b in bins], color=ACTION, linewidth=1)
        axes.scatter(confidence, share, s=[min(10 + 3 * b["n"], 160) for b in bins], color=ACTION, alpha=0.8)
        axes.set(xlabel="把握", ylabel="实际答对", xlim=(0, 1.02), ylim=(0, 1.02))

    return _svg(draw, "把握与实际答对的比例")


def times(values: Sequence[float]) -> str:
    """How long the answers took, in milliseconds."""

    def draw(axes: Any) -> None:  # noqa: ANN401
        axes.hist(values, bins=40, color=ACTION)
        axes.set(xlabel="毫秒", ylabel="题数")

    return _svg(draw, "用时的分布")


def growth(rows: dict[str, list[tuple[float, float]]], xlabel: str, ylabel: str) -> str:
    """Cost over size, both axes logarithmic; one line a system."""

    def draw(axes: Any) -> None:  # noqa: ANN401
        for (name, points), colour in zip(rows.items(), (ACTION, MIND, "#a8231d", INK, "#55605a"), strict=False):
            axes.plot([p[0] for p in points], [p[1] for p in points], marker="o", markersize=3, label=name, color=colour)
        axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log", yscale="log")
        axes.legend(frameon=False)

    return _svg(draw, f"{ylabel} over {xlabel}")
