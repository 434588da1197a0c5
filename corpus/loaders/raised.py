"""Characters of a PDF page that do not say what the eye sees: raised and lowered ones, and those of the Symbol font.

10³ must not become 103, NOx not `NO ）X`, and μg not mg.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

_SMALL = 0.8  # of the size of the character before it
_APART = 0.3  # of its size that may lie between
_REACH = 5  # points to the left and right in which a neighbour is sought
_SHIFT = 0.1  # of the size, above or below the middle of the line
_RAISED = str.maketrans("0123456789+-－–—−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁻⁻")
# The encoding of Adobe's Symbol font, where its map to Unicode is missing: letters stand for the Greek ones.
_GREEK = str.maketrans("abgdepsmlwWDSQrtfjhn´", "αβγδεπσμλωΩΔΣΘρτφϕην×")


def settle(page: Any) -> tuple[bool, list[float]]:  # noqa: ANN401 - pdfplumber has no types
    """Put every small character on the line of the one before it, write raised digits as such and Symbol's letters as Greek.

    Lowered ones stay plain: people write and search SO2 and PM2.5.

    :returns: whether anything was changed, so that only these characters tell the text of the page; and the heights at
        which a raised digit follows a digit, as in 10³
    """
    powers: list[float] = []
    changed = False
    ending: dict[int, list[tuple[Any, float]]] = defaultdict(
        list
    )  # by the whole point where it ends: a character and its end
    for char in sorted((char for char in page.chars if char["text"].strip()), key=lambda char: float(char["x0"])):
        if "symbol" in char["fontname"].lower() and (greek := char["text"].translate(_GREEK)) != char["text"]:
            char["text"], changed = greek, True
        base = _base(char, ending)
        if base is not None:
            changed = True
            if _middle(char) < _middle(base) - _SHIFT * base["size"]:
                if char["text"].isdecimal() and base["text"].isdecimal():
                    powers.append(_middle(base))
                char["text"] = char["text"].translate(_RAISED)
            for side in ("top", "bottom", "doctop", "y0", "y1"):
                char[side] = base[side]
        ending[int(char["x1"])].append((char if base is None else base, float(char["x1"])))
    return changed, powers


def _base(char: Any, ending: dict[int, list[tuple[Any, float]]]) -> Any | None:  # noqa: ANN401
    """The full-sized character to the left, in whatever order the page draws them; the second digit of 10¹² has the same."""
    for point in range(int(char["x0"]) - _REACH, int(char["x0"]) + _REACH + 1):
        for base, end in ending.get(point, ()):
            if _hangs_on(char, base, end):
                return base
    return None


def _hangs_on(char: Any, base: Any, end: float) -> bool:  # noqa: ANN401
    size = base["size"]
    if char["size"] > _SMALL * size or not -_APART * size <= char["x0"] - end <= _APART * size:
        return False
    return bool(base["top"] - size / 2 <= _middle(char) <= base["bottom"] + size / 2)


def _middle(char: Any) -> float:  # noqa: ANN401
    return float(char["top"] + char["bottom"]) / 2
