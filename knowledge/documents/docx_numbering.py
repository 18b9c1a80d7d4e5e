"""Numbering of a DOCX: the number that Word prints before a paragraph, counted as Word counts (17.9)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lxml import etree

from knowledge.documents.document import BULLET
from knowledge.documents.docx_package import is_on, val
from knowledge.documents.docx_styles import Styles
from knowledge.documents.lists import repeated_letters, roman

_SHOWN: Mapping[str, Callable[[int], str]] = {
    "lowerLetter": repeated_letters,
    "upperLetter": lambda number: repeated_letters(number).upper(),
    "lowerRoman": roman,
    "upperRoman": lambda number: roman(number).upper(),
    "decimalZero": lambda number: f"{number:02d}",
    "none": lambda _: "",
}
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is numbered. `restart` is the level after which it begins again."""

    start: int
    format: str
    text: str
    legal: bool
    restart: int | None
    style: str | None


class Numbering:
    """Counts the lists of one document; paragraphs are given in order."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        """Take the root of numbering.xml, or None where the document has no lists."""
        self._lists: dict[str, str] = {}  # a list's id: the id of what describes it
        self._own: dict[str, dict[int, _Level]] = {}  # levels that a list describes itself
        self._starts: dict[str, dict[int, int]] = {}  # where a list begins again
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        if root is not None:
            self._take(root, styles)

    def level_of_style(self, list_id: str, style: str | None) -> int:
        """Return the level that a list gives to a style, 0 where it names none."""
        levels = self._described(list_id)
        return next((level for level, one in levels.items() if style and one.style == style), 0)

    def marker(self, list_id: str, level: int) -> str:
        """Return what is printed before the next paragraph of a list; "" where the list is not described."""
        levels = self._described(list_id)
        if level not in levels:
            return ""
        counts = self._count(list_id, level, levels)
        here = levels[level]
        if here.format == "bullet":
            return BULLET

        def shown(found: re.Match[str]) -> str:
            at = int(found.group(1)) - 1
            described = levels.get(at)
            if described is None:
                return ""
            number = counts.get(at, described.start)
            decimal = here.legal or described.format not in _SHOWN
            return str(number) if decimal else _SHOWN[described.format](number)

        return re.sub(r"%([1-9])", shown, here.text).strip()

    def _count(self, list_id: str, level: int, levels: Mapping[int, _Level]) -> Mapping[int, int]:
        counts = self._counts.setdefault(self._lists[list_id], {})
        begins = self._starts.get(list_id, {}).get(level)
        if begins is not None and (list_id, level) not in self._begun:
            counts[level] = begins
        else:
            counts[level] = counts[level] + 1 if level in counts else levels[level].start
        self._begun.add((list_id, level))
        for deeper in [at for at in counts if at > level]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or (restart > level and restart != 0):
                del counts[deeper]
        return counts

    def _described(self, list_id: str) -> dict[int, _Level]:
        described = self._levels.get(self._lists.get(list_id, ""), {})
        return {**described, **self._own.get(list_id, {})}

    def _take(self, root: etree._Element, styles: Styles) -> None:
        links: dict[str, str] = {}
        for described in root.iterfind("abstractNum"):
            name = described.get("abstractNumId") or ""
            self._levels[name] = dict(map(_level, described.iterfind("lvl")))
            if link := val(described, "numStyleLink"):
                links[name] = link
        for one in root.iterfind("num"):
            self._take_list(one)
        for name, link in links.items():
            target = self._lists.get(styles.of(link).list_id or "", "")
            self._levels[name] = self._levels.get(target, {})

    def _take_list(self, one: etree._Element) -> None:
        list_id = one.get("numId") or ""
        self._lists[list_id] = val(one, "abstractNumId") or ""
        for override in one.iterfind("lvlOverride"):
            at = _whole(override.get("ilvl"), 0)
            if (start := val(override, "startOverride")) is not None:
                self._starts.setdefault(list_id, {})[at] = _whole(start, 1)
            if (own := override.find("lvl")) is not None:
                self._own.setdefault(list_id, {})[at] = _level(own)[1]


def _level(element: etree._Element) -> tuple[int, _Level]:
    restart = val(element, "lvlRestart")
    return _whole(element.get("ilvl"), 0), _Level(
        _whole(val(element, "start"), 0),
        val(element, "numFmt") or "decimal",
        val(element, "lvlText") or "",
        bool(is_on(element, "isLgl")),
        _whole(restart, 0) if restart is not None else None,
        val(element, "pStyle"),
    )


def _whole(written: str | None, otherwise: int) -> int:
    return int(written) if written and re.fullmatch(r"\d{1,6}", written) else otherwise
