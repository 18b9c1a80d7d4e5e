"""Mask what may say who somebody is, before words leave the machine. Pure; nothing keeps what was masked.

Masked are e-mail addresses, links, @names, long numbers and references, and names: capitalised words that
neither the policy nor everyday English knows, common first names however they are written, the word after a
title, and everything in a script without capitals. In doubt a word is masked: a masked word costs a little of
the reading, a name that leaves costs a person. An unusual name typed without its capital is not recognised.
"""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from knowledge.message_reader import plain

NAME, NUMBER, LINK, EMAIL = "[name]", "[number]", "[link]", "[e-mail]"

_WORD = r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*"
# In this order: an address holds an @name, a link holds numbers.
_PLACES = (
    (re.compile(r"(?<![\w.+'-])[\w.+'-]+@[\w-]+(?:\.[\w-]+)*"), EMAIL),
    (re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE), LINK),
    (re.compile(r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/\S*", re.IGNORECASE), LINK),
    (re.compile(r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|uk)\b", re.IGNORECASE), LINK),
    (re.compile(r"(?<!\w)@\w+(?:\.\w+)*"), NAME),
    (re.compile(r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", re.IGNORECASE), NUMBER),  # a postcode
    (re.compile(r"(?<!\w)\+?\(?\d(?:[\s()./-]{0,2}\d){3,}(?![\w/-])"), NUMBER),
)
_CODE = re.compile(r"(?<![\w/-])\w+(?:[/-]\w+)*")
_MEASURE = re.compile(
    r"\d+-?(?:st|nd|rd|th|am|pm|yo|y|k|p|(?:yr|year|month|week|day|hour|hr|min|minute)s?)(?:-old)?",
    re.IGNORECASE,
)
_TITLED = re.compile(rf"\b((?:mr|mrs|ms|mx|dr|called|named|name is|name's)\.? )({_WORD})", re.IGNORECASE)
_TOKEN = re.compile(rf"(?P<placed>\[[a-z-]+\])|(?P<word>{_WORD})|(?P<stop>[.!?:;\n\"\u201c(/])")
_OWNED = re.compile(r"(.+?)(['\u2019]?s)", re.IGNORECASE)
_NAMES = re.compile(rf"{re.escape(NAME)}(?:[ -]{re.escape(NAME)})+")


class Mask:
    """Masks messages; `texts` are the policy's and the pack's own words, which name nobody."""

    def __init__(self, texts: Iterable[str]) -> None:
        own = {word for text in texts for word in re.findall(_WORD, text) if word.islower()}
        self._first_names = _words("first_names")
        self._anywhere = _words("nobody")
        # A sentence begins with a capital whatever the word: only there do everyday words excuse it.
        self._beginning = self._anywhere | _words("everyday") | own

    def __call__(self, text: str) -> str:
        """Return the text in one Unicode form with placeholders for what may say who somebody is."""
        text = "\n".join(plain(line) for line in text.splitlines())
        for pattern, placeholder in _PLACES:
            text = pattern.sub(placeholder, text)
        text = _CODE.sub(_code, text)
        text = _TITLED.sub(lambda found: found[1] + self._after_title(found[2]), text)
        return _NAMES.sub(NAME, self._without_names(text))

    def _after_title(self, word: str) -> str:
        return word if word.lower() in self._beginning else NAME

    def _without_names(self, text: str) -> str:
        shouted = text.isupper()
        begins, parts, end = True, list[str](), 0
        for token in _TOKEN.finditer(text):
            known = self._beginning if begins or shouted else self._anywhere
            word = token["word"]
            parts += [text[end : token.start()], self._word(word, known) if word else token.group()]
            begins, end = token["stop"] is not None, token.end()
        return "".join([*parts, text[end:]])

    def _word(self, word: str, known: frozenset[str]) -> str:
        folded = word.lower().replace("\u2019", "'")
        owned = _OWNED.fullmatch(word)  # also "sarahs mum", as typed on a phone
        bare, ending = (owned[1], owned[2]) if owned else (word, "")
        stem, has_apostrophe = bare.lower(), "'" in folded
        is_name = folded in self._first_names or (stem in self._first_names and folded not in self._beginning)
        excused = word.islower() or folded in known or (has_apostrophe and stem in known)
        if excused and not is_name:
            return word
        return NAME + ending if has_apostrophe or stem in self._first_names else NAME


def _code(found: re.Match[str]) -> str:
    """Mask "HS-2026-K7QF", "AB123456C": letters with two digits or more, but not "12th" or "18-year-old"."""
    word = found.group()
    digits = sum(character.isdigit() for character in word)
    kept = digits < 2 or word.isdigit() or _MEASURE.fullmatch(word)
    return word if kept else NUMBER


@cache
def _words(name: str) -> frozenset[str]:
    file = Path(__file__).parent / "words" / f"{name}.txt"
    return frozenset(file.read_text(encoding="utf-8").split())
