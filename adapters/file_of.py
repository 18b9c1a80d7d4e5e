"""A file of a case for the one who may see it, whatever platform she asks on."""

from sqlalchemy import select

from bot.cases.files import Opened, open_file
from bot.records.store import Records
from bot.records.tables import Account, Person


def file_of(records: Records, account: str, given: str) -> Opened | None:
    """Return a file that whoever has the account may open, which is noted; None for any other.

    Raises RecordsUnavailable.
    """
    hers = (
        select(Person)
        .join(Account, Account.person == Person.id)
        .where(Account.organisation == records.organisation, Account.name == account)
    )
    with records.changing() as change:
        person = change.session.scalars(hers).one_or_none()
        return open_file(change, person, given) if person is not None else None
