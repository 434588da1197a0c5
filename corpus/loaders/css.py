"""The style sheets of one page: which declarations hold for an element, and what their values say.

Only what the file itself carries is known: its `style` elements and attributes and the presentational attributes of old
pages. A sheet that lies on another server is not there; staff see such a page as this reader sees it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import cssselect2
import tinycss2
from tinycss2 import color4

from corpus.loaders.colour import Colour

Tokens = Sequence[Any]
# A query that holds only on paper, for a narrow screen or for a preference says nothing about what a reader sees.
_ELSEWHERE = re.compile(
    r"(?<!not )\b(?:print|speech|tty|braille)\b|max-(?:device-)?width|orientation|prefers-|not all", re.I
)
_PIXELS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "q": 0.945}
_PIXELS |= {"rem": 16.0, "vw": 12.8, "vh": 8.0, "vmin": 8.0, "vmax": 12.8}
_OF_FONT = {"em": 1.0, "ex": 0.5, "ch": 0.5, "lh": 1.2}
_NAMED_SIZES = {"xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24, "xx-large": 32}


class Sheets:
    """All rules of a page, asked element by element."""

    def __init__(self, sheets: Iterator[str]) -> None:
        self._matcher: Any = cssselect2.Matcher()
        for sheet in sheets:
            self._take(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))

    def _take(self, rules: Sequence[Any]) -> None:
        for rule in rules:
            if (
                rule.type == "at-rule"
                and rule.content is not None
                and rule.lower_at_keyword in ("media", "supports", "layer")
            ):
                if not (rule.lower_at_keyword == "media" and elsewhere(tinycss2.serialize(rule.prelude))):
                    self._take(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True))
            elif rule.type == "qualified-rule":
                try:
                    selectors = cssselect2.compile_selector_list(rule.prelude)
                except cssselect2.SelectorError:
                    continue  # as a browser does
                declared = _declared(rule.content)
                for selector in selectors:
                    if selector.pseudo_element is None:
                        self._matcher.add_selector(selector, declared)

    def declared(self, wrapped: Any) -> dict[str, Tokens]:  # noqa: ANN401 - an element as cssselect2 wraps it
        """:returns: property -> value of one element, the strongest declaration of each"""
        attributes = wrapped.etree_element.attrib
        found = [declared for *_, declared in self._matcher.match(wrapped)]
        found = [_declared(_hints(attributes)), *found, _declared(attributes.get("style") or "")]
        strongest: dict[str, Tokens] = {}
        for important in (False, True):
            for declarations in found:
                strongest |= {each.lower_name: each.value for each in declarations if each.important is important}
        return strongest


def elsewhere(query: str) -> bool:
    """Whether a media query speaks of something else than a screen of common width."""
    return bool(_ELSEWHERE.search(query))


def _declared(source: Any) -> list[Any]:  # noqa: ANN401 - text or tokens
    parts = tinycss2.parse_blocks_contents(source, skip_comments=True, skip_whitespace=True)
    return [part for part in parts if part.type == "declaration"]


def _hints(attributes: Mapping[str, str]) -> str:
    """What `<font color>`, `<td bgcolor>` and their like say, as declarations."""
    names = {"color": "color", "text": "color", "bgcolor": "background-color"}
    return ";".join(f"{name}:{attributes[key]}" for key, name in names.items() if attributes.get(key))


def words(tokens: Tokens) -> list[str]:
    return [token.lower_value for token in tokens if token.type == "ident"]


def functions(tokens: Tokens) -> Iterator[tuple[str, Tokens]]:
    for token in tokens:
        if token.type == "function":
            yield token.lower_name, [part for part in token.arguments if part.type not in ("whitespace", "literal")]


def settled(tokens: Tokens, variables: Mapping[str, Tokens], depth: int = 4) -> Tokens:
    """The tokens with `var(--name, otherwise)` put in."""
    out: list[Any] = []
    for token in tokens:
        if token.type == "function" and token.lower_name == "var" and depth:
            arguments = [part for part in token.arguments if part.type != "whitespace"]
            name = arguments[0].value if arguments and arguments[0].type == "ident" else ""
            out += settled(variables.get(name, arguments[2:]), variables, depth - 1)
        elif token.type != "whitespace":
            out.append(token)
    return out


def pixels(token: Any, font: float, whole: float = 0.0) -> float | None:  # noqa: ANN401 - a token
    """:param whole: what 100 % is; :returns: a length in pixels, None for what is none"""
    if token.type == "number":
        return float(token.value) if token.value == 0 else None
    if token.type == "percentage":
        return float(token.value) / 100 * whole
    if token.type == "dimension":
        unit = token.lower_unit
        scale = _PIXELS.get(unit, font * _OF_FONT[unit] if unit in _OF_FONT else None)
        return None if scale is None else float(token.value) * scale
    if token.type == "function" and token.lower_name in ("calc", "min", "max", "clamp"):
        inside = [value for part in token.arguments if (value := pixels(part, font, whole)) is not None]
        return inside[0] if len(inside) == 1 else None
    return None


def font_size(tokens: Tokens, before: float) -> float:
    """The size that `font-size`, or the `font` of all, gives in pixels; `before` where it says nothing."""
    for token in tokens:
        if token.type == "ident" and token.lower_value in _NAMED_SIZES:
            return float(_NAMED_SIZES[token.lower_value])
        value = pixels(token, before, before)
        if value is not None:
            return value
    return before


def colour(tokens: Tokens) -> Colour | None:
    """The first colour among the tokens of a value; None where it names none (or one that another property decides)."""
    for token in tokens:
        found = color4.parse_color(token)
        if found is None or isinstance(found, str):
            continue
        red, green, blue = (min(1.0, max(0.0, part)) for part in _screen(found))
        return Colour(red, green, blue, found.alpha)
    return None


def _screen(found: Any) -> tuple[float, float, float]:  # noqa: ANN401 - a colour of tinycss2
    """Red, green and blue; of a space that the library does not convert, the lightness will do to tell text from its ground."""
    first, second, third = (float(part or 0.0) for part in found.coordinates)
    if found.space in ("hsl", "hwb"):
        red, green, blue = found.to("srgb").coordinates
        return red, green, blue
    if found.space in ("lab", "lch"):
        return (first / 100,) * 3
    if found.space in ("oklab", "oklch"):
        return (first,) * 3
    if found.space.startswith("xyz"):
        return (second,) * 3
    return first, second, third


def pictured(tokens: Tokens) -> bool:
    """Whether a background holds a picture or a gradient, of which nothing is known."""
    return any(
        token.type == "url" or (token.type == "function" and (token.lower_name == "url" or "gradient" in token.lower_name))
        for token in tokens
    )
