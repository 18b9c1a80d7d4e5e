"""Oversight: who answers for someone's induction, and what she is called there."""

from bot import officers, people, reach
from bot.contact import Office
from bot.records.store import Change
from bot.records.tables import Officer, Person

_OFFICE: tuple[Office, ...] = ("manager", "deputy_manager", "chair")
_ABOVE_THE_MANAGER: tuple[Office, ...] = ("chair", "deputy_chair", "trustee")


def answerable(change: Change, person: Person) -> Officer | None:
    """Return who is told of someone's induction: the manager, and of the manager's own the chair."""
    own = "manager" in officers.authority(change.session, person)
    return reach.first_of(change, _ABOVE_THE_MANAGER if own else _OFFICE, excluded=[person.id])


def name_of(change: Change, person: Person) -> str:
    """Return a person's name, that of her first account where none is known."""
    accounts = people.accounts(change.session, person.id)
    return change.records.open(Person.name, person) or next(iter(accounts), "someone without a name")
