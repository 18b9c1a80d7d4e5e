"""Sentences: cuts a clause into what can each say one thing, every piece a passage of the clause."""

import re
from dataclasses import dataclass

from knowledge.lines import CELLS, marker_of

# A full stop and a capital, not after an abbreviation; or a blank line.
_STOP = re.compile(
    r"(?<=[.!?])(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\betc\.)(?<!\bNo\.)\s+(?=[\"'(\u2018\u201c]?[A-Z])|\n\s*\n"
)
_MODAL = (
    r"(?:must|should|shall|may|can|cannot|could|will|would|is|are|do(?:es)?\s+not|"
    r"(?:do|does|must|should|ca|wo)n['\u2019]t)\b"
)
_AFTER = rf"(?=(?:[\w'/-]+\s+){{0,5}}?{_MODAL})"
_WHOLE_ASIDE = re.compile(r"\s*\([^()]*\)\W*")
_ITEM_END = re.compile(r"(?:[\s;,]|\b(?:and|or)\b)+\Z")
# "…may be maintained, but they should not…", "…; these are…", "…must report it and must not discuss it"
_JOINT = re.compile(rf",?\s+but\s+{_AFTER}|;\s+{_AFTER}|,?\s+and\s+(?={_MODAL})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A passage that says one thing; `lead` is what introduces the list it stands in, "" where none does."""

    text: str
    lead: str = ""


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """Return the sentences and list items of a clause in order; an aside in brackets alone is none.

    Of a table's row those cells count that end as a sentence does: "after the case is closed" is no duty.
    """
    if CELLS in text:
        cells = (cell.strip() for cell in text.split(CELLS))
        return tuple(Sentence(piece) for cell in cells if cell.endswith(".") for piece in _cut(cell, _STOP))
    lead_in, *items = _list_of(text)
    said = [Sentence(piece) for piece in _cut(lead_in, _STOP)]
    lead = ""
    if items and said and not said[-1].text.endswith((".", "!", "?")):
        lead = said.pop().text
    for item in items:
        for place, piece in enumerate(_cut(_ITEM_END.sub("", item), _STOP)):
            said.append(Sentence(piece, lead if place == 0 else ""))
    return tuple(said)


def joined(sentence: str) -> tuple[str, ...]:
    """Return the parts of a sentence that each have a verb of their own."""
    if re.search(r"\bnot only\b", sentence, re.IGNORECASE):
        return (sentence,)
    return tuple(_cut(sentence, _JOINT))


def _list_of(text: str) -> list[str]:
    """Return what stands before a list, then the list's items without their markers."""
    starts, cuts, offset = [0], [0], 0
    for line in text.split("\n"):
        marker = marker_of(line)
        if offset and marker and marker.kind in ("bullet", "letter", "number") and len(marker.parts) < 2:
            cuts.append(offset)
            starts.append(offset + marker.width)
        offset += len(line) + 1
    return [text[start:end] for start, end in zip(starts, [*cuts[1:], len(text)], strict=True)]


def _cut(text: str, at: re.Pattern[str]) -> list[str]:
    pieces, start = [], 0
    for found in at.finditer(text):
        pieces.append(text[start : found.start()])
        start = found.end()
    pieces = [piece.strip() for piece in [*pieces, text[start:]]]
    return [piece for piece in pieces if re.search(r"\w", piece) and not _WHOLE_ASIDE.fullmatch(piece)]
