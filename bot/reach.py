"""Reach: who is turned to, and where she is spoken to in private."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from bot import officers, outbox
from bot.card import Card
from bot.contact import Contact, Office
from bot.records.store import Change
from bot.records.tables import Account, Officer


def first_of(change: Change, offices: Sequence[Office], excluded: Collection[str] = ()) -> Officer | None:
    """Return the first holder of the offices, in their order, who has an account and is not excluded."""
    for office in offices:
        for officer in officers.holders(change.session, change.records.organisation, office):
            if officer.person is not None and officer.person not in excluded:
                return officer
    return None


def by_phone(change: Change) -> Sequence[Contact]:
    """Return who may be rung about anything: the manager, and for who would not ring her the chair."""
    asked = (first_of(change, ("manager", "deputy_manager")), first_of(change, ("chair", "deputy_chair")))
    return [officers.contact(change.records, one) for one in asked if one is not None]


def direct_conversations(change: Change, person: str) -> Sequence[str]:
    """Return where a person is spoken to in private, the account joined last first."""
    found = select(Account.direct).where(Account.person == person, Account.direct.is_not(None))
    return [direct for direct in change.session.scalars(found.order_by(Account.joined_at.desc())) if direct]


def can_be_reached(change: Change, person: str) -> bool:
    """Say whether there is a place where a person is spoken to in private."""
    return bool(direct_conversations(change, person))


def tell(change: Change, person: str | None, *cards: Card) -> bool:
    """Have cards sent to a person in private; return False where there is nowhere to send them."""
    for direct in direct_conversations(change, person)[:1] if person else ():
        outbox.put_elsewhere(change, direct, cards)
        return True
    return False
