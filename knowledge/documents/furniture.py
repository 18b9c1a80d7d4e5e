"""Furniture: what belongs to the page, not to the policy: page numbers, contents lists, spaced footers."""

import re
from collections.abc import Sequence

_PAGE = re.compile(
    r"[\s|\u2013\u2014-]*(?:page|p\.?|pg\.?)?\s*\d{1,4}\s*(?:of|/)\s*\d{1,4}[\s|\u2013\u2014-]*"
    r"|[\s|\u2013\u2014-]*page\s+\d{1,4}[\s|\u2013\u2014-]*",
    re.IGNORECASE,
)
_LEADER = re.compile(r"(?:\.\s?){4,}\s*\d{1,4}\s*$|\u2026+\s*\d{1,4}\s*$|\t+\s*\d{1,4}\s*$")
_ENDS_IN_PAGE = re.compile(r"\s+\d{1,3}\s*$")
_CONTENTS = re.compile(r"[#\s]*(?:table of )?contents(?: page)?:?\s*", re.IGNORECASE)
_LEAST_ENTRIES = 2
_MOST_WORDS = 16
_SPACED_LETTERS = 6


def is_page_line(line: str) -> bool:
    """Say whether a line only counts pages ("Page 3 of 12")."""
    return _PAGE.fullmatch(line) is not None


def is_letter_spaced(line: str) -> bool:
    """Say whether a line is printed letter by letter ("H o m e  S t a r t"), as ornamental footers are."""
    words = line.split()
    single = sum(len(word) == 1 and word.isalnum() for word in words)
    return single >= _SPACED_LETTERS and single >= 0.8 * len(words)


def ends_in_leader(line: str) -> bool:
    """Say whether a line ends in a leader and a page number, as the entries of a contents list do."""
    return _LEADER.search(line) is not None


def contents_lines(lines: Sequence[str]) -> set[int]:
    """Return the places of the lines that are a contents list, its heading with them.

    These are lines that end in a leader and a page number, two or more together; and under a heading
    "Contents", titles with a page number, or titles that come again below.
    """
    found = set(_with_leaders(lines))
    for place, line in enumerate(lines):
        if not _CONTENTS.fullmatch(line):
            continue
        entries = _entries(lines, place)
        if entries or place + 1 in found or _next_written(lines, place) in found:
            found |= {place, *entries}
    return found


def _with_leaders(lines: Sequence[str]) -> list[int]:
    leaders = [place for place, line in enumerate(lines) if ends_in_leader(line)]
    near = {place for place in leaders if any(0 < abs(place - other) <= _LEAST_ENTRIES for other in leaders)}
    return sorted(near)


def _next_written(lines: Sequence[str], place: int) -> int:
    return next((at for at in range(place + 1, len(lines)) if lines[at].strip()), -1)


def _entries(lines: Sequence[str], heading: int) -> list[int]:
    """Return the places of the entries below a heading "Contents"."""
    later = [_title(line) for line in lines]
    entries: list[int] = []
    for place in range(heading + 1, len(lines)):
        line = lines[place]
        if not line.strip():
            continue
        is_entry = _ENDS_IN_PAGE.search(line) is not None and line.strip()[-1:].isdigit()
        comes_again = bool(_title(line)) and _title(line) in later[place + 1 :]
        if len(line.split()) > _MOST_WORDS or not (is_entry or comes_again):
            break
        entries.append(place)
    return entries if len(entries) >= _LEAST_ENTRIES else []


def _title(line: str) -> str:
    """Return a line's words without mark, page number and leader, in small letters."""
    bare = _ENDS_IN_PAGE.sub("", _LEADER.sub("", line))
    return " ".join(re.findall(r"[^\W_]+", bare.lower()))
