"""A certificate for the person alone whose it is, whatever platform she asks on."""

from sqlalchemy import select

from bot.induction import proof
from bot.records.store import Records
from bot.records.tables import Account, Acknowledgement


def certificate_of(records: Records, account: str, given: str) -> bytes | None:
    """Return the PDF of an acknowledgement that whoever has the account made; None for anyone else's.

    Raises RecordsUnavailable.
    """
    from adapters.certificate import certificate  # its compiler is loaded when it is needed

    hers = (
        select(Acknowledgement)
        .join(Account, Account.person == Acknowledgement.person)
        .where(
            Acknowledgement.organisation == records.organisation,
            Acknowledgement.id == given,
            Acknowledgement.outcome == "acknowledged",
            Account.organisation == records.organisation,
            Account.name == account,
        )
    )
    with records.reading() as session:
        found = session.scalars(hers).one_or_none()
        if found is None:
            return None
        said = proof.proof_of(records, session, found)
    return certificate(said)
