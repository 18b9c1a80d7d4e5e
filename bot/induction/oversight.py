"""Oversight: who answers for someone's induction, and is told what she cannot see to herself."""

from bot import officers, outbox, reach
from bot.card import Card
from bot.contact import Office
from bot.records.store import Change
from bot.records.tables import Officer, Person

_OFFICE: tuple[Office, ...] = ("manager", "deputy_manager", "chair")
_ABOVE_THE_MANAGER: tuple[Office, ...] = ("chair", "deputy_chair", "trustee")


def answerable(change: Change, person: Person) -> Officer | None:
    """Return who is told of someone's induction: the manager, and of the manager's own the chair."""
    own = "manager" in officers.authority(change.session, person)
    return reach.first_of(change, _ABOVE_THE_MANAGER if own else _OFFICE, excluded=[person.id])


def tell(change: Change, officer: Officer, card: Card) -> bool:
    """Have a card sent to an officer in private; return False where there is nowhere to send it."""
    where = reach.direct_conversations(change, officer.person)[:1] if officer.person else ()
    for direct in where:
        outbox.put_elsewhere(change, direct, (card,))
    return bool(where)
