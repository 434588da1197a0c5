"""Text of a page that its reader does not see: by style sheet, by attribute, by the nature of an element.

The styles are computed as a browser does, element by element from the top, so that white text on a dark bar stays and
white text on white goes. What a click would unfold counts as unseen: nobody looks behind every fold before publishing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from itertools import accumulate
from typing import Any

import cssselect2
from lxml import etree

from corpus.loaders import css
from corpus.loaders.colour import BLACK, WHITE, Colour
from corpus.loaders.css import Sheets, Tokens

# Their content is shown only where the browser cannot show something else, or never.
_NEVER = frozenset(
    [
        "script",
        "style",
        "template",
        "object",
        "embed",
        "iframe",
        "audio",
        "video",
        "canvas",
        "noembed",
        "noframes",
        "datalist",
        "textarea",
        "select",
        "input",
        "title",
        "rp",
    ]
)
_CODE = ("script", "style")
_OFF = 500.0  # pixels: so far out of its place no text is on the page
_TINY = 3.0  # pixels; the smallest print of an official page has 9
_FAINT = 0.1


@dataclass(frozen=True, slots=True)
class _Style:
    """What an element hands down to its children. `ground` is None over a picture."""

    colour: Colour = BLACK
    ground: Colour | None = WHITE
    size: float = 16.0
    opacity: float = 1.0
    visible: bool = True
    gone: bool = False
    variables: dict[str, Tokens] = field(default_factory=dict)

    @property
    def hides(self) -> bool:
        """Whether text set in this style cannot be read."""
        if self.gone or not self.visible or self.size < _TINY or self.opacity * self.colour.alpha < _FAINT:
            return True
        return self.ground is not None and self.colour.over(self.ground).near(self.ground)


def blank(root: Any) -> int:  # noqa: ANN401 - an element of lxml
    """Empty every piece of text that is not seen. :returns: how many characters went"""
    sheets = Sheets(
        element.text or "" for element in root.iter("style") if not css.elsewhere(element.get("media") or "screen")
    )
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)  # what follows one belongs to its parent again
    dropped = 0
    waiting = [(cssselect2.ElementWrapper.from_html_root(root), _Style(), False)]
    while waiting:
        wrapped, above, folded = waiting.pop()
        element = wrapped.etree_element
        if element.tag == "head":
            continue
        style = _style(wrapped, sheets, above)
        if folded and element.tag != "summary":
            style = replace(style, gone=True)
        closed = element.tag == "details" and element.get("open") is None
        if style.hides or closed:
            dropped += 0 if element.tag in _CODE else len((element.text or "").strip())
            element.text = ""
        children = list(wrapped.iter_children())
        for child in children:
            if style.hides or closed:
                dropped += len((child.etree_element.tail or "").strip())
                child.etree_element.tail = ""
        waiting += [(child, style, closed) for child in children]
    return dropped


def _style(wrapped: Any, sheets: Sheets, above: _Style) -> _Style:  # noqa: ANN401 - an element as cssselect2 wraps it
    element = wrapped.etree_element
    if above.gone:
        return above
    declared = sheets.declared(wrapped)
    variables = {name: value for name, value in declared.items() if name.startswith("--")}
    inherited = {**above.variables, **variables} if variables else above.variables
    values = {name: css.settled(value, inherited) for name, value in declared.items() if not name.startswith("--")}
    size = css.font_size(values.get("font-size") or values.get("font") or (), above.size)
    colour = css.colour(values.get("-webkit-text-fill-color") or values.get("color") or ()) or above.colour
    return _Style(
        colour=BLACK if "initial" in css.words(values.get("color", ())) else colour,
        ground=_ground(values, above.ground),
        size=size,
        opacity=above.opacity * _opacity(values),
        visible={"visible": True, "hidden": False, "collapse": False}.get(_word(values, "visibility"), above.visible),
        gone=_gone(element, values, size),
        variables=inherited,
    )


def _word(values: dict[str, Tokens], name: str) -> str:
    return next(iter(css.words(values.get(name, ()))), "")


def _ground(values: dict[str, Tokens], above: Colour | None) -> Colour | None:
    tokens = [*values.get("background", ()), *values.get("background-color", ()), *values.get("background-image", ())]
    found = css.colour(tokens)
    if found and found.alpha:
        return found.over(above or WHITE)
    return None if css.pictured(tokens) else above


def _opacity(values: dict[str, Tokens]) -> float:
    stated = [*values.get("opacity", ())]
    for name, arguments in css.functions(values.get("filter", ())):
        stated += arguments if name == "opacity" else ()
    product = 1.0
    for token in stated:
        if token.type in ("number", "percentage"):
            product *= float(token.value) / (100 if token.type == "percentage" else 1)
    return product


def _gone(element: Any, values: dict[str, Tokens], font: float) -> bool:  # noqa: ANN401
    """Whether an element and all in it has no place on the page."""
    display = _word(values, "display")
    shut = element.get("hidden") is not None or (element.tag == "dialog" and element.get("open") is None)
    return (
        element.tag in _NEVER
        or element.get("aria-hidden") == "true"
        or display == "none"
        or (shut and not display)
        or _word(values, "content-visibility") == "hidden"
        or _away(values, font)
        or _cut(values, font)
        or any(_collapsed(*found) for found in css.functions(values.get("transform", ())))
        or any(_collapsed("scale", [token]) for name in ("scale", "zoom") for token in values.get(name, ()))
    )


def _lengths(values: dict[str, Tokens], font: float, *names: str) -> list[float]:
    found = (css.pixels(token, font, 1000.0) for name in names for token in values.get(name, ()))
    return [length for length in found if length is not None]


def _away(values: dict[str, Tokens], font: float) -> bool:
    """Moved out of the page, or written over itself."""
    if _word(values, "position") in ("absolute", "fixed", "relative"):
        sides = _lengths(values, font, "left", "right", "top", "bottom", "inset", "inset-inline-start", "inset-block-start")
        if min(sides, default=0.0) <= -_OFF or max(_lengths(values, font, "left"), default=0.0) >= 10 * _OFF:
            return True
    margins = _lengths(values, font, "margin", "margin-left", "margin-top", "margin-inline-start")
    spread = _lengths(values, font, "letter-spacing")
    indent = _lengths(values, font, "text-indent")
    return (
        min(margins, default=0.0) <= -_OFF
        or any(space < 0 and space <= -0.8 * font for space in spread)
        or min(indent, default=0.0) <= -200
        or (max(indent, default=0.0) >= 1000 and _clips(values))
    )


def _clips(values: dict[str, Tokens]) -> bool:
    return any(
        word in ("hidden", "clip")
        for name in ("overflow", "overflow-x", "overflow-y")
        for word in css.words(values.get(name, ()))
    )


def _cut(values: dict[str, Tokens], font: float) -> bool:
    """A box of no size whose overflow is not shown, or one that is clipped away."""
    sides = _lengths(values, font, "height", "width", "max-height", "max-width", "block-size", "inline-size")
    if _clips(values) and any(side <= 1 for side in sides):
        return True
    for name, arguments in css.functions([*values.get("clip", ()), *values.get("clip-path", ())]):
        numbers = [css.pixels(part, font, 100.0) for part in arguments]
        known = [number for number in numbers if number is not None]
        if name == "rect" and known and max(known) - min(known) < 2:
            return True
        if name == "inset" and any(part.type == "percentage" and part.value >= 50 for part in arguments):
            return True
        if name in ("circle", "ellipse") and known and known[0] <= 1:
            return True
        if name == "polygon" and known and max(known) - min(known) < 2:
            return True
    return False


def _collapsed(name: str, arguments: Tokens) -> bool:
    """A transformation that leaves nothing to see."""
    numbers = [float(part.value) for part in arguments if part.type in ("number", "percentage", "dimension")]
    if not numbers:
        return False
    if name.startswith("scale"):
        return any(abs(number) < 0.05 for number in numbers[:2])
    if name.startswith("matrix"):
        return abs(numbers[0]) < 0.05
    if name.startswith("translate"):
        return min(numbers) <= -_OFF or max(numbers) >= 10 * _OFF
    return name in ("rotatex", "rotatey") and abs(numbers[0]) in (90.0, 270.0)


_NO_TAG = re.compile(r"<(?!/?[a-z][a-z0-9-]*(?:\s[^<>]*)?/?>|!--)", re.I)  # `a<b` and `<0.5`
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"]
)
_ENDS_PARAGRAPH = frozenset(
    [
        "p",
        "div",
        "section",
        "table",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "details",
        "dialog",
    ]
)
_HIDING = re.compile(r"<[a-z][^>]*\s(?:style|hidden|class|id|color|bgcolor|aria-hidden)\b|<(?:style|details|dialog|object|template|textarea|select|audio|video|canvas)\b", re.I)  # fmt: skip


def cut(source: str) -> tuple[str, int]:
    """Markdown without the text that stands in hidden elements of HTML; everything else as it stands.

    :returns: the text, and how many characters went
    """
    if not _HIDING.search(source):
        return source, 0
    tree = _Places(source)
    dropped = blank(tree.root)
    at, kept = 0, []
    for element, slot, start, end in tree.pieces:
        if not getattr(element, slot):
            kept.append(source[at:start])
            at = end
    return "".join([*kept, source[at:]]), dropped


class _Places(HTMLParser):
    """The elements in a source, with the place of every piece of text. The tree holds stand-ins of the same length."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self.root: Any = etree.Element("html")
        self.pieces: list[tuple[Any, str, int, int]] = []
        self._open: list[Any] = [self.root]
        self._lines = [0, *accumulate(len(line) for line in source.splitlines(keepends=True))]
        self._source = source
        self.feed(_NO_TAG.sub("‹", source))  # of the same length, so that places stay
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ENDS_PARAGRAPH and self._open[-1].tag == "p":
            self._open.pop()
        try:
            element = etree.SubElement(self._open[-1], tag, {name: value or "" for name, value in attrs})
        except ValueError:
            return  # a name that is none: `<如：…>` and the like
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML knows no <div/>

    def handle_endtag(self, tag: str) -> None:
        depth = next((at for at in range(len(self._open) - 1, 0, -1) if self._open[at].tag == tag), 0)
        if depth:
            del self._open[depth:]

    def handle_data(self, data: str) -> None:
        self._piece(data)

    def handle_entityref(self, name: str) -> None:
        self._piece(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._piece(f"&#{name};")

    def _piece(self, words: str) -> None:
        line, column = self.getpos()
        start = self._lines[line - 1] + column
        parent = self._open[-1]
        element, slot = (parent[-1], "tail") if len(parent) else (parent, "text")
        shown = (
            re.sub(r"[^\t\n\x20-\ud7ff\ue000-\ufffd]", "", words) if parent.tag == "style" else re.sub(r"\S", "x", words)
        )
        setattr(element, slot, (getattr(element, slot) or "") + shown)
        if words.strip():
            self.pieces.append((element, slot, start, start + len(words)))
