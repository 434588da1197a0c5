"""Plots as SVG text, without scripts or outside addresses."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

INK, ACTION, MIND, LINE = "#1f2723", "#1d6144", "#8a5a00", "#dfe2da"


def _svg(draw: Any, width: float = 5.2, height: float = 3.4) -> str:  # noqa: ANN401 - a drawing function of Axes
    import matplotlib as mpl

    mpl.use("svg")
    import matplotlib.pyplot as plt

    with plt.rc_context(
        {"font.size": 9, "svg.fonttype": "none", "axes.edgecolor": LINE, "text.color": INK, "font.family": "sans-serif"}
    ):
        figure, axes = plt.subplots(figsize=(width, height))
        draw(axes)
        axes.grid(color=LINE, linewidth=0.6)
        axes.set_axisbelow(True)
        out = io.StringIO()
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None})
        plt.close(figure)
    text = out.getvalue()
    return text[text.index("<svg") :]


def resolve_curve(points: Sequence[tuple[float, float, float]], goal: float) -> str:
    """Precision over the share of in-scope questions that are answered at or above each threshold."""

    def draw(axes: Any) -> None:  # noqa: ANN401
        axes.plot([p[1] for p in points], [p[2] for p in points], color=ACTION, marker="o", markersize=2.5)
        axes.axhline(goal, color=MIND, linestyle="--", linewidth=1)
        axes.set(xlabel="share answered without a person", ylabel="precision", ylim=(0.5, 1.02))

    return _svg(draw)


def calibration_plot(bins: Sequence[tuple[float, float, int]]) -> str:
    """Share right over mean confidence, a dot a bin, its area the number of answers."""

    def draw(axes: Any) -> None:  # noqa: ANN401
        axes.plot([0, 1], [0, 1], color=MIND, linestyle="--", linewidth=1)
        axes.scatter([b[0] for b in bins], [b[1] for b in bins], s=[10 + 3 * b[2] for b in bins], color=ACTION, alpha=0.8)
        axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1), ylim=(0, 1.02))

    return _svg(draw)


def times(values: Sequence[float]) -> str:
    """How long the answers took, in milliseconds."""

    def draw(axes: Any) -> None:  # noqa: ANN401
        axes.hist(values, bins=40, color=ACTION)
        axes.set(xlabel="milliseconds", ylabel="questions")

    return _svg(draw)


def growth(rows: dict[str, list[tuple[float, float]]], xlabel: str, ylabel: str) -> str:
    """Cost over size, both axes logarithmic; one line a system."""

    def draw(axes: Any) -> None:  # noqa: ANN401
        for (name, points), colour in zip(rows.items(), (ACTION, MIND, "#a8231d", INK, "#55605a"), strict=False):
            axes.plot([p[0] for p in points], [p[1] for p in points], marker="o", markersize=3, label=name, color=colour)
        axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log", yscale="log")
        axes.legend(frameon=False)

    return _svg(draw)
