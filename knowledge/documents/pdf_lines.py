"""Lines of a PDF: what stands on each page, with its place, size and weight, by PDFium."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # ships no types
import pypdfium2.raw as raw  # type: ignore[import-untyped]  # as above

from knowledge.documents.hyphens import HYPHEN
from knowledge.reader import PolicyError

MOST_PAGES = 2000
_HYPHENS = (0x02, 0xFFFE)  # as PDFium says that
_BOLD_WEIGHT = 600  # of 100 to 900
_WIDE = 1.6  # sizes of the letters between two words: more parts cells
_NARROW = 0.4  # more may part cells: where a line beside it has a cell that begins at the same place
_SAME_COLUMN = 1.0  # points
_RAISED = 0.22  # of the line's size above its base: a figure there is a reference to a note
_LEVEL = 0.2  # of the size: lines whose bases differ by less are one
_SPACE = 0.15  # of the size: a gap between pieces of a line that is a space
_TURNED = 0.2  # radians
_NOT_DRAWN = (3, 7)


@dataclass(frozen=True, slots=True)
class Piece:
    """Words without a gap that may part cells, and where they begin."""

    left: float
    text: str


@dataclass(slots=True)
class Line:
    """One line: its cells' words, where it stands in points from the page's lower left, size, weight."""

    page: int
    pieces: list[list["Piece"]]  # of each cell, where a gap may part it
    left: float
    right: float
    base: float
    size: float
    bold: bool
    text_left: float  # where the words after a number begin
    page_height: float
    page_right: float

    @property
    def cells(self) -> list[str]:
        """The words of each cell."""
        return [" ".join(piece.text for piece in cell) for cell in self.pieces]

    @property
    def text(self) -> str:
        """The words of the line."""
        return " | ".join(self.cells)


@dataclass(slots=True)
class Page:
    """The lines of one page; `turned` are words that do not run level, `outside` counts letters off it."""

    number: int
    lines: list[Line] = field(default_factory=list)
    turned: str = ""
    outside: int = 0
    pictures: int = 0


def pages_of(data: bytes, most_letters: int) -> Iterator[Page]:
    """Yield the pages of a PDF; raise PolicyError where it cannot be opened or holds too much."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise PolicyError("asks for a password. Save a copy without one.") from error
        raise PolicyError(f"a damaged PDF ({error}). Save or export it again.") from error
    try:
        if len(document) > MOST_PAGES:
            raise PolicyError(f"{len(document):,} pages, more than {MOST_PAGES:,}. Give the policy alone.")
        letters = 0
        for number in range(len(document)):
            page = _page(document, number)
            letters += sum(len(line.text) for line in page.lines)
            if letters > most_letters:
                raise PolicyError(f"holds more than {most_letters:,} letters. Give the policy alone.")
            yield page
    finally:
        document.close()


def _page(document: pdfium.PdfDocument, number: int) -> Page:
    found = Page(number + 1)
    try:
        page = document[number]
    except pdfium.PdfiumError as error:
        raise PolicyError(f"page {number + 1} is damaged ({error}). Save or export it again.") from error
    try:
        text = page.get_textpage()
        try:
            found.lines = _Reading(text, found, page.get_cropbox()).lines()
        finally:
            text.close()
        if not found.lines:
            found.pictures = sum(1 for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4))
    finally:
        page.close()
    return found


@dataclass(slots=True)
class _Letter:
    """A letter: its place in the page's text, and where it stands."""

    at: int
    code: int
    left: float
    right: float
    bottom: float


