"""Mentions: whom what was said in a case may mean. Looked for at every added text, and at every hand-over.

Somebody who comes into office later may be the one of whom a case speaks by name.
"""

from bot.cases import casebook, conflict, naming
from bot.records.store import Change
from bot.records.tables import Case

# Entries in which whoever raised a case tells something. What an officer writes says nothing of whom it is
# about: she has read it, and has no part in it.
_ANSWERS = ("what", "when", "where", "files")
_TOLD = frozenset({"said", "concern", *(f"{casebook.ANSWER}{id_}" for id_ in _ANSWERS)})
# Entries in which they tell what should be done.
_WISHES = frozenset({"appeal", f"{casebook.ANSWER}right"})
_KINDS = frozenset({"complaint", "safeguarding"})


def note(change: Change, case: Case, text: str, *, is_wish: bool = False) -> None:
    """Keep everyone whom a text may mean away from a case; `is_wish` as in `bot.cases.naming`."""
    known = conflict.known_officers(change.records, change.session)
    for person in naming.meant(text, known, is_wish=is_wish):
        if person != case.raised_by:
            conflict.take_part(change.session, case, person, "may-be")


def look_again(change: Change, case: Case) -> None:
    """Keep those away whom a case may mean and who were not looked at yet, as when they are new in office."""
    if case.kind not in _KINDS:
        return
    for person in meant(change, case) - conflict.looked_at(change.session, case) - {case.raised_by}:
        conflict.take_part(change.session, case, person, "may-be")


def meant(change: Change, case: Case) -> frozenset[str]:
    """Return whom everything that was told in a case may mean."""
    known = conflict.known_officers(change.records, change.session)
    rows = casebook.entries(change, case)
    story = " . ".join(text for row, text in rows if row.kind in _TOLD)
    wishes = " . ".join(text for row, text in rows if row.kind in _WISHES)
    return naming.meant(story, known) | naming.meant(wishes, known, is_wish=True)
