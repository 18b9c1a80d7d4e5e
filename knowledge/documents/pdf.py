"""PDF: lines made paragraphs again, headings known by their size, without what stands on every page."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, takewhile

from knowledge.documents.document import BULLET, Document, Paragraph, Remark
from knowledge.documents.furniture import ends_in_leader, is_letter_spaced, is_page_line
from knowledge.documents.hyphens import HYPHEN, joined_words
from knowledge.documents.pdf_edges import Edges
from knowledge.documents.pdf_lines import Line, Page, pages_of
from knowledge.documents.pdf_tables import with_hung_numbers, with_whole_rows
from knowledge.documents.shaping import shaped
from knowledge.lines import Marker, marker_of
from knowledge.reader import MAX_BYTES, PolicyError
from knowledge.signoff import is_history, is_sign_off

_BAND = 0.12  # of the page's height, above and below: where furniture stands
_SAME_HEIGHT = 3.0  # points
_LARGER = 1.08  # times the body's size: a heading
_HEADING_WORDS = 20
_LOOSE = 1.18  # times the usual distance of lines: a new paragraph
_SINGLE = 1.35  # sizes from line to line, where no line goes on
_INDENT = 6.0  # points
_ENDS = (".", ":", ";", "?", "!")
_NOTE = re.compile(r"\[(\d{1,3})\]\s*(\S.*)", re.DOTALL)
_LONE_NUMBER = re.compile(r"\W*(?:\d{1,4}|[ivxl]{1,6})\W*")
# A number after these ends a sentence ("as in paragraph / 7.2"), it begins no clause.
_POINTS = re.compile(
    r"\b(?:paragraphs?|paras?|sections?|clauses?|items?|points?|rules?|articles?|appendix|see|in|under|by|with|at|of"
    r"|to|per|and|or|than|the|from)\Z",
    re.IGNORECASE,
)


def read_pdf(data: bytes) -> Document:
    """Return what a PDF shows; raise PolicyError where it is damaged, asks for a password or is a scan."""
    pages = list(pages_of(data, MAX_BYTES))
    for page in pages:
        page.lines = list(with_whole_rows(list(with_hung_numbers(page.lines))))
    furniture = _furniture(pages)
    for page in pages:
        page.lines = [line for line in page.lines if not _is_furniture(line, furniture)]
    remarks = _remarks(pages)
    lines = [line for page in pages for line in page.lines]
    if not lines:
        raise PolicyError(
            "its pages hold pictures and no text: a scan. Let a program read it (OCR), or give the document "
            "that it was printed from."
        )
    paragraphs = _Paragraphs(lines, Edges(pages)).gathered()
    return shaped(_with_notes(joined_words(paragraphs)), remarks)


def _remarks(pages: Sequence[Page]) -> list[Remark]:
    found = []
    for page in pages:
        place = f"page {page.number}"
        if not page.lines and page.pictures:
            found.append(Remark(place, "holds a picture and no text: its words, if any, are not read"))
        if page.outside:
            found.append(Remark(place, "words outside the visible page are left out"))
        if page.turned.strip():
            found.append(
                Remark(place, f"words that do not run level are left out: “{page.turned.strip()[:40]}”")
            )
        if sum(len(line.cells) > 1 for line in page.lines) > 1:
            found.append(Remark(place, "a table or columns: check that its rows are whole"))
    return found


# Furniture


def _furniture(pages: Sequence[Page]) -> set[tuple[str, int]]:
    """Return the lines, figures made even, that stand at the same height of the edge of most pages."""
    seen: Counter[tuple[str, int]] = Counter()
    for page in pages:
        seen.update({_even(line) for line in (*_outermost(page.lines), *_outermost(page.lines[::-1]))})
    return {text for text, times in seen.items() if times > max(len(pages) / 2, 1)}


def _outermost(lines: Sequence[Line]) -> Iterable[Line]:
    """Return the lines from the page's edge on that may be furniture: none from the first clause or item on.

    Clauses may differ in their figures alone, and an item, with its second line, be the same on two pages.
    """
    blocks = takewhile(
        lambda block: all(_is_at_edge(line) and _marked(line) is None for line in block), _blocks(lines)
    )
    return chain.from_iterable(blocks)


def _blocks(lines: Sequence[Line]) -> Iterable[list[Line]]:
    """Return the lines in blocks: those that stand as close as the lines of a paragraph."""
    block: list[Line] = []
    for line in lines:
        if block and abs(block[-1].base - line.base) > _SINGLE * min(line.size, block[-1].size):
            yield block
            block = []
        block.append(line)
    yield block


def _is_furniture(line: Line, furniture: set[tuple[str, int]]) -> bool:
    if not _is_at_edge(line):
        return False
    text = line.text
    alone = is_page_line(text) or _LONE_NUMBER.fullmatch(text) or is_letter_spaced(text)
    return bool(alone) or _even(line) in furniture


def _is_at_edge(line: Line) -> bool:
    return not _BAND < line.base / line.page_height < 1 - _BAND


def _even(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "0", " ".join(line.text.split())).lower(), round(line.base / _SAME_HEIGHT)


# Paragraphs


@dataclass(slots=True)
class _Paragraphs:
    """Joins lines that go on with one another."""

    lines: list[Line]
    edges: Edges
    _open: list[Line] = field(default_factory=list)
    _item: Line | None = None  # the item that a text may go on with
    _item_level: int = 1

    def gathered(self) -> list[Paragraph]:
        """Return the paragraphs in order."""
        self._measure()
        found = []
        for line in self.lines:
            if self._open and self._starts(line, self._open[-1]):
                found.append(self._closed())
            self._open.append(line)
        found.append(self._closed())
        return found

    def _measure(self) -> None:
        sizes: Counter[float] = Counter()
        for line in self.lines:
            sizes[line.size] += len(line.text)
        self._body = sizes.most_common(1)[0][0]
        gaps = [
            above.base - below.base
            for above, below in zip(self.lines, self.lines[1:], strict=False)
            if above.page == below.page
            and 0 < above.base - below.base < 3 * self._body
            and below.text[:1].islower()  # in the middle of a sentence, so of a paragraph
        ]
        self._gap = _usual(gaps) if gaps else _SINGLE * self._body
        self._sizes = sorted({line.size for line in self.lines if self._is_large(line)}, reverse=True)
        self._left = min(line.left for line in self.lines)

    _body: float = 0.0
    _gap: float = 0.0
    _left: float = 0.0
    _sizes: list[float] = field(default_factory=list)

    def _is_large(self, line: Line) -> bool:
        return line.size >= _LARGER * self._body

    def _starts(self, line: Line, above: Line) -> bool:
        """Say whether a line starts a paragraph."""
        if abs(line.size - above.size) > 0.6 or line.bold != above.bold:
            return not (above.text[-1:].isalnum() and line.text[:1].islower() and self._goes_on(line, above))
        if len(line.cells) > 1 or len(above.cells) > 1:
            return True
        if _NOTE.match(line.text) or (is_sign_off(line.text) and is_sign_off(above.text)):
            return True
        if ends_in_leader(above.text):
            return True
        far = not self._goes_on(line, above)
        ended = above.text.endswith(_ENDS)
        short = self.edges.has_room(above, line)
        if not short and not far and _POINTS.search(above.text):
            return False
        if line.page != above.page or line.base > above.base:
            return (ended and short) or _marked(line) is not None or (short and not line.text[:1].islower())
        if far or (short and ended):
            return True
        return _marked(line) is not None and (ended or short or self._is_aside(line, above))

    def _goes_on(self, line: Line, above: Line) -> bool:
        return line.page == above.page and 0 <= above.base - line.base <= _LOOSE * max(
            self._gap, line.size * self._gap / self._body
        )

    def _is_aside(self, line: Line, above: Line) -> bool:
        first = self._open[0] if self._open else above
        inset = abs(line.left - above.left) > 2.0
        return inset or (_marked(first) is not None and abs(line.left - first.left) < 2.0)

    def _closed(self) -> Paragraph:
        lines, self._open = self._open, []
        first = lines[0]
        text = _together([line.text for line in lines])
        place = f"page {first.page}"
        marker = marker_of(text)
        if len(first.cells) > 1:
            return self._row(first, place)
        if self._is_large(first) and len(text.split()) <= _HEADING_WORDS:
            self._item = None
            return Paragraph("heading", text, self._sizes.index(first.size) + 1, "", place, bold=first.bold)
        bold = all(line.bold for line in lines)
        if marker and marker.kind in ("number", "letter", "bullet"):
            return self._as_item(first, marker, text, place, bold=bold)
        inset = self._item is not None and first.left >= self._item.text_left - 3.0
        inset = inset and self._item is not None and first.left > self._item.left + _INDENT
        return Paragraph("text", text, self._item_level if inset else 0, "", place, bold)

    def _row(self, line: Line, place: str) -> Paragraph:
        label = line.cells[0].endswith(":") and len(line.cells) == 2
        cells = [" ".join(line.cells)] if label else line.cells
        marker = None if is_history(" | ".join(cells)) else marker_of(f"{cells[0]} x")
        if marker and marker.rest == "x" and len(cells) > 1 and marker.kind != "bare":
            return self._as_item(line, marker, f"{cells[0]} {' | '.join(cells[1:])}", place, bold=line.bold)
        return Paragraph("row" if len(cells) > 1 else "text", " | ".join(cells), 0, "", place, line.bold)

    def _as_item(self, first: Line, marker: Marker, text: str, place: str, *, bold: bool) -> Paragraph:
        if self._item is None or first.left <= self._left + _INDENT:
            self._item_level = 1
        elif first.left > self._item.left + _INDENT:
            self._item_level += 1
        elif first.left < self._item.left - _INDENT:
            self._item_level = max(1, self._item_level - 1)
        self._item = first
        printed = BULLET if marker.kind == "bullet" else marker.printed
        words = text[len(text) - len(text.lstrip()) + marker.width :].strip()
        return Paragraph("item", words, self._item_level, printed, place, bold)


def _marked(line: Line) -> Marker | None:
    marker = marker_of(line.text)
    return marker if marker and marker.kind in ("number", "letter", "bullet", "named") else None


def _usual(gaps: Iterable[float]) -> float:
    """Return the distance of lines within paragraphs: the commonest, in half points."""
    counted = Counter(round(gap * 2) / 2 for gap in gaps)
    return counted.most_common(1)[0][0]


def _together(lines: Sequence[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        keeps = text.endswith("-") and text[-2:-1].isalpha() and line[:1].islower()
        text += line if keeps or text.endswith((HYPHEN, "/")) else f" {line}"
    return text


# Notes


def _with_notes(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs, each note at a page's foot put below the paragraph that refers to it."""
    kept: list[Paragraph] = []
    for paragraph in paragraphs:
        note = _NOTE.fullmatch(paragraph.text) if paragraph.kind == "text" else None
        if note is None:
            kept.append(paragraph)
            continue
        mark = f"[{note.group(1)}]"
        home = next((at for at in range(len(kept) - 1, -1, -1) if mark in kept[at].text), None)
        if home is None:
            kept.append(paragraph)
        else:
            kept[home] = replace(kept[home], text=f"{kept[home].text}\n{mark} {note.group(2)}")
    return kept
