"""A document as it was understood, as text for a terminal: what it says of itself, sections, doubts."""

import textwrap
from collections.abc import Iterator, Sequence

from adapters.text import WIDTH
from knowledge.clauses import Policy, Section
from knowledge.documents.document import Remark, Written
from knowledge.doubts import places_of
from knowledge.outline import is_meta
from knowledge.references import references
from knowledge.standing import Standing

_SHOWN_PLACES = 3  # of one doubt: a watermark stands on every page


def understood(policy: Policy, kept: Written, said: Standing, doubtful: Sequence[Remark]) -> str:
    """Return what was understood of a document, for the person who hands it over to look at."""
    lines = [*_head(policy, said), "", *_sections(policy, kept), "", *_doubts(doubtful)]
    return "\n".join(lines)


def _head(policy: Policy, said: Standing) -> Iterator[str]:
    clauses = [clause for section in policy.sections if not is_meta(section.id) for clause in section.clauses]
    sections = sum(not is_meta(section.id) for section in policy.sections)
    links = sum(len(one.found) for one in references(policy).values())
    yield policy.title or "(no title found)"
    yield f"  {sections} sections, {len(clauses)} clauses, {links} references to other clauses"
    yield f"  adopted {policy.adopted or 'not said'}, review due {policy.review_due or 'not said'}"
    yield f"  owner {said.owner or 'not said'}, version {said.label or 'not said'}"
    yield f"  its clauses name: {', '.join(said.parties) or 'nobody'}"
    if said.unsettled:
        yield f"  says of itself: “{said.unsettled}”"


def _sections(policy: Policy, kept: Written) -> Iterator[str]:
    places = places_of(policy, kept)
    yield "Sections"
    for section in policy.sections:
        heading = section.heading or ("(sign-off)" if is_meta(section.id) else "(no heading)")
        place = places.get(section.clauses[0].id if section.clauses else section.id, "")
        yield f"  {_short(heading)}{f', {place}' if place else ''}"
        if section.clauses:
            yield f"      {_numbers(section)}"


def _numbers(section: Section) -> str:
    first, last = section.clauses[0].id, section.clauses[-1].id
    count = len(section.clauses)
    return f"{first}" if count == 1 else f"{first} to {last}: {count} clauses"


def _doubts(doubtful: Sequence[Remark]) -> Iterator[str]:
    if not doubtful:
        yield "Nothing looks doubtful."
        return
    yield f"Look at these {len(doubtful)} places" if len(doubtful) > 1 else "Look at this place"
    places: dict[str, list[str]] = {}
    for one in doubtful:
        places.setdefault(one.words, []).append(one.place)
    for words, where in places.items():
        more = f" and {len(where) - _SHOWN_PLACES} more" if len(where) > _SHOWN_PLACES else ""
        shown = ", ".join(filter(None, where[:_SHOWN_PLACES])) + more
        yield from textwrap.wrap(
            f"{shown}: {words}" if shown else words,
            WIDTH,
            initial_indent="  ! ",
            subsequent_indent="    ",
        )


def _short(words: str) -> str:
    return words if len(words) <= WIDTH - 20 else f"{words[: WIDTH - 21]}…"
