"""Tables of a PDF: cells that go over several lines put together again, so that a row is one line."""

from collections.abc import Iterator, Sequence

from knowledge.documents.pdf_lines import Line, Piece
from knowledge.lines import marker_of

_SAME_EDGE = 3.0  # points between the left edges of two lines of one column
_SAME_BASE = 0.3  # of the size: lines whose bases differ by less stand beside one another
_CLOSE = 1.7  # sizes from line to line within a cell
_AHEAD = 12  # lines in which a row's next cell may begin: more are a column of the page


def with_hung_numbers(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield a page's lines, a number that hangs before its text put together with it, since it is no cell.

    Where a further cell stands beside them, it is one.
    """
    for at, line in enumerate(lines):
        marker = marker_of(f"{line.cells[0]} x") if len(line.pieces) == 2 else None
        in_row = any(_is_beside(line, other) for other in lines[at + 1 : at + 1 + _AHEAD])
        if marker and marker.rest == "x" and not in_row:
            line.text_left = line.pieces[1][0].left
            line.pieces = [[*line.pieces[0], *line.pieces[1]]]
        yield line


def with_whole_rows(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield a page's lines, each row of a table one of them.

    A row begins with a line of several cells, or in a table with one that stands in its first column and has
    another beside it. Lines below that stand in a column of it, close to what is above, go on with that cell.
    Programs write a table cell by cell: the next cell's first line may come after the last of the one before.
    """
    row: _Row | None = None
    for at, line in enumerate(lines):
        if row is not None and row.takes(line, lines[at + 1 : at + 1 + _AHEAD]):
            continue
        beside = row is not None and row.is_start(line, lines[at + 1 : at + 1 + _AHEAD])
        if row is not None:
            yield row.line
        row = None
        if len(line.pieces) > 1 or beside:
            row = _Row(line)
        else:
            yield line
    if row is not None:
        yield row.line


class _Row:
    """A row in the making."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._lefts = [cell[0].left for cell in line.pieces]
        self._bases = [line.base for _ in line.pieces]  # of the last line of each cell

    def is_start(self, line: Line, ahead: Sequence[Line]) -> bool:
        """Say whether a line is a further row's first cell, whose next cells come after it."""
        return (
            self._column(line.pieces[0]) == 0
            and line.base < self.line.base
            and any(_is_beside(line, other) and self._column(other.pieces[0]) for other in ahead)
        )

    def takes(self, line: Line, ahead: Sequence[Line]) -> bool:
        """Take a line that goes on with a cell of the row, or is the row's next cell; say whether it does."""
        if _is_beside(self.line, line):
            self._lefts += [cell[0].left for cell in line.pieces]
            self._bases += [line.base for _ in line.pieces]
            self.line.pieces += line.pieces
            self.line.right = max(self.line.right, line.right)
            return True
        columns = [self._column(cell) for cell in line.pieces]
        if any(column is None or not self._is_close(line, column) for column in columns):
            return False
        if columns[0] == 0 and (len(line.pieces) > 1 or not self._fits(line) or self.is_start(line, ahead)):
            return False
        for column, cell in zip(columns, line.pieces, strict=True):
            if column is not None:
                self.line.pieces[column] = [*self.line.pieces[column], *cell]
                self._bases[column] = line.base
        self.line.right = max(self.line.right, line.right)
        return True

    def _is_close(self, line: Line, column: int) -> bool:
        alike = line.bold == self.line.bold and abs(line.size - self.line.size) < 1
        return alike and 0 < self._bases[column] - line.base <= _CLOSE * line.size

    def _fits(self, line: Line) -> bool:
        """Say whether a line of the first column ends before the second begins; what is wider is no cell."""
        return len(self._lefts) > 1 and line.right < self._lefts[1]

    def _column(self, cell: Sequence[Piece]) -> int | None:
        near = (at for at, left in enumerate(self._lefts) if abs(cell[0].left - left) <= _SAME_EDGE)
        return next(near, None)


def _is_beside(line: Line, other: Line) -> bool:
    return abs(line.base - other.base) <= _SAME_BASE * line.size and other.left > line.right
