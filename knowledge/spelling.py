"""Spelling: what was typed in a hurry, as the words that the reader learned. Pure, but for loading."""

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from symspellpy import SymSpell, Verbosity  # type: ignore[import-untyped]  # ships no types

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
# A shorter word is often an abbreviation ("vol", "fam"), which the reader has learned as it stands.
_SHORTEST = 4
# From the first length on one letter may be another, from the second on two may; chosen on the rounds of
# benchmarks/unseen. In a shorter word letters are only left out: "doin" is "doing", not "down".
_LONG, _LONGER = 6, 8
# What turns a word into its opposite is never mended away: "unconsented" is not "consented".
_PREFIXES = ("de", "dis", "ex", "mis", "non", "out", "pre", "re", "un")


class Speller:
    """Writes a word that nobody knows as the one of its own list that alone can have been meant.

    `words` are the ones that it may write. May be shared between threads.
    """

    def __init__(self, words: Iterable[str]) -> None:
        own = frozenset(words)
        self._known = _english() | own
        self._own = SymSpell(max_dictionary_edit_distance=2)
        for word in own:
            self._own.create_dictionary_entry(word, 1)

    def corrected(self, text: str) -> str:
        """Return the text with its slips mended; names and known words stay as they are."""
        return _WORD.sub(self._mended, text)

    def _mended(self, found: re.Match[str]) -> str:
        word = found[0]
        plain = word.lower().replace("\u2019", "'")
        # A capital within the text begins a name.
        name = found.start() and not word.islower()
        if name or len(word) < _SHORTEST or plain in self._known or plain.removesuffix("'s") in self._known:
            return word
        meant = self._nearest(plain)
        if meant is None:
            return word
        return meant.capitalize() if word[0].isupper() else meant

    def _nearest(self, word: str) -> str | None:
        distance = 2 if len(word) >= _LONGER else 1
        found = self._own.lookup(word, Verbosity.CLOSEST, max_edit_distance=distance)
        near = [one.term for one in found if _prefix(one.term) == _prefix(word)]
        left_out = [one for one in near if _is_within(word, one)]
        meant = left_out or (near if len(word) >= _LONG else [])
        return meant[0] if len(meant) == 1 else None


def _prefix(word: str) -> str:
    return next((prefix for prefix in _PREFIXES if word.startswith(prefix)), "")


def _is_within(short: str, whole: str) -> bool:
    """Say whether the letters of one word stand in the other in the same order."""
    letters = iter(whole)
    return all(letter in letters for letter in short)


@cache
def _english() -> frozenset[str]:
    """Return 82,834 English words: those of SCOWL, in the list that symspellpy brings."""
    lines = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text(encoding="utf-8-sig")
    return frozenset(line.split()[0] for line in lines.splitlines())
