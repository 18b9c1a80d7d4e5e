"""Officers: who has authority, in which order they are turned to, and how they are reached outside chat."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from bot import roles as kinds
from bot.contact import OFFICES, Contact, Office, PeopleError, in_words
from bot.induction import standing
from bot.records.store import Change, Records
from bot.records.tables import Account, Officer, Organisation, Person, new_id
from knowledge.reading import Role

log = logging.getLogger(__name__)

_NEEDED: tuple[Office, ...] = ("manager", "chair", "safeguarding_lead")
_DEPUTY: Office = "deputy_safeguarding_lead"
_HELD = select(Officer.office).where(
    Officer.organisation == bindparam("of"), Officer.person == bindparam("by"), Officer.until.is_(None)
)


def holders(
    session: Session, organisation: str, office: Office, at: datetime | None = None
) -> Sequence[Officer]:
    """Return who holds an office (None: now), in the order in which they are turned to."""
    found = _of(organisation).where(Officer.office == office)
    if at is None:
        found = found.where(Officer.until.is_(None))
    else:
        found = found.where(Officer.since <= at, or_(Officer.until.is_(None), Officer.until > at))
    return session.scalars(found).all()


def current(session: Session, organisation: str) -> Sequence[Officer]:
    """Return all who hold an office now: by office, then by place."""
    found = session.scalars(_of(organisation).where(Officer.until.is_(None)))
    names: Sequence[str] = OFFICES
    return sorted(found, key=lambda officer: names.index(officer.office))


def authority(session: Session, person: Person) -> frozenset[Office]:
    """Return the offices that a person holds at this moment.

    Read anew at every action and kept nowhere, so that an office that ended counts no more, on old cards too.
    """
    found = set(session.scalars(_HELD, {"of": person.organisation, "by": person.id}))
    return frozenset(office for office in OFFICES if office in found)


def authorities(session: Session, organisation: str) -> Mapping[str, frozenset[Office]]:
    """Return the offices that everyone holds at this moment, by person; as `authority`."""
    held: dict[str, set[str]] = {}
    for officer in current(session, organisation):
        if officer.person is not None:
            held.setdefault(officer.person, set()).add(officer.office)
    return {
        person: frozenset(office for office in OFFICES if office in found) for person, found in held.items()
    }


def roles(session: Session, person: Person) -> tuple[Role, ...]:
    """Return what a person is to the policy, by her own word and by the offices that she holds now."""
    return kinds.effective(kinds.written(person.said_roles), authority(session, person))


def missing(session: Session, organisation: str) -> tuple[str, ...]:
    """Return, in words, the officers without whom a server may not start.

    Each officer has a phone: nobody is appointed without. The deputy must be someone else than the lead who
    is turned to first.
    """
    lacking = [f"a {in_words(office)}" for office in _NEEDED if not holders(session, organisation, office)]
    leads = {lead.person for lead in holders(session, organisation, "safeguarding_lead")[:1]}
    deputies = {deputy.person for deputy in holders(session, organisation, _DEPUTY)}
    if not deputies - leads:
        lacking.append("a deputy for the safeguarding lead, who is someone else")
    return tuple(lacking)


def unreached(session: Session, organisation: str) -> tuple[str, ...]:
    """Return, in words, the officers of whom no place is known where they are written to in private."""
    reached = set(session.scalars(select(Account.person).where(Account.direct.is_not(None))))
    return tuple(
        f"{in_words(office)} {officer.place}"
        for office in OFFICES
        for officer in holders(session, organisation, office)
        if officer.person is not None and officer.person not in reached
    )


def contact(records: Records, officer: Officer) -> Contact:
    """Return an officer's name, phone and other names, unsealed; raise UnusableKey."""
    others = records.open(Officer.also_called, officer)
    return Contact(
        records.open(Officer.name, officer), records.open(Officer.phone, officer), tuple(others.splitlines())
    )


