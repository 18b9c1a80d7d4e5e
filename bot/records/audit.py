"""The audit: what changed, in a chain that shows where a link was changed, taken out or put in."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from bot.records.tables import Audit, AuditHead

BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class Fault:
    """The first link that does not hold: its number and what is wrong with it."""

    number: int
    reason: str


def append(session: Session, entry: Audit) -> None:
    """Add an entry at the chain's end: number, previous hash and hash are filled in here.

    The organisation's last link is locked until the transaction ends, so several workers make one chain.
    """
    head = _locked_head(session, entry.organisation)
    entry.number, entry.previous = head.number + 1, head.hash
    entry.hash = digest(entry)
    head.number, head.hash = entry.number, entry.hash
    session.add(entry)


def digest(entry: Audit) -> str:
    """Return the hash of an entry: of all its fields, the sealed detail as it is stored, and the previous."""
    fields = (
        entry.organisation,
        str(entry.number),
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.what,
        entry.about,
        entry.who,
        sha256(entry.detail).hexdigest() if entry.detail is not None else "",
        entry.previous,
    )
    return sha256("".join(f"{len(field)}:{field}," for field in fields).encode()).hexdigest()


def verify(session: Session, organisation: str) -> Fault | None:
    """Return the chain's first fault, or None where it is whole, end included."""
    number, previous = 0, BEGINNING
    found = select(Audit).where(Audit.organisation == organisation).order_by(Audit.number)
    with closing(session.scalars(found.execution_options(yield_per=500))) as entries:
        for entry in entries:
            number += 1
            if fault := _fault(entry, number, previous):
                return fault
            previous = entry.hash
    head = session.get(AuditHead, organisation)
    end = (head.number, head.hash) if head else (0, BEGINNING)
    if end != (number, previous):
        return Fault(number + 1, "is missing: the chain ended later once")
    return None


def _fault(entry: Audit, number: int, previous: str) -> Fault | None:
    if entry.number != number:
        return Fault(number, f"is missing: the next one there is {entry.number}")
    if entry.previous != previous:
        return Fault(number, "does not follow the one before it")
    if entry.hash != digest(entry):
        return Fault(number, "was changed")
    return None


def _locked_head(session: Session, organisation: str) -> AuditHead:
    insert = postgresql_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    first = insert(AuditHead).values(organisation=organisation, number=0, hash=BEGINNING)
    session.execute(first.on_conflict_do_nothing())
    found = select(AuditHead).where(AuditHead.organisation == organisation)
    return session.scalars(found.with_for_update().execution_options(populate_existing=True)).one()
