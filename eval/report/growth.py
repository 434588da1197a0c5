"""The report of a growth run: cost over size on two logarithmic axes, and the figures behind it."""

from __future__ import annotations

from eval.bench.growth import SYSTEMS, Grown, drawn, table
from eval.report import plots
from eval.report.html import PAGES

DRAWN = ("build, s", "query p50, ms", "peak memory, MiB", "queries a second, 4 threads")
OURS_ALONE = ("one document more, s", "disk, MiB", "open, s", "serving, MiB")
FIGURES = (*DRAWN, "query p95, ms", *OURS_ALONE)


def write_growth(grown: Grown) -> str:
    """:returns: a self-contained HTML page"""
    lines = {figure: drawn(grown, figure) for figure in DRAWN}
    return PAGES.get_template("growth.html").render(
        grown=grown,
        systems=list(SYSTEMS.values()),
        plots=[plots.growth(dict(rows), "passages", figure) for figure, rows in lines.items() if rows],
        tables={figure: table(grown, figure) for figure in FIGURES if any(grown.points(s, figure) for s in SYSTEMS)},
    )
