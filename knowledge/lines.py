"""What a line of text shows by itself: the marker before its words, whether it is a title or a drawn rule."""

import re
from dataclasses import dataclass
from typing import Literal

MarkerKind = Literal["number", "bare", "named", "letter", "bullet"]

# Those from \uf0a7 on are bullets of Word's symbol fonts, as they arrive in pasted text.
_BULLET = r"[-*+•–—·‣◦▪●○■□❖➢➤►✓✔✗✘✕\uf0a7\uf0b7\uf0d8\uf0fc]"  # noqa: RUF001  # a dash of any length is a bullet
_MARKER = re.compile(
    rf"""\s*(?:
        (?P<named>(?:section|article|part|appendix|schedule|annex)
                  \s+(?:\d{{1,3}}|[a-z]|[ivx]{{1,5}})\b)[.:)\u2013-]?(?=\s|$)
      | (?:{_BULLET}\s+)?(?P<number>\d{{1,3}}(?:\.\d{{1,3}})+[.)]?(?=\s|$)
                                   |\(\d{{1,3}}\)(?=\s|$)
                                   |\d{{1,3}}[.)](?=\s|$|[A-Za-z]))
      | (?:{_BULLET}\s+)?(?P<letter>\((?:[a-z]|[ivx]{{1,5}})\)|(?:[a-z]|[ivx]{{1,5}})[.)])(?=\s)
      | (?P<bare>\d{{1,3}})(?=\s+\S)
      | (?P<bullet>{_BULLET})(?=\s+\S)
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"(?:am|pm|hours?|minutes?|days?|weeks?|months?|years?|per|%|million|miles|january|february|march|april"
    r"|may \d|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv")


# A heading that is marked as in Markdown, as the texts are written that Hearth makes of other documents. One
# mark is the policy's title.
MOST_MARKS = 9
MARKED_HEADING = re.compile(rf"\s*(?P<marks>#{{1,{MOST_MARKS}}}) +(?P<words>.*\S)\s*")

CELLS = " | "  # parts the cells of a table's row

_RULE = re.compile(r"\s*(?:[-=_*~#][ ]?){3,}\s*")
_VERB = re.compile(
    r"\b(?:is|are|was|were|must|should|shall|may(?!\s+\d)|can|will|do|does|has|have|ensure|please|not|never)\b",
    re.I,
)
_TITLE_WORDS = 14
_ASKS = re.compile(r"(?:what|who|how|why|when|where)\b", re.IGNORECASE)  # "What you must do"
_ASKING_WORDS = 10


@dataclass(frozen=True, slots=True)
class Marker:
    """A printed marker: `printed` verbatim ("- 1.1", "a)"), `parts` its components ("1", "1") or ("a",).

    `dashed` says that a bullet stands before the number; `rest` is the line after the marker, `width` the
    marker's length with the white space around it, in characters.
    """

    kind: MarkerKind
    printed: str
    parts: tuple[str, ...]
    rest: str
    width: int
    dashed: bool


def marker_of(line: str) -> Marker | None:
    """Return the marker that a line starts with, or None. Amounts, times and dates ("24 hours") are none.

    Nor is a number that fills the first cell of a table's row ("1.2 | 3 May 2023").
    """
    found = _MARKER.match(line)
    if found is None:
        return None
    kind: MarkerKind = found.lastgroup  # type: ignore[assignment]  # the group names are the kinds
    token, rest = found.group(kind), line[found.end() :]
    if kind in ("number", "bare") and (_QUANTITY.match(rest) or rest.startswith("| ")):
        return None
    return Marker(
        kind=kind,
        printed=line[: found.end()].strip(),
        parts=_parts(kind, token),
        rest=rest,
        width=found.end(),
        dashed=kind in ("number", "letter") and not found.group().strip().startswith(token),
    )


def _parts(kind: MarkerKind, token: str) -> tuple[str, ...]:
    if kind == "bullet":
        return ()
    if kind == "named":
        word, number = token.lower().split()
        return (number,) if word in ("section", "article") else (f"{word}-{number}",)
    return tuple(token.strip("().").split("."))


def section_number(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the number of the section that a heading's number means: "1.0" is section 1."""
    return parts[:-1] if len(parts) > 1 and parts[-1] == "0" else parts


def starts_list(marker: Marker) -> bool:
    """Say whether the marker can be the first of a list: 1, a, i or any bullet."""
    return marker.kind == "bullet" or (len(marker.parts) == 1 and marker.parts[0].lower() in ("1", "a", "i"))


def follows(before: Marker, marker: Marker) -> bool:
    """Say whether `marker` is the next after `before` in one list (a bullet after a bullet, b after a)."""
    if before.kind != marker.kind or len(before.parts) != len(marker.parts):
        return False
    if not marker.parts:
        return True
    if before.parts[:-1] != marker.parts[:-1]:
        return False
    last, token = before.parts[-1].lower(), marker.parts[-1].lower()
    if token.isdigit() and last.isdigit():
        return int(token) == int(last) + 1
    return _next_letter(last, token) or _next_roman(last, token)


def _next_letter(last: str, token: str) -> bool:
    return len(last) == len(token) == 1 and ord(token) == ord(last) + 1


def _next_roman(last: str, token: str) -> bool:
    return last in _ROMANS and token in _ROMANS and _ROMANS.index(token) == _ROMANS.index(last) + 1


def is_rule(line: str) -> bool:
    """Say whether a line is only drawn ("-----"), without a word."""
    return _RULE.fullmatch(line) is not None


def says_a_rule(line: str) -> bool:
    """Say whether a line has a verb that a rule or a statement has."""
    return _VERB.search(line) is not None


def reads_as_title(line: str) -> bool:
    """Say whether a line looks like a heading: short, no verb of a rule, no mark that ends a sentence."""
    words = line.split()
    if not 0 < len(words) <= _TITLE_WORDS or line.endswith((".", ";", ",", "!")):
        return False
    if not (line[0].isupper() or line[0].isdigit()):
        return False
    asks = line.endswith("?") or (len(words) <= _ASKING_WORDS and _ASKS.match(line) is not None)
    return line.isupper() or asks or not says_a_rule(line)
