"""Disclosure: which cases an officer may be told of who answers for somebody's records.

Whoever runs a command may be the one whom a complaint is about. So a case is told only to an officer in
office who has it in hand and has no part in it, and never in whose name it was raised where that was
anonymous. Everybody else gets the same answer as where there is none.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from bot.cases.conflict import CLEARED
from bot.contact import PeopleError
from bot.records.tables import Account, Case, CasePerson, Handoff, Officer, Person


def person_given(session: Session, organisation: str, text: str) -> Person:
    """Return the person of an account or an id; raise PeopleError where there is none."""
    by_account = select(Account.person).where(Account.organisation == organisation, Account.name == text)
    named = session.scalars(by_account).one_or_none() or text
    theirs = select(Person).where(Person.organisation == organisation, Person.id == named)
    person = session.scalars(theirs).one_or_none()
    if person is None:
        raise PeopleError(
            f"{text}: nobody has this account or id. An account is platform and id, such as slack:T1/U2; "
            "`hearth induction list --csv FILE` writes both beside the names."
        )
    return person


def officer_given(session: Session, organisation: str, beginning: str) -> Officer:
    """Return the officer in office whose id begins like this; raise PeopleError where there is none, or two.

    An outside contact is nobody here: no record tells in which cases she has a part.
    """
    named = select(Officer).where(
        Officer.organisation == organisation,
        Officer.id.startswith(beginning, autoescape=True),
        Officer.until.is_(None),
        Officer.person.is_not(None),
    )
    found = session.scalars(named.limit(2)).all() if beginning else []
    if len(found) != 1:
        raise PeopleError(
            f"{beginning}: no id of one officer in office begins so. `hearth people list` shows them."
        )
    return found[0]


def raised_by(session: Session, person: Person, officer: Officer | None) -> Sequence[Case]:
    """Return the cases that a person raised by name, as far as an officer may be told (None: no case)."""
    return _told(session, person, officer, (Case.raised_by == person.id) & ~Case.anonymous)


def named_in(session: Session, person: Person, officer: Officer | None) -> Sequence[Case]:
    """Return the cases in which a person is only named, as far as an officer may be told."""
    named = _has_part(person.id)
    hers = Case.raised_by.is_not_distinct_from(person.id)
    return _told(session, person, officer, named & ~hers)


def _told(
    session: Session, person: Person, officer: Officer | None, which: ColumnElement[bool]
) -> Sequence[Case]:
    if officer is None or officer.person is None or officer.person == person.id:
        return ()
    asks = officer.person
    handed = exists().where(Handoff.case_ == Case.id, Handoff.to == asks, Handoff.ended_at.is_(None))
    found = select(Case).where(
        Case.organisation == person.organisation,
        which,
        (Case.owner == asks) | handed,
        Case.raised_by.is_distinct_from(asks),
        ~_has_part(asks),
    )
    return session.scalars(found.order_by(Case.opened_at, Case.id)).all()


def _has_part(person: str) -> ColumnElement[bool]:
    return exists().where(
        CasePerson.case_ == Case.id, CasePerson.person == person, CasePerson.part != CLEARED
    )
