"""Edges of a PDF's columns: where full lines end, so that a line with room at its end ends its paragraph."""

from collections.abc import Mapping, Sequence
from statistics import median

from knowledge.documents.pdf_lines import Line, Page

_NEARLY = 12.0  # points: lines whose right edges differ by less end at one edge
_FULL = 3  # lines that end at one edge show that it is where lines end
_JUMP = 4.0  # sizes up the page: there a column of the page begins
_ASIDE = 0.2  # of the page's width to the right of the column before
_ROOM = 1.2  # times the width of the next line's first word: free at a line's end, it ends its paragraph

_Column = tuple[int, int]  # how many columns a page has, and which of them


class Edges:
    """The right edge of each column of a document."""

    def __init__(self, pages: Sequence[Page]) -> None:
        self._columns: dict[int, _Column] = {}
        held: dict[_Column, list[Line]] = {}
        for page in pages:
            places = _columns(page.lines)
            for line, place in zip(page.lines, places, strict=True):
                column = (max(places) + 1, place)
                self._columns[id(line)] = column
                held.setdefault(column, []).append(line)
        self._rights: Mapping[_Column, float] = {column: _far(lines) for column, lines in held.items()}
        # The last page of a document in columns may fill only the first of them.
        first = self._rights.get((2, 0), 0.0)
        self._columns |= {
            id(line): (2, 0)
            for page in pages
            if all(line.right < first + _NEARLY for line in page.lines)
            for line in page.lines
        }

    def has_room(self, line: Line, below: Line) -> bool:
        """Say whether the first word of the line below would have stood on this one: then it was not to."""
        letter = (below.right - below.left) / max(len(below.text), 1)
        right = self._rights[self._columns[id(line)]]
        return right - line.right > _ROOM * letter * (len(below.text.split()[0]) + 1)


def _columns(lines: Sequence[Line]) -> list[int]:
    """Return in which column each line of a page stands, 0 the first."""
    places: list[int] = []
    for at, line in enumerate(lines):
        above = lines[at - 1] if at else line
        place = places[-1] if places else 0
        jumps = line.base - above.base > _JUMP * line.size
        places.append(place + (jumps and line.left - above.left > _ASIDE * line.page_right))
    return places


def _far(lines: Sequence[Line]) -> float:
    """Return where full lines end: the right edge that a tenth of the lines pass, at least the median.

    Where hardly any line ends there, none is full: then they would end as far from the page's edge as they
    begin.
    """
    ordered = sorted(line.right for line in lines)
    far = max(ordered[int(len(ordered) * 0.9) - 1], median(ordered))
    full = sum(abs(right - far) < _NEARLY for right in ordered)
    return far if full >= _FULL else max(far, lines[0].page_right - min(line.left for line in lines))
