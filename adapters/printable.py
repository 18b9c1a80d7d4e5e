"""What may be shown of a string: without controls, lone surrogates and direction overrides."""

import re

# Cc without tab and newline, and the halves of surrogate pairs: no platform shows them, a terminal obeys
# some of them (escape sequences), and UTF-8 cannot carry the halves.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

# Embeddings, overrides and isolates of the Unicode bidirectional algorithm (UAX 9, section 2). The marks
# U+200E, U+200F and U+061C stay: right-to-left writing needs them and they reorder nothing by themselves.
_REORDERING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Make line ends `\\n` and replace controls and lone surrogates by U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def in_one_direction(text: str) -> str:
    """Drop the characters that reorder their neighbours, for places that cannot isolate them."""
    return _REORDERING.sub("", text)
