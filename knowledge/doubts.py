"""Doubts: places of a document that a person should look at before it is adopted."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from knowledge.clauses import Clause, Policy
from knowledge.documents.document import Remark, Written
from knowledge.outline import is_meta
from knowledge.references import references

_LONG = 350  # words: more than a screen; paragraphs may have run together
_BROKEN = re.compile(r"\ufffd|[\ue000-\uf8ff]")
_MOJIBAKE = re.compile(r"â€|Ã[©¨¢ª]")
_NUMBERED = re.compile(r"(?:\d+\.)*\d+")


def doubts(policy: Policy, kept: Written) -> tuple[Remark, ...]:
    """Return what is doubtful in the clauses, each with the clause and where it stands in the file."""
    places = places_of(policy, kept)
    found = [*_clauses(policy.clauses), *_gaps(policy), *_references(policy), *_empty(policy)]
    return tuple(Remark(places.get(clause, ""), f"{clause}: {words}") for clause, words in found)


def places_of(policy: Policy, kept: Written) -> Mapping[str, str]:
    """Return where each clause begins in the file, by the clause's id; so too a section by its own."""
    lines = kept.text.split("\n")
    at = 0
    places: dict[str, str] = {}
    for section in policy.sections:
        at = _next(lines, at, section.heading)
        places.setdefault(section.id, kept.places[at] if at < len(kept.places) else "")
        for clause in section.clauses:
            at = _next(lines, at, clause.text.split("\n")[0])
            places[clause.id] = kept.places[at] if at < len(kept.places) else ""
    return places


def _next(lines: Sequence[str], start: int, words: str) -> int:
    """Return the line, from `start` on, that ends in these words; `start` where none does."""
    words = words.rstrip()
    if not words:
        return start
    return next((at for at in range(start, len(lines)) if lines[at].rstrip().endswith(words)), start)


def _clauses(clauses: Sequence[Clause]) -> Iterator[tuple[str, str]]:
    for clause in clauses:
        if "#" in clause.id and clause.marker and not is_meta(clause.id):
            yield clause.id, "its number is printed twice"
        if len(clause.text.split()) > _LONG:
            yield clause.id, f"{len(clause.text.split())} words: several paragraphs may have run together"
        if _BROKEN.search(clause.text) or _MOJIBAKE.search(clause.text):
            yield clause.id, "holds letters that were not understood"


def _gaps(policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield numbers that are left out between one clause and the next of its section."""
    for section in policy.sections:
        numbered = [clause.id for clause in section.clauses if _NUMBERED.fullmatch(clause.id)]
        for one, other in pairwise(numbered):
            first, _, last = one.rpartition(".")
            second, _, following = other.rpartition(".")
            if first == second and int(following) > int(last) + 1:
                yield other, f"comes after {one}: numbers between are missing"


def _references(policy: Policy) -> Iterator[tuple[str, str]]:
    for clause, pointing in references(policy).items():
        for number in pointing.missing:
            yield clause, f"points to {number}, which the policy does not have"


def _empty(policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield headings that nothing stands under, neither a clause nor another heading's clauses."""
    used = {heading for clause in policy.clauses for heading in clause.headings}
    for number, section in enumerate(policy.sections):
        below = policy.sections[number + 1 : number + 2]
        if is_meta(section.id) or (below and is_meta(below[0].id)):
            continue  # of the sign-off, or above it
        if number and not section.clauses and section.heading not in used:
            yield section.id, f"nothing stands under the heading “{section.heading[:60]}”"
