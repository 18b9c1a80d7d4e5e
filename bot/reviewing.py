"""Reviewing: which officer may say that a policy was understood rightly, and what the audit keeps of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import officers, people
from bot.records.store import Change
from bot.records.tables import Account, Person


def reviewer(session: Session, organisation: str, account: str) -> Person | None:
    """Return who writes from an account, where she holds an office at this moment; None for anyone else."""
    named = (Account.organisation == organisation) & (Account.name == account)
    person = session.scalars(select(Person).join(Account, Account.person == Person.id).where(named)).first()
    return person if person is not None and officers.authority(session, person) else None


def note(change: Change, person: Person, did: str, version: str, what: str) -> None:
    """Write into the audit that an officer reviewed something of a policy at a version.

    `did` is the last word of the entry ("right", "edited"), `what` says which part of the pack it was.
    """
    change.audit(f"policy:review:{did}", version, people.audit_name(person), detail=what)
