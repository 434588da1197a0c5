"""Colours, and whether an eye tells one from the other."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NEAR = 0.085  # of a channel: #ebebeb on white can just be seen


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green, blue and alpha, each 0..1."""

    red: float
    green: float
    blue: float
    alpha: float = 1.0

    @property
    def rgb(self) -> tuple[float, float, float]:
        return self.red, self.green, self.blue

    def over(self, ground: Colour) -> Colour:
        """:returns: what is seen where this colour lies over an opaque one"""
        mixed = (self.alpha * mine + (1 - self.alpha) * other for mine, other in zip(self.rgb, ground.rgb, strict=True))
        return Colour(*mixed)

    def near(self, other: Colour) -> bool:
        """Whether no eye tells them apart."""
        return all(abs(mine - theirs) < _NEAR for mine, theirs in zip(self.rgb, other.rgb, strict=True))

    def mixed(self, with_: float, share: float) -> Colour:
        """:returns: each channel moved by `share` (0..1) towards the value `with_`"""
        return Colour(*(channel * (1 - share) + with_ * share for channel in self.rgb))


BLACK, WHITE = Colour(0, 0, 0), Colour(1, 1, 1)


def of_hex(text: str) -> Colour | None:
    """FF0000 or #ff0000; None for what is none."""
    found = re.fullmatch(r"#?([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})", text.strip())
    return Colour(*(int(part, 16) / 255 for part in found.groups())) if found else None
