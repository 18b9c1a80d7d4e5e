"""Styles of a DOCX: which are headings, numbered or bold, by themselves or by the style that they rest on."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from lxml import etree

from knowledge.documents.docx_package import is_on, val

_Value = TypeVar("_Value")
_HEADING = re.compile(r"heading ([1-9])")
_CONTENTS = re.compile(r"toc (?:[1-9]|heading)|table of (?:figures|authorities|contents)|contents heading")


@dataclass(frozen=True, slots=True)
class Style:
    """What is used of a style. `heading` is 1 for the highest, 0 for none; `name` is in small letters."""

    name: str
    heading: int
    bold: bool
    underlined: bool
    size: float  # in points, 0 where the document's default counts
    hidden: bool
    list_id: str | None
    list_level: str | None

    @property
    def is_title(self) -> bool:
        """Whether it is the document's title."""
        return self.name == "title"

    @property
    def is_contents(self) -> bool:
        """Whether it is of a contents list."""
        return _CONTENTS.fullmatch(self.name) is not None


_NO_STYLE = Style("", 0, bold=False, underlined=False, size=0.0, hidden=False, list_id=None, list_level=None)


class Styles:
    """The styles of a document by their ids."""

    def __init__(self, root: etree._Element | None) -> None:
        """Take the root of styles.xml, or None where the document has none."""
        self._elements: dict[str, etree._Element] = {}
        self._default: str | None = None
        for style in root.iterfind("style") if root is not None else ():
            self._elements[style.get("styleId") or ""] = style
            if style.get("type") == "paragraph" and style.get("default") in ("1", "true"):
                self._default = style.get("styleId")
        self._known: dict[str | None, Style] = {}
        self.default_size = size_of(root.find("docDefaults/rPrDefault/rPr") if root is not None else None)

    def of(self, style_id: str | None) -> Style:
        """Return a style; the document's own where none is named."""
        style_id = style_id or self._default
        if style_id not in self._known:
            self._known[style_id] = self._made(style_id)
        return self._known[style_id]

    def _made(self, style_id: str | None) -> Style:
        chain = list(self._chain(style_id))
        if not chain:
            return _NO_STYLE
        names = [(val(style, "name") or "").lower() for style in chain]
        named = next((int(found.group(1)) for name in names if (found := _HEADING.fullmatch(name))), 0)
        outline = _first(val(style, "pPr/outlineLvl") for style in chain)
        heading = int(outline) + 1 if outline and outline.isdigit() and int(outline) < 9 else 0
        return Style(
            names[0],
            named or heading,
            bool(_first(is_on(style, "rPr/b") for style in chain)),
            bool(_first(is_on(style, "rPr/u") for style in chain)),
            _first(size_of(style.find("rPr")) or None for style in chain) or 0.0,
            bool(_first(is_on(style, "rPr/vanish") for style in chain)),
            _first(val(style, "pPr/numPr/numId") for style in chain),
            _first(val(style, "pPr/numPr/ilvl") for style in chain),
        )

    def _chain(self, style_id: str | None) -> Iterator[etree._Element]:
        """Yield a style and those that it rests on; a circle ends where it closes."""
        seen: set[str] = set()
        while style_id in self._elements and style_id not in seen:
            seen.add(style_id)
            style = self._elements[style_id]
            yield style
            style_id = val(style, "basedOn")


def size_of(properties: etree._Element | None) -> float:
    """Return the size that properties of a run or style give, in points; 0 where they give none."""
    half_points = val(properties, "sz") or ""
    return int(half_points) / 2 if half_points.isdigit() else 0.0


def _first(values: Iterable[_Value | None]) -> _Value | None:
    return next((value for value in values if value is not None), None)
