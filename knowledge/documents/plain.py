"""Plain text: kept as it is, without what belongs to its pages only."""

import re
from collections import Counter
from collections.abc import Sequence

from knowledge.documents.document import Written
from knowledge.documents.furniture import contents_lines, is_letter_spaced, is_page_line
from knowledge.documents.pasted import with_numbers_before_words
from knowledge.lines import MARKED_HEADING, marker_of, reads_as_title
from knowledge.reader import without_unseen

_EDGE = 3  # written lines at a page's top and bottom that may be furniture
_LEAST_PAGES = 2
_LONGEST_WRAPPED = 160  # characters; programs that write a paragraph as one line write longer ones

Numbered = tuple[int, str]  # a line with its number in the file


def is_markdown(text: str) -> bool:
    """Say whether a text marks its headings as Markdown does."""
    return any(MARKED_HEADING.match(line) for line in text.split("\n"))


def plain_text(text: str) -> Written:
    """Return the text without page numbers, lines that come again on each page, and contents lists.

    Pages end with form feeds, or else with lines that count them; a spaced-out line is left out where it
    comes twice or ends a page. A number that stands alone, as in text copied out of a PDF, is put before its
    words.
    """
    pages = _pages(text)
    numbered = [one for page in pages for one in page]
    recurring = _recurring([[line for _, line in page] for page in pages])
    spaced = Counter(_even(line) for _, line in numbered if is_letter_spaced(line))
    last = {page[-1][0] for page in (_written(page) for page in pages) if page}
    kept = _whole(
        numbered,
        {
            number
            for number, line in numbered
            if is_page_line(line)
            or _even(line) in recurring
            or (is_letter_spaced(line) and (spaced[_even(line)] > 1 or number in last))
        },
    )
    kept = _apart(kept)
    left_out = contents_lines([line for _, line in kept])
    kept = with_numbers_before_words([one for place, one in enumerate(kept) if place not in left_out])
    return Written("\n".join(line for _, line in kept), tuple(f"line {number}" for number, _ in kept))


def _pages(text: str) -> list[list[Numbered]]:
    """Return the lines of each page."""
    by_feeds = [without_unseen(page).split("\n") for page in text.split("\f")]
    lines = list(enumerate((line for page in by_feeds for line in page), 1))
    ends = [len(page) for page in by_feeds]
    if len(by_feeds) == 1:
        counted = [number for number, line in lines if is_page_line(line)]
        ends = [end - start for start, end in zip([0, *counted], [*counted, len(lines)], strict=True)]
    pages, start = [], 0
    for length in ends:
        pages.append(lines[start : start + length])
        start += length
    return pages


def _whole(lines: Sequence[Numbered], furniture: set[int]) -> list[Numbered]:
    """Return the lines without furniture; a paragraph that it stood in the midst of is whole again."""
    kept: list[Numbered] = []
    parted = False
    for number, line in lines:
        if number in furniture:
            parted = True
            continue
        if line.strip():
            if parted and _goes_on(next((one for _, one in reversed(kept) if one.strip()), ""), line):
                while not kept[-1][1].strip():
                    kept.pop()
            parted = False
        kept.append((number, line))
    return kept


def _goes_on(above: str, line: str) -> bool:
    """Say whether a line at a page's top goes on with a sentence that the page before it began."""
    begun = bool(above.strip()) and not _ends(above) and not reads_as_title(above.strip())
    return begun and marker_of(line) is None


def _apart(lines: Sequence[Numbered]) -> list[Numbered]:
    """Return the lines, a blank one between any two where each is a paragraph: none of them was wrapped."""
    if max((len(line) for _, line in lines), default=0) <= _LONGEST_WRAPPED:
        return list(lines)
    apart: list[Numbered] = []
    for number, line in lines:
        marker = marker_of(line)
        if apart and apart[-1][1].strip() and line.strip() and not (marker and marker.kind == "bullet"):
            apart.append((number, ""))
        apart.append((number, line))
    return apart


def _written(page: list[Numbered]) -> list[Numbered]:
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
