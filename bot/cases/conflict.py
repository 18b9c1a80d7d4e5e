"""Conflict of interest: who may not own a case, and whom it goes to instead.

Whoever is complained about, or may be (`respondent`, `may-be`), has no access of any kind; a witness
(`mentioned`) neither owns nor decides it; whoever raised it sees it as the one who raised it. An appeal goes
to someone who has not decided.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import officers
from bot.cases import naming
from bot.cases.naming import Known
from bot.contact import Office
from bot.records.store import Records
from bot.records.tables import Case, CaseEntry, CasePerson, Officer, new_id

Part = Literal["respondent", "may-be", "mentioned"]
HIDDEN: frozenset[str] = frozenset({"respondent", "may-be"})
# What stands where someone was said to have no part after all: it is shown to nobody, and keeps the same
# words from holding the case for her again.
CLEARED = "cleared"
# Entries by which a case is decided: whoever wrote one does not decide the appeal.
DECIDES = ("answer",)

_DEFAULT: tuple[Office, ...] = (
    "manager",
    "deputy_manager",
    "chair",
    "deputy_chair",
    "trustee",
    "outside_contact",
)
_ABOVE_THE_MANAGER: tuple[Office, ...] = ("chair", "deputy_chair", "trustee", "outside_contact")
SAFEGUARDING: tuple[Office, ...] = (
    "safeguarding_lead",
    "deputy_safeguarding_lead",
    "chair",
    "outside_contact",
)
# Who approves a post, and takes one down: someone here (clause 1.2), never an outside contact.
_POSTS: tuple[Office, ...] = ("manager", "deputy_manager", "chair", "deputy_chair", "trustee")
_TRUSTEES: frozenset[Office] = frozenset({"chair", "deputy_chair", "trustee"})
_MANAGERS: frozenset[Office] = frozenset({"manager", "deputy_manager"})


def parts(session: Session, case: Case) -> Sequence[CasePerson]:
    """Return who has a part in a case."""
    has_one = (CasePerson.case_ == case.id) & (CasePerson.part != CLEARED)
    return session.scalars(select(CasePerson).where(has_one).order_by(CasePerson.id)).all()


def hidden_from(session: Session, case: Case) -> frozenset[str]:
    """Return the persons who may not know of a case: it is, or may be, about them."""
    return frozenset(part.person for part in parts(session, case) if part.part in HIDDEN)


def may_not_own(session: Session, case: Case) -> frozenset[str]:
    """Return the persons who may not own or decide a case."""
    barred = {part.person for part in parts(session, case)}
    if case.raised_by:
        barred.add(case.raised_by)
    if case.kind == "complaint" and case.stage == "appeal":
        decided = select(CaseEntry.by).where(CaseEntry.case_ == case.id, CaseEntry.kind.in_(DECIDES))
        barred.update(person for person in session.scalars(decided) if person)
    return frozenset(barred)


def may_own(session: Session, case: Case, person: str) -> bool:
    """Say whether a person may own a case."""
    return person not in may_not_own(session, case)


def take_part(session: Session, case: Case, person: str, part: Part) -> bool:
    """Note someone's part in a case in place of the one that she had; return False where it is as before.

    A part that is known for sure is not weakened to "may be".
    """
    row = session.scalars(
        select(CasePerson).where(CasePerson.case_ == case.id, CasePerson.person == person)
    ).first()
    if row is not None and (row.part == part or (part == "may-be" and row.part == "respondent")):
        return False
    if row is None:
        row = CasePerson(id=new_id(), organisation=case.organisation, case_=case.id, person=person, part=part)
        session.add(row)
    row.part = part
    session.flush()
    return True


def no_part(session: Session, case: Case, person: str) -> None:
    """Note that someone has no part in a case after all; whoever sees to it is shown no trace of it."""
    rows = select(CasePerson).where(CasePerson.case_ == case.id, CasePerson.person == person)
    first, *others = session.scalars(rows.order_by(CasePerson.id)).all()
    for row in others:
        session.delete(row)
    first.part = CLEARED
    session.flush()


def copy_parts(session: Session, case: Case, to: Case) -> None:
    """Have everyone keep the part in another case that she has in this one, if it is none."""
    for row in session.scalars(select(CasePerson).where(CasePerson.case_ == case.id)).all():
        new = CasePerson(
            id=new_id(), organisation=to.organisation, case_=to.id, person=row.person, part=row.part
        )
        session.add(new)
    session.flush()


def looked_at(session: Session, case: Case) -> frozenset[str]:
    """Return the persons of whom it is known whether they have a part in a case."""
    rows = select(CasePerson.person).where(CasePerson.case_ == case.id)
    return frozenset(session.scalars(rows))


def known_officers(records: Records, session: Session) -> Sequence[Known]:
    """Return the officers who have a person, by the names by which a text may mean them."""
    found = []
    for officer in officers.current(session, records.organisation):
        if officer.person is not None:
            contact = officers.contact(records, officer)
            found.append(Known(officer.person, officer.office, (contact.name, *contact.also_called)))
    return found


def first_not_meant(
    records: Records, session: Session, offices: Sequence[Office], text: str, sender: str | None
) -> Officer | None:
    """Return the first holder of the offices, in their order, who neither said a text nor is meant by it."""
    barred = {sender, *naming.meant(text, known_officers(records, session))}
    for office in offices:
        for officer in officers.holders(session, records.organisation, office):
            if officer.person is None or officer.person not in barred:
                return officer
    return None


def in_turn(session: Session, case: Case, without: Collection[str] = ()) -> Sequence[Officer]:
    """Return the officers to whom a case goes, in their order, without those who may not own it.

    An outside contact comes last: she has no account here, and is rung.
    """
    barred = may_not_own(session, case) | set(without)
    return _without(_turn(session, case), barred)


def _turn(session: Session, case: Case) -> Sequence[Officer]:
    held = officers.current(session, case.organisation)
    offices = _offices(session, case, held)
    return [officer for office in offices for officer in held if officer.office == office]


def _offices(session: Session, case: Case, held: Iterable[Officer]) -> Sequence[Office]:
    """Return the offices that are turned to, above whoever the case is, or may be, about."""
    if case.kind == "safeguarding":
        return SAFEGUARDING
    if case.kind in ("content", "take-down"):
        return _POSTS
    if case.kind == "quarterly":
        return _ABOVE_THE_MANAGER
    about = hidden_from(session, case) | ({case.raised_by} if case.raised_by else set())
    offices = {officer.office for officer in held if officer.person in about}
    if case.stage == "appeal" or offices & (_MANAGERS | _TRUSTEES):
        return _ABOVE_THE_MANAGER
    return _DEFAULT


def is_above(officer: Officer) -> bool:
    """Say whether an officer stands above the manager, so that a case is escalated to her."""
    return officer.office in _ABOVE_THE_MANAGER


def _without(ranked: Iterable[Officer], barred: Collection[str]) -> Sequence[Officer]:
    seen: set[str] = set()
    left = []
    for officer in ranked:
        key = officer.person or officer.id
        if key not in barred and key not in seen:
            seen.add(key)
            left.append(officer)
    return left


def officer_of(session: Session, organisation: str, person: str) -> Officer | None:
    """Return the office by which a person acts, or None where she holds none now."""
    held = officers.current(session, organisation)
    return next((officer for officer in held if officer.person == person), None)
