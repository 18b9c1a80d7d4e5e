"""The sign-off block of a policy: who signed, when it was adopted, when it is due for review."""

import re
from datetime import date

from knowledge.lines import CELLS, marker_of, reads_as_title, says_a_rule

_LABEL = (
    r"(?:signature|signed|(?:print(?:ed)? |full )?name|position|job title|date|policy|document|last|"
    r"applies|to|published|updated|created|amended|revised|released|next|first|originally|approval|approved|adoption|adopted|ratified|agreed|issued?|effective|reviewed|"
    r"review|due|version|owner|author|lead|status|responsible|person|officer|to be|was|is|will be|"
    r"of|for|by|on|the|this)\b ?"
)
_TELLING = (
    r"sign|print|name|position|date|approv|adopt|ratif|agreed|issue|effective|review|version|owner|author"
    r"|updated|status|lead|responsible|applies to|publish|creat|amend|revis|releas"
)
# A run of label words, one of them telling, then a colon, a table's next cell, a line to write on, or a date
# that ends the line.
_SIGN_OFF = re.compile(
    rf"\s*(?=[^:.]*\b(?:{_TELLING}))(?:{_LABEL})+[^:.!?]{{0,40}}?"
    r"(?::|\||_{3,}|\.{4,}|\b(?:19|20)\d\d\W*$|\d{1,2}/\d{1,2}/\d\d\W*$)",
    re.IGNORECASE,
)
# What stands above a table of versions.
_CONTROL = re.compile(
    r"\W*(?:document|version|policy|revision|amendment|change)"
    r" (?:control|history|record|log|details|information)"
    r"(?: (?:sheet|table|record))?\W*",
    re.IGNORECASE,
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTH = r"(?P<name>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?,?"
_DATES = tuple(
    re.compile(rf"(?<!\d){pattern}(?!\d)", re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?",
        r"(?:(?P<day>\d{1,2})[/.-])?(?P<month>\d{1,2})[/.-](?P<year>\d{4})",  # British order: day first
        r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{2})",
        r"(?P<season>spring|summer|autumn|winter)(?: term)?,? (?P<year>\d{4})",  # as schools give it
        rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?{_MONTH}\s+(?P<year>\d{{4}})",
        rf"{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})",
        rf"(?:(?P<day>\d{{1,2}})-)?{_MONTH}[-'\u2019](?P<year>\d{{2}}(?:\d\d)?)",  # as Excel gives it: Jan-22
    )
)
_VERSION = re.compile(r"\s*(?:version |v\.? ?)?\d{1,2}(?:\.\d{1,2})+ ?\| ", re.IGNORECASE)
_DATED = re.compile(
    r"(?P<review>to be reviewed|next review|review due|due for review|review date|review(?=\s*[:|])"
    r"|date (?:of|for) (?:next )?review|reviewed (?:by|in)\b)"
    r"|(?P<adopted>adopt|approv|ratif|agreed|issued?\b|effective)"
    r"|(?P<other>last review(?:ed)?(?: date)?|date of last review|reviewed\b|signed|signature|version)",
    re.IGNORECASE,
)
_FILLER_WORDS = 8


def is_sign_off(line: str) -> bool:
    """Say whether a line is one of a sign-off block ("Date policy adopted: November 2013")."""
    if is_history(line) or _CONTROL.fullmatch(line) or _is_row_of_labels(line):
        return True
    found = _SIGN_OFF.match(line)
    return found is not None and not says_a_rule(line[found.end() :])


def _is_row_of_labels(line: str) -> bool:
    """Say whether a line is a table's row of several labels, each with what it names beside it."""
    cells = line.split(CELLS)
    labels = [cell for cell in cells[::2] if cell.endswith(":")]
    return len(cells) > 3 and len(labels) == len(cells[::2]) and any(map(_SIGN_OFF.match, labels))


def is_history(line: str) -> bool:
    """Say whether a line is a row of a table of versions ("1.2 | 3 May 2023 | Treasurer")."""
    return _VERSION.match(line) is not None and any(date.search(line) for date in _DATES)


def sign_off_start(lines: list[str]) -> int:
    """Return the index of the line where the closing sign-off block begins; len(lines) where there is none.

    Short lines between and after its lines (a name, a registered number) belong to it.
    """
    start = len(lines)
    for index in range(len(lines) - 1, -1, -1):
        line = lines[index].strip()
        if is_sign_off(line):
            start = index
        elif line and not _could_stand_between(line):
            break
    return start


def _could_stand_between(line: str) -> bool:
    return len(line.split()) <= _FILLER_WORDS and marker_of(line) is None and reads_as_title(line)


def adopted_and_review(text: str) -> tuple[date | None, date | None]:
    """Return the dates printed after the labels for adoption and for the next review.

    The first day of the month stands where only a month is printed. ValueError names a date that no
    calendar has.
    """
    labels = list(_DATED.finditer(text))
    ends = [*(label.start() for label in labels), len(text)][1:]
    found: dict[str | None, date] = {}
    for label, end in zip(labels, ends, strict=True):
        if label.lastgroup not in found and (day := _first_date(text[label.end() : end])):
            found[label.lastgroup] = day
    return found.get("adopted"), found.get("review")


def _first_date(text: str) -> date | None:
    matches = [match for pattern in _DATES if (match := pattern.search(text))]
    if not matches:
        return None
    printed = min(matches, key=lambda match: (match.start(), -match.end()))
    parts = printed.groupdict()
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    try:
        return date(year, _month_of(parts), int(parts.get("day") or 1))
    except ValueError:
        raise ValueError(f"“{printed.group().strip()}” is not a date of the calendar") from None


def _month_of(parts: dict[str, str]) -> int:
    """Return the month of a printed date; a season begins with its first month, as meteorologists count."""
    if parts.get("season"):
        return {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}[parts["season"].lower()]
    return int(parts["month"]) if parts.get("month") else _month(parts["name"])


def _month(name: str) -> int:
    return next(n for n, full in enumerate(_MONTHS, 1) if full.startswith(name.lower()[:3]))