class _Reading:
    """Reads one page letter by letter."""

    def __init__(self, text: pdfium.PdfTextPage, page: Page, box: tuple[float, float, float, float]) -> None:
        self._text = text
        self._page = page
        self._box = box
        self._corners = [ctypes.c_double() for _ in range(4)]
        self._name = ctypes.create_string_buffer(200)

    def lines(self) -> list[Line]:
        """Return the page's lines in the order in which they are written."""
        found = []
        open_line: list[_Letter] = []
        for at in range(self._text.count_chars()):
            code = raw.FPDFText_GetUnicode(self._text, at)
            if code in (10, 13):
                found += self._line(open_line)
                open_line = []
            elif (letter := self._letter(at, code)) is not None:
                open_line.append(letter)
        return _in_columns(_joined([*found, *self._line(open_line)]))

    def _letter(self, at: int, code: int) -> _Letter | None:
        left, right, bottom, top = self._corners
        if not raw.FPDFText_GetCharBox(self._text, at, left, right, bottom, top):
            return None
        if code > 32 and code != 0xA0:
            x, y = (left.value + right.value) / 2, (bottom.value + top.value) / 2
            if not (self._box[0] <= x <= self._box[2] and self._box[1] <= y <= self._box[3]):
                self._page.outside += 1
                return None
        return _Letter(at, code, left.value, right.value, bottom.value)

    def _line(self, letters: list[_Letter]) -> list[Line]:
        shown = [letter for letter in letters if letter.code not in (0, 32, 0xA0)]
        if not shown:
            return []
        first, last = shown[0], shown[-1]
        angle = raw.FPDFText_GetCharAngle(self._text, first.at)
        if _TURNED < angle < 2 * 3.1416 - _TURNED:
            self._page.turned += "".join(chr(letter.code) for letter in shown) + " "
            return []
        sample = shown[:: max(1, len(shown) // 8)]
        # A number or bullet may be set larger than what it stands before: the line is as large as its rest.
        rest = shown[len(shown) // 2 :]
        size = median(self._size(letter) for letter in rest[:: max(1, len(rest) // 8)])
        base = median(self._base(letter) for letter in sample)
        cells, text_left = self._cells(letters, size, base)
        if not cells:  # only white space of another kind
            return []
        bold = self._is_bold(first) and self._is_bold(last) and self._is_bold(shown[len(shown) // 2])
        height, right = self._box[3] - self._box[1], self._box[2]
        base_of_page = base - self._box[1]
        return [
            Line(
                self._page.number, cells, first.left, last.right, base_of_page, size, bold,
                text_left, height, right,
            )
        ]  # fmt: skip

    def _size(self, letter: _Letter) -> float:
        """Return the size in points as shown: the font's size may be scaled."""
        return round(float(raw.FPDFText_GetFontSize(self._text, letter.at)), 1)

    def _base(self, letter: _Letter) -> float:
        x, base = ctypes.c_double(), ctypes.c_double()
        raw.FPDFText_GetCharOrigin(self._text, letter.at, x, base)
        return base.value

    def _is_bold(self, letter: _Letter) -> bool:
        flags = ctypes.c_int()
        raw.FPDFText_GetFontInfo(self._text, letter.at, self._name, 200, flags)
        name = self._name.value.lower()
        return raw.FPDFText_GetFontWeight(self._text, letter.at) >= _BOLD_WEIGHT or b"bold" in name

    def _cells(self, letters: list[_Letter], size: float, base: float) -> tuple[list[list[Piece]], float]:
        """Return the words parted where a wide gap is, and where those after the first gap or space begin."""
        first = letters[0].left
        words, text_left, spaced = _Words(size, base, first), first, False
        for letter in letters:
            if letter.code in (32, 0xA0, 9):
                words.space()
                spaced = True
                continue
            if spaced and text_left == first:
                text_left = letter.left
            words.add(letter)
        return words.cells(), text_left


class _Words:
    """Puts the letters of a line together into pieces, and pieces into cells."""

    def __init__(self, size: float, base: float, left: float) -> None:
        self._size, self._base = size, base
        self._right = self._left = left
        self._cells: list[list[Piece]] = [[]]
        self._text = self._raised = ""

    def space(self) -> None:
        """Take a space."""
        self._settle()
        self._text += " "

    def add(self, letter: _Letter) -> None:
        """Take a letter; one behind a gap begins a piece or a cell."""
        gap = letter.left - self._right
        if gap > _WIDE * self._size and self._text.strip():
            self._end()
            self._cells.append([])
        elif gap > _NARROW * self._size and self._text.endswith(" ") and self._text.strip():
            self._end()
        if not self._text.strip():
            self._left = letter.left
        if self._text.endswith(HYPHEN) and letter.left >= self._right - 1:
            self._text = f"{self._text[:-1]}-"  # the line goes on: it is the word's own
        self._right = letter.right
        if 48 <= letter.code <= 57 and letter.bottom > self._base + _RAISED * self._size:
            self._raised += chr(letter.code)
            return
        self._settle()
        self._text += HYPHEN if letter.code in _HYPHENS else chr(letter.code)

    def cells(self) -> list[list[Piece]]:
        """Return what was put together."""
        self._end()
        return [cell for cell in self._cells if cell]

    def _end(self) -> None:
        self._settle()
        if self._text.strip():
            self._cells[-1].append(Piece(self._left, " ".join(self._text.split())))
        self._text = ""

    def _settle(self) -> None:
        """Take the raised figures before this for a reference to a note."""
        self._text += f"[{self._raised}]" if self._raised else ""
        self._raised = ""


def _joined(lines: list[Line]) -> list[Line]:
    """Return the lines, pieces that stand beside one another put together again."""
    found: list[Line] = []
    for line in lines:
        before = found[-1] if found else None
        if (
            before is None
            or abs(before.base - line.base) > _LEVEL * line.size
            or line.left < before.right - 1
        ):
            found.append(line)
            continue
        gap = line.left - before.right
        if gap > _WIDE * line.size and not before.cells[-1].endswith("."):
            before.pieces += line.pieces
        elif gap > _SPACE * line.size:
            before.pieces = [*before.pieces[:-1], before.pieces[-1] + line.pieces[0], *line.pieces[1:]]
        else:
            *kept, last = before.pieces[-1]
            whole = Piece(last.left, last.text + line.pieces[0][0].text)
            begun = [*kept, whole, *line.pieces[0][1:]]
            before.pieces = [*before.pieces[:-1], begun, *line.pieces[1:]]
        before.right = line.right
        before.bold = before.bold and line.bold
    return found


def _in_columns(lines: list[Line]) -> list[Line]:
    """Return the lines, parted too at narrow gaps behind which a cell of the line beside them begins.

    A cell that nearly fills its column has hardly more room behind it than a word.
    """
    for ordered in (lines, lines[::-1]):
        columns: list[float] = []
        for line in ordered:
            line.pieces = [part for cell in line.pieces for part in _parted(cell, columns)]
            columns = [cell[0].left for cell in line.pieces[1:]]
    return lines


def _parted(cell: list[Piece], columns: list[float]) -> Iterator[list[Piece]]:
    begun: list[Piece] = []
    for piece in cell:
        if begun and any(abs(piece.left - column) <= _SAME_COLUMN for column in columns):
            yield begun
            begun = []
        begun.append(piece)
    yield begun
