"""The form of codes: letters in groups of four. A one-time code has three groups, "KFXN-TRWH-PMCD".

A certificate's code has four, so that one typed in chat is never taken for the other.
"""

import re
from hashlib import sha256
from secrets import choice

# Without what looks like another letter or digit: no L (I, 1), Q (O, 0), S (5), Z (2), Y (V). Without
# vowels, so that no words are taken for a code. 16 to the power of 12 are 48 bits: to find the code of a
# hash by trying 10 billion a second takes hours, and a code lives ten minutes.
LETTERS = "BCDFGHJKMNPRTVWX"
_GROUPS, _GROUP = 3, 4
CERTIFICATE_GROUPS = 4

_APART = r"[\s\-\u2010-\u2015\u2212]*"  # space, or any dash that a phone makes of a hyphen
_LETTER = f"[{LETTERS}{LETTERS.lower()}]"  # not IGNORECASE, which takes the Kelvin sign for a K
_AROUND = r"[\W_]*"  # quotation marks, a full stop
_CODES = {
    groups: re.compile(rf"{_AROUND}{_LETTER}(?:{_APART}{_LETTER}){{{groups * _GROUP - 1}}}{_AROUND}")
    for groups in (_GROUPS, CERTIFICATE_GROUPS)
}


def new_code(groups: int = _GROUPS) -> str:
    """Return a new code as it is shown."""
    return "-".join("".join(choice(LETTERS) for _ in range(_GROUP)) for _ in range(groups))


def find(text: str, groups: int = _GROUPS) -> str | None:
    """Return the code that a text is, as it was shown, however it was typed; None for any other text.

    A text that says something beside the code is none: it has to be read as what it says.
    """
    if not _CODES[groups].fullmatch(text):
        return None
    letters = [letter for letter in text.upper() if letter in LETTERS]
    return "-".join("".join(letters[start : start + _GROUP]) for start in range(0, len(letters), _GROUP))


def digest(organisation: str, code: str) -> str:
    """Return what is kept of an organisation's code."""
    return sha256(f"hearth link code:{organisation}:{code}".encode()).hexdigest()
