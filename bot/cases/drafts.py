"""Drafts: what an owner has written on a case, and what was not sent yet."""

from bot import days
from bot.cases import casebook, stages
from bot.cases.casebook import CaseError
from bot.records.tables import Case, CaseEntry
from bot.visit import Visit

DRAFTED = "draft:"


def keep(visit: Visit, case: Case, what: str, text: str) -> CaseEntry:
    """Keep words that are shown before they are sent."""
    return casebook.note(visit.change, case, f"{DRAFTED}{what}", text, visit.person)


def mine(visit: Visit, rest: str) -> tuple[Case, CaseEntry, str]:
    """Return, locked, a case, what its owner has written and not sent yet, and what that is to be.

    Raises:
        CaseError: it is not hers, was sent before, or the case is over.
    """
    case_id, _, entry_id = rest.partition(":")
    case = casebook.owned(visit.change, case_id, visit.person)
    rows = [row for row, _ in casebook.entries(visit.change, case) if row.id == entry_id]
    if not rows or rows[0].by != visit.person.id:
        raise CaseError(casebook.NOT_OPEN)
    if not rows[0].kind.startswith(DRAFTED):
        raise CaseError(
            f"That was sent on {days.in_words(visit.rules.calendar.local(rows[0].at), '%d %B at %H:%M')}."
        )
    if case.stage in stages.OVER:
        raise CaseError(casebook.cannot(case))
    return case, rows[0], rows[0].kind.removeprefix(DRAFTED)