def appoint(
    change: Change,
    office: Office,
    given: Contact,
    person: Person | None,
    *,
    who: str,
    place: int | None = None,
) -> Officer:
    """Give an office to a person, at a place among its holders (from 1; None: after the others).

    An outside contact is no person of the organisation: `person` is None for her, and for her alone.

    Raises:
        PeopleError: the person holds the office already, or is given where there may be none.
    """
    one_at_a_time(change)
    if (person is None) != (office == "outside_contact"):
        raise PeopleError("An outside contact is reached by phone and has no account; any other officer may.")
    if person is not None and office in authority(change.session, person):
        raise PeopleError(f"She is {in_words(office)} already: end that first, or change the phone.")
    before = roles(change.session, person) if person else ()
    others = list(holders(change.session, change.records.organisation, office))
    officer = _officer(change.records, office, given, person)
    others.insert(len(others) if place is None else place - 1, officer)
    change.add(officer)
    _number(others)
    if person is not None:
        person.left_at = None
        standing.follow(change, person.id, before, roles(change.session, person), who=who)
    change.audit(f"office:{office}:appointed", officer.id, who)
    log.info("officer.appointed", extra={"officer": officer.id, "office": office})
    return officer


def end(change: Change, officer: Officer, *, who: str) -> None:
    """End an office; raise PeopleError where it has ended before."""
    if officer.until is not None:
        raise PeopleError("That office has ended already.")
    person = change.session.get(Person, officer.person) if officer.person else None
    before = roles(change.session, person) if person else ()
    officer.until = change.records.now()
    change.session.flush()
    if person is not None:
        standing.follow(change, person.id, before, roles(change.session, person), who=who)
    organisation, office = change.records.organisation, officer.office
    _number(change.session.scalars(_current(organisation, office)).all())
    change.audit(f"office:{office}:ended", officer.id, who)
    log.info("officer.ended", extra={"officer": officer.id, "office": office})


def end_all(change: Change, person: Person, *, who: str) -> None:
    """End every office that a person holds."""
    held = _of(person.organisation).where(Officer.person == person.id, Officer.until.is_(None))
    for officer in change.session.scalars(held).all():
        end(change, officer, who=who)


def change_phone(change: Change, officer: Officer, phone: str, *, who: str) -> None:
    """Set the phone (as `phone_given` returns it) of an officer; raise PeopleError where her office ended."""
    if officer.until is not None:
        raise PeopleError("That office has ended: appoint her anew.")
    officer.phone = change.records.seal(Officer.phone, officer, phone)
    change.audit(f"office:{officer.office}:phone-changed", officer.id, who)


def find(change: Change, beginning: str) -> Officer:
    """Return the officer, past ones too, whose id begins like this, to be changed; raise PeopleError."""
    named = _of(change.records.organisation).where(Officer.id.startswith(beginning, autoescape=True))
    found = change.session.scalars(named.limit(2).with_for_update()).all()
    if not beginning or not found:
        raise PeopleError(f"No officer has the id {beginning}: `hearth people list` shows them.")
    if len(found) > 1:
        raise PeopleError(f"More than one officer's id begins with {beginning}: give more of it.")
    return found[0]


def one_at_a_time(change: Change) -> None:
    """Wait until nobody else changes this organisation's officers, and keep them waiting until the commit."""
    # FOR NO KEY UPDATE: rows that refer to the organisation may still be written meanwhile.
    change.session.get_one(Organisation, change.records.organisation, with_for_update={"key_share": True})


def _of(organisation: str) -> Select[Officer]:
    ordered = (Officer.place, Officer.since, Officer.id)
    return select(Officer).where(Officer.organisation == organisation).order_by(*ordered)


def _current(organisation: str, office: str) -> Select[Officer]:
    return _of(organisation).where(Officer.office == office, Officer.until.is_(None))


def _number(officers: Sequence[Officer]) -> None:
    for place, officer in enumerate(officers, 1):
        officer.place = place


def _officer(records: Records, office: Office, given: Contact, person: Person | None) -> Officer:
    officer = Officer(
        id=new_id(),
        organisation=records.organisation,
        office=office,
        person=person.id if person else None,
        since=records.now(),
    )
    officer.name = records.seal(Officer.name, officer, given.name)
    officer.phone = records.seal(Officer.phone, officer, given.phone)
    if given.also_called:
        officer.also_called = records.seal(Officer.also_called, officer, "\n".join(given.also_called))
    return officer
