"""Plain text: kept as it is, without what belongs to its pages only."""

import re
from collections import Counter

from knowledge.documents.document import Written
from knowledge.documents.furniture import contents_lines, is_letter_spaced, is_page_line
from knowledge.lines import MARKED_HEADING, marker_of
from knowledge.reader import without_unseen

_EDGE = 3  # written lines at a page's top and bottom that may be furniture
_LEAST_PAGES = 2


def is_markdown(text: str) -> bool:
    """Say whether a text marks its headings as Markdown does."""
    return any(MARKED_HEADING.match(line) for line in text.split("\n"))


def plain_text(text: str) -> Written:
    """Return the text without page numbers, lines that come again on each page, and contents lists.

    Pages are known by form feeds; a spaced-out line is left out where it comes twice or ends a page.
    """
    numbered: list[tuple[int, str]] = []
    pages = []
    for page in text.split("\f"):
        lines = without_unseen(page).split("\n")
        pages.append(list(enumerate(lines, numbered[-1][0] + 1 if numbered else 1)))
        numbered += pages[-1]
    recurring = _recurring([[line for _, line in page] for page in pages])
    spaced = Counter(_even(line) for _, line in numbered if is_letter_spaced(line))
    last = {page[-1][0] for page in (_written(page) for page in pages) if page}
    kept = [
        (number, line)
        for number, line in numbered
        if not (
            is_page_line(line)
            or _even(line) in recurring
            or (is_letter_spaced(line) and (spaced[_even(line)] > 1 or number in last))
        )
    ]
    left_out = contents_lines([line for _, line in kept])
    kept = [one for place, one in enumerate(kept) if place not in left_out]
    return Written("\n".join(line for _, line in kept), tuple(f"line {number}" for number, _ in kept))


def _written(page: list[tuple[int, str]]) -> list[tuple[int, str]]:
    return [(number, line) for number, line in page if line.strip() and not is_page_line(line)]


def _recurring(pages: list[list[str]]) -> set[str]:
    """Return the lines, figures made even, that stand at the edge of most pages."""
    if len(pages) <= _LEAST_PAGES:
        return set()
    seen: Counter[str] = Counter()
    for page in pages:
        # A clause has a number or ends as a sentence does; two of them may differ in their figures alone.
        lines = [line for line in page if line.strip() and marker_of(line) is None and not _ends(line)]
        seen.update({_even(line) for line in (*lines[:_EDGE], *lines[-_EDGE:])})
    return {line for line, times in seen.items() if times > len(pages) / 2}


def _ends(line: str) -> bool:
    return line.rstrip().endswith((".", ";", ":", "?", "!"))


def _even(line: str) -> str:
    return re.sub(r"\d+", "0", " ".join(line.split())).lower()
