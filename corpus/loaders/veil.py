"""Text of a Word document that its reader does not see, told by the properties that hold in the end.

A property may stand at the run, in its character style, in the style of its paragraph, in a style that one of these is
based on, or in the defaults of the document; a colour may be that of the theme.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from corpus.loaders.colour import WHITE, Colour, of_hex

Element = Any  # python-docx has no types

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_TINY = 6  # half points
_NARROW = 10  # per cent of a character's width
_OFF_TWIPS = 15_000  # a page is 11,900 wide
_OFF_EMU = 1_200_000  # more than a margin
_PAGE_EMU = (12_000_000, 17_000_000)
_VML = re.compile(r"visibility\s*:\s*hidden|display\s*:\s*none|(?:left|top)\s*:\s*-\d{3,}", re.I)
_HIGHLIGHTS = {
    "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "darkBlue": "00008B", "darkCyan": "008B8B", "darkGray": "A9A9A9",
    "darkGreen": "006400", "darkMagenta": "800080", "darkRed": "8B0000", "darkYellow": "808000", "green": "00FF00",
    "lightGray": "D3D3D3", "magenta": "FF00FF", "red": "FF0000", "white": "FFFFFF", "yellow": "FFFF00",
}  # fmt: skip
_THEME = {
    "background1": "lt1", "bg1": "lt1", "light1": "lt1", "background2": "lt2", "bg2": "lt2", "light2": "lt2",
    "text1": "dk1", "tx1": "dk1", "dark1": "dk1", "text2": "dk2", "tx2": "dk2", "dark2": "dk2",
    "hyperlink": "hlink", "followedHyperlink": "folHlink",
}  # fmt: skip


class Veil:
    """Knows the styles and the theme of one document; asked run by run."""

    def __init__(self, document: Any) -> None:  # noqa: ANN401
        styles = document.styles.element
        self._styles = {style.get(qn("w:styleId")): style for style in styles.iter(qn("w:style"))}
        self._usual = next((style for style in self._styles.values() if _usual(style)), None)
        self._defaults = next((found for found in styles.iter(qn("w:rPrDefault"))), None)
        self._theme = _theme(document)
        page = document.element.find(qn("w:background"))
        self._page = (page is not None and self._coloured(page, "w:color", "w:themeColor")) or WHITE

    def hides(self, run: Element) -> bool:
        """Whether nobody who opens the document sees the text of a run."""
        return self._gone(run) or self._set_unseen(list(self._properties(run)), run)

    def _properties(self, run: Element) -> Iterator[Element]:
        """The sets of run properties that speak of a run, the strongest first."""
        own = run.find(qn("w:rPr"))
        if own is not None:
            yield own
            for style in self._chain(own.find(qn("w:rStyle"))):
                yield from style.findall(qn("w:rPr"))
        for style in self._paragraph_styles(run):
            yield from style.findall(qn("w:rPr"))
        if self._defaults is not None:
            yield from self._defaults.findall(qn("w:rPr"))

    def _paragraph_styles(self, run: Element) -> Iterator[Element]:
        paragraph = next(run.iterancestors(qn("w:p")), None)
        named = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}") if paragraph is not None else None
        yield from self._chain(named) if named is not None else self._chain_of(self._usual)

    def _chain(self, named: Element) -> Iterator[Element]:
        if named is not None:
            yield from self._chain_of(self._styles.get(named.get(qn("w:val"))))

    def _chain_of(self, style: Element) -> Iterator[Element]:
        seen = 0
        while style is not None and seen < 12:  # a style may be based on itself
            yield style
            based = style.find(qn("w:basedOn"))
            style = self._styles.get(based.get(qn("w:val"))) if based is not None else None
            seen += 1

    def _set_unseen(self, holders: list[Element], run: Element) -> bool:
        if any(_on(_first(holders, name)) for name in ("w:vanish", "w:specVanish", "w:webHidden")):
            return True
        size = _number(_first(holders, "w:sz"), 24)
        if size < _TINY or _number(_first(holders, "w:w"), 100) < _NARROW:
            return True
        if _number(_first(holders, "w:spacing"), 0) <= -8 * size:  # in twips: letters that lie on each other
            return True
        colour = self._colour(holders)
        if colour is None:
            return False
        if colour.alpha < 0.1:
            return True
        ground = self._ground(holders, run)
        return ground is not None and colour.over(ground).near(ground)

    def _colour(self, holders: list[Element]) -> Colour | None:
        """None for black or whatever Word chooses so that it can be read."""
        fill = _first(holders, f"{_W14}textFill")
        if fill is not None:
            if fill.find(f"{_W14}noFill") is not None:
                return Colour(0, 0, 0, 0)
            named = next(fill.iter(f"{_W14}srgbClr", f"{_W14}schemeClr"), None)
            if named is not None and (found := self._named(named.get(f"{_W14}val") or "")):
                through = next(named.iter(f"{_W14}alpha"), None)
                clear = int(through.get(f"{_W14}val") or 0) / 100_000 if through is not None else 0.0
                return Colour(*found.rgb, 1 - clear)
        stated = _first(holders, "w:color")
        return self._coloured(stated, "w:val", "w:themeColor") if stated is not None else None

    def _ground(self, holders: list[Element], run: Element) -> Colour | None:
        """What lies behind a run; None where that cannot be told."""
        marked = _first(holders, "w:highlight")
        if marked is not None and (name := _HIGHLIGHTS.get(marked.get(qn("w:val")) or "")):
            return of_hex(name)
        shades = [_first(holders, "w:shd")]
        shades += [_first(style.findall(qn("w:pPr")), "w:shd") for style in self._paragraph_styles(run)]
        for above in run.iterancestors():
            shades += above.findall(f"{qn('w:pPr')}/{qn('w:shd')}") + above.findall(f"{qn('w:tcPr')}/{qn('w:shd')}")
            if above.tag == qn("w:tbl"):
                shades += above.findall(f"{qn('w:tblPr')}/{qn('w:shd')}")
                shades += self._of_table_style(above, run)
            if above.tag in (f"{_WPS}wsp", "{urn:schemas-microsoft-com:vml}shape"):
                found, known = self._of_box(above)
                if not known or found:
                    return found
        for shade in shades:
            if shade is None or shade.get(qn("w:val")) == "nil":
                continue
            if shade.get(qn("w:val")) == "solid":
                return self._coloured(shade, "w:color", "w:themeColor")
            if colour := self._coloured(shade, "w:fill", "w:themeFill"):
                return colour
        return self._page

    def _of_table_style(self, table: Element, run: Element) -> list[Element]:
        row = next(run.iterancestors(qn("w:tr")), None)
        first = row is not None and row.getprevious() is not None and row.getprevious().tag != qn("w:tr")
        found: list[Element] = []
        for style in self._chain(table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")):
            for part in style.findall(qn("w:tblStylePr")):
                if part.get(qn("w:type")) != "firstRow" or first:
                    found += part.iter(qn("w:shd"))
            found += [shade for name in ("w:tcPr", "w:tblPr") for shade in style.findall(f"{qn(name)}/{qn('w:shd')}")]
        return found

    def _of_box(self, shape: Element) -> tuple[Colour | None, bool]:
        """:returns: the filling of a text box, None where it has none; and whether it could be told"""
        if shape.tag.endswith("}shape"):
            stated = shape.get("fillcolor")
            return (of_hex(stated.split()[0]), True) if stated else (None, True)
        filling = shape.find(f"{_WPS}spPr")
        kinds = [child for child in filling if child.tag.endswith("Fill")] if filling is not None else []
        if not kinds or kinds[0].tag == qn("a:noFill"):
            return None, True
        named = next(kinds[0].iter(qn("a:srgbClr"), qn("a:schemeClr")), None)
        colour = self._named(named.get("val") or "") if named is not None and kinds[0].tag == qn("a:solidFill") else None
        return colour, colour is not None

    def _coloured(self, element: Element, plain: str, theme: str) -> Colour | None:
        """The colour that an element names; that of the theme goes first, as it does in Word."""
        colour = self._named(element.get(qn(theme)) or "")
        if colour is None:
            return of_hex(element.get(qn(plain)) or "")
        for name, towards in ((f"{theme}Tint", 1.0), (f"{theme}Shade", 0.0)):
            share = re.fullmatch(r"[0-9a-fA-F]{2}", element.get(qn(name.replace("Color", ""))) or "")
            if share:
                colour = colour.mixed(towards, 1 - int(share[0], 16) / 255)
        return colour

    def _named(self, name: str) -> Colour | None:
        return self._theme.get(_THEME.get(name, name)) or of_hex(name)

    def _gone(self, run: Element) -> bool:
        """Whether the place in which a run stands is not shown."""
        for above in run.iterancestors():
            tag = above.tag
            if tag in (qn("w:del"), qn("w:moveFrom")):
                return True
            if tag == qn("w:p") and self._unset(above, run):
                return True
            if tag == qn("w:tr") and _lost_row(above):
                return True
            if tag in (qn("wp:anchor"), qn("wp:inline")) and _lost_box(above):
                return True
            if tag.startswith("{urn:schemas-microsoft-com:vml}") and _VML.search(above.get("style") or ""):
                return True
            if tag == qn("w:tc") and above.find(f"{qn('w:tcPr')}/{qn('w:cellDel')}") is not None:
                return True
        return False

    def _unset(self, paragraph: Element, run: Element) -> bool:
        """A paragraph in a line of no height, or pushed off the page."""
        holders = [paragraph.find(qn("w:pPr")), *(style.find(qn("w:pPr")) for style in self._paragraph_styles(run))]
        known = [holder for holder in holders if holder is not None]
        spacing, indent, frame = (_first(known, name) for name in ("w:spacing", "w:ind", "w:framePr"))
        if spacing is not None and spacing.get(qn("w:lineRule")) == "exact" and _number(spacing, 240, "w:line") < 40:
            return True
        sides = [_number(indent, 0, name) for name in ("w:left", "w:start", "w:firstLine")]
        pulled = [-_number(indent, 0, "w:hanging"), *(_number(frame, 0, name) for name in ("w:x", "w:y"))]
        return any(abs(value) > _OFF_TWIPS for value in (*sides, *pulled))


def shown_twice(node: Element) -> bool:
    """Whether a node belongs to the copy of a shape for old programs, or to the reading above a character."""
    return next(node.iterancestors(f"{_MC}Fallback", qn("w:rt")), None) is not None


def _usual(style: Element) -> bool:
    return bool(style.get(qn("w:type")) == "paragraph" and style.get(qn("w:default")) in ("1", "true", "on"))


def _theme(document: Any) -> dict[str, Colour]:  # noqa: ANN401
    try:
        root = parse_xml(document.part.part_related_by(RELATIONSHIP_TYPE.THEME).blob)
    except (KeyError, ValueError, SyntaxError):
        return {"lt1": WHITE, "dk1": Colour(0, 0, 0)}
    found: dict[str, Colour] = {}
    for scheme in root.iter(qn("a:clrScheme")):
        for part in scheme:
            value = next((child.get("lastClr") or child.get("val") or "" for child in part), "")
            if colour := of_hex(value):
                found[part.tag.rsplit("}")[-1]] = colour
    return found


def _first(holders: list[Element], name: str) -> Element:
    tag = name if name.startswith("{") else qn(name)
    return next((found for holder in holders if (found := holder.find(tag)) is not None), None)


def _on(element: Element) -> bool:
    return element is not None and element.get(qn("w:val")) not in ("0", "false", "off")


def _number(element: Element, otherwise: int, name: str = "w:val") -> int:
    found = re.match(r"-?\d+", (element.get(qn(name)) or "") if element is not None else "")
    return int(found[0]) if found else otherwise


def _lost_row(row: Element) -> bool:
    properties = row.find(qn("w:trPr"))
    if properties is None:
        return False
    height = properties.find(qn("w:trHeight"))
    flat = height is not None and height.get(qn("w:hRule")) == "exact" and _number(height, 400) < 40
    return flat or _on(properties.find(qn("w:hidden"))) or properties.find(qn("w:del")) is not None


def _lost_box(anchor: Element) -> bool:
    """A shape that is marked as hidden, has no size, or lies outside of the page."""
    shape, extent = anchor.find(qn("wp:docPr")), anchor.find(qn("wp:extent"))
    if shape is not None and shape.get("hidden") in ("1", "true"):
        return True
    sizes = [int(extent.get(name) or 0) for name in ("cx", "cy")] if extent is not None else [_OFF_EMU, _OFF_EMU]
    if min(sizes) < 30_000:
        return True
    for name, size, page in zip(("wp:positionH", "wp:positionV"), sizes, _PAGE_EMU, strict=True):
        moved = anchor.find(f"{qn(name)}/{qn('wp:posOffset')}")
        if moved is not None and not -_OFF_EMU <= int(moved.text or 0) + size <= page + size:
            return True
    return False
