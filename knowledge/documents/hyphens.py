"""Hyphens: words that were parted at a line's end whole again."""

import json
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache

from knowledge.documents.document import Paragraph
from knowledge.embedding import tokenizer_file

HYPHEN = "\u00ad"  # stands for a hyphen at a line's end, which may be the word's or the line's
_PARTED = re.compile(rf"(\w+){HYPHEN} ?(\w+)")


def joined_words(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs, each word that a line parted whole, each that has a hyphen of its own with it.

    How the document writes the word elsewhere counts first; then whether it is a word, and whether both parts
    are: "consul-tants" is one, "cross-cut" is two.
    """
    if not any(HYPHEN in one.text for one in paragraphs):
        return list(paragraphs)
    own = Counter(re.findall(r"\w+(?:-\w+)*", " ".join(one.text.lower() for one in paragraphs)))

    def joined(found: re.Match[str]) -> str:
        first, second = found.groups()
        return f"{first}{second}" if _is_one(first.lower(), second.lower(), own) else f"{first}-{second}"

    return [replace(one, text=_PARTED.sub(joined, one.text).replace(HYPHEN, "-")) for one in paragraphs]


def _is_one(first: str, second: str, own: Collection[str]) -> bool:
    if f"{first}-{second}" in own or len(first) == 1:  # no program parts off a single letter: "e-mail"
        return False
    if f"{first}{second}" in own:
        return True
    known = _words()
    return f"{first}{second}" in known or not (first in known and second in known)


@cache
def _words() -> frozenset[str]:
    """Return the 20,000 or so whole words that the embedded model knows."""
    vocabulary = json.loads(tokenizer_file().read_bytes())["model"]["vocab"]
    return frozenset(word for word in vocabulary if word.isalpha())
