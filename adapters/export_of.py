"""What is held about a person, for that person alone: asked for from her own account."""

from sqlalchemy import select

from adapters.export_files import as_page
from bot.export import export
from bot.records.store import Records
from bot.records.tables import Account, Person


def export_of(records: Records, account: str, given: str) -> bytes | None:
    """Return the page of what is held about whoever has the account; None for anyone else's.

    Raises RecordsUnavailable.
    """
    hers = (
        select(Person)
        .join(Account, Account.person == Person.id)
        .where(
            Account.organisation == records.organisation,
            Account.name == account,
            Person.id == given,
            Person.erased_at.is_(None),
        )
    )
    with records.reading() as session:
        person = session.scalars(hers).one_or_none()
    if person is None:
        return None
    made = export(records, person, asked_by_herself=True, who=person.audit_name or "hearth")
    return as_page(made).encode()
