"""Cases: something to be seen through, from its opening to its close, with who must act next."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from secrets import choice
from typing import Literal

from sqlalchemy import select

from bot import officers, people
from bot.contact import Office
from bot.records.store import Change
from bot.records.tables import Account, Case, CaseEntry, Handoff, Officer, Organisation, Person, new_id

Kind = Literal["question"]

# Without vowels and what looks alike, so that a number is no word and survives being read out.
_LETTERS = "BCDFGHJKMNPRTVWX346789"
_RANDOM = 4


class CaseError(Exception):
    """What was asked of a case cannot be done; the message says why, to the one who asked."""


def open_case(change: Change, kind: Kind, by: Person, summary: str, due: datetime) -> Case:
    """Open a case and return it; its number is new and tells nothing."""
    records = change.records
    case = Case(
        id=new_id(),
        organisation=records.organisation,
        number=_new_number(change),
        kind=kind,
        stage="received",
        raised_by=by.id,
        opened_at=records.now(),
        due_at=due,
    )
    case.summary = records.seal(Case.summary, case, summary)
    change.add(case)
    change.session.flush()
    note(change, case, "received", summary, by)
    change.audit(f"{kind}:case:opened", case.id, people.audit_name(by))
    return case


def note(change: Change, case: Case, kind: str, text: str, by: Person | None) -> None:
    """Add an entry to a case's story."""
    records = change.records
    entry = CaseEntry(
        id=new_id(),
        organisation=records.organisation,
        case_=case.id,
        kind=kind,
        by=by.id if by else None,
        at=records.now(),
    )
    entry.text = records.seal(CaseEntry.text, entry, text)
    change.add(entry)


def first_of(change: Change, offices: Iterable[Office], excluded: Iterable[str] = ()) -> Officer | None:
    """Return the first holder of the offices, in their order, who is none of the excluded persons."""
    left_out = set(excluded)
    for office in offices:
        for officer in officers.holders(change.session, change.records.organisation, office):
            if officer.person is not None and officer.person not in left_out:
                return officer
    return None


def officer_of(change: Change, person: Person) -> Officer | None:
    """Return the office by which a person acts, or None where she holds none now."""
    held = officers.current(change.session, change.records.organisation)
    return next((officer for officer in held if officer.person == person.id), None)


def hand_off(change: Change, case: Case, to: str, why: str, due: datetime) -> Handoff:
    """Hand a case to a person, who must take it on."""
    records = change.records
    handoff = Handoff(
        id=new_id(),
        organisation=records.organisation,
        case_=case.id,
        to=to,
        why=why,
        offered_at=records.now(),
        due_at=due,
    )
    change.add(handoff)
    change.audit(f"{case.kind}:handoff:offered", handoff.id)
    return handoff


def take_on(change: Change, handoff_id: str, by: Person) -> tuple[Case, bool]:
    """Note that a person takes on what was handed to her; return the case, and whether that is new.

    Raises:
        CaseError: there is no such handoff to her, or it has ended.
    """
    named = select(Handoff).where(
        Handoff.organisation == change.records.organisation, Handoff.id == handoff_id, Handoff.to == by.id
    )
    handoff = change.session.scalars(named.with_for_update()).one_or_none()
    if handoff is None or handoff.ended_at is not None or officer_of(change, by) is None:
        raise CaseError("That is not waiting for you.")
    case = change.session.get_one(Case, handoff.case_)
    if handoff.accepted_at is not None:
        return case, False
    handoff.accepted_at, case.owner, case.stage = change.records.now(), by.id, "accepted"
    change.audit(f"{case.kind}:handoff:accepted", handoff.id, people.audit_name(by))
    return case, True


def direct_conversations(change: Change, person: str) -> Sequence[str]:
    """Return where a person is spoken to in private, the account joined last first."""
    found = select(Account.direct).where(Account.person == person, Account.direct.is_not(None))
    return [direct for direct in change.session.scalars(found.order_by(Account.joined_at.desc())) if direct]


def _new_number(change: Change) -> str:
    """Return a number that no case of the organisation has: initials, year, random letters."""
    organisation = change.session.get_one(Organisation, change.records.organisation)
    words = re.findall(r"[A-Za-z]+", organisation.name.split()[0])
    initials = "".join(word[0] for word in words[:2]).upper() or "H"
    while True:
        letters = "".join(choice(_LETTERS) for _ in range(_RANDOM))
        number = f"{initials}-{change.records.now().year}-{letters}"
        taken = select(Case.id).where(Case.organisation == change.records.organisation, Case.number == number)
        if change.session.scalars(taken).first() is None:
            return number
