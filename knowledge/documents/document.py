"""Document: the paragraphs of a file of any format, and the text that is kept of them."""

import re
from dataclasses import dataclass
from typing import Literal

from knowledge.lines import MARKED_HEADING, MOST_MARKS

BULLET = "-"  # every bullet is written as this
Kind = Literal["title", "heading", "item", "text", "row"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph with what its format knows of it.

    `level` is a heading's (1 the highest), or how deep an item or a text within one lies (1: the outermost
    list, 0: none). `marker` is the number, letter or bullet before the text, as printed. `place` is where it
    stands in the file ("page 3", "line 12"). `bold` says that all of it is bold, underlined or larger than
    the rest, as a heading is that has no style of one.
    """

    kind: Kind
    text: str
    level: int = 0
    marker: str = ""
    place: str = ""
    bold: bool = False

    @property
    def printed(self) -> str:
        """The marker and the text, as printed."""
        return f"{self.marker} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that a person should look at: where it stands, and what it is."""

    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Document:
    """What was read of a file. `remarks` say what was left out or is doubtful."""

    paragraphs: tuple[Paragraph, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def title(self) -> str:
        """The title, empty where the document has none that stands out."""
        return next((paragraph.text for paragraph in self.paragraphs if paragraph.kind == "title"), "")


@dataclass(frozen=True, slots=True)
class Written:
    """The text that is kept of a document, and for each of its lines where it stood in the file."""

    text: str
    places: tuple[str, ...]


def written(document: Document) -> Written:
    """Return the document as text: paragraphs parted by blank lines, headings marked as in Markdown.

    The title has one mark ("# Lone working"), headings two and more. The text says what the document says,
    letter by letter; tables are written row by row, cells parted by "|", notes below what they belong to.
    """
    lines: list[str] = []
    places: list[str] = []
    for paragraph in document.paragraphs:
        own = _lines(paragraph)
        if lines and paragraph.marker != BULLET:
            own.insert(0, "")
        lines += own
        places += [paragraph.place] * len(own)
    return Written("\n".join(lines) + "\n", tuple(places))


def _lines(paragraph: Paragraph) -> list[str]:
    text = paragraph.text.split("\n")
    if paragraph.kind in ("title", "heading"):
        marks = "#" if paragraph.kind == "title" else "#" * min(paragraph.level + 1, MOST_MARKS)
        return [" ".join((marks, *paragraph.printed.split()))]
    if paragraph.kind == "item":
        indent = "  " * (paragraph.level - 1)
        first, *others = text
        return [f"{indent}{paragraph.marker} {first}", *(f"{indent}  {line}" for line in others)]
    return [f"{'  ' * paragraph.level}{_unmarked(line)}" for line in text]


def _unmarked(line: str) -> str:
    """Return a line of text so that it is not taken for a marked heading: only its white space changes."""
    return re.sub(r"^(\s*#+) ", "\\1\u00a0", line) if MARKED_HEADING.match(line) else line
