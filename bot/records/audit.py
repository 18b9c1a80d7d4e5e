"""The audit: what changed, in a chain that shows where a link was changed, taken out or put in.

An entry's hash covers its detail by a mark: the hash of a salt and the detail, both sealed together. So a
new key may seal the detail again and the chain holds, nobody can put another detail in its place, and the
mark, which stands in clear, tells nothing of it.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from secrets import token_hex
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.records.new_rows import add_new
from bot.records.tables import Audit, AuditHead
from bot.records.vault import UnusableKey

if TYPE_CHECKING:
    from bot.records.store import Records

BEGINNING = "0" * 64
# Built once: to put a statement together takes longer than to run it.
_HEAD = (
    select(AuditHead.number, AuditHead.hash)
    .where(AuditHead.organisation == bindparam("of"))
    .with_for_update()
)
_GROWN = (
    update(AuditHead)
    .where(AuditHead.organisation == bindparam("of"))
    .values(number=bindparam("last"), hash=bindparam("its_hash"))
)
_SALT = 32  # hexadecimal digits: 128 random bits, too many to try beside a detail of one word


@dataclass(frozen=True, slots=True)
class Fault:
    """The first link that does not hold: its number and what is wrong with it."""

    number: int
    reason: str


def attach(records: "Records", entry: Audit, detail: str) -> None:
    """Seal a detail into an entry that is not yet in the chain, and mark it."""
    salted = token_hex(_SALT // 2) + detail
    entry.detail = records.seal(Audit.detail, entry, salted)
    entry.detail_mark = _mark(salted)


def detail_of(records: "Records", entry: Audit) -> str:
    """Return an entry's detail, empty where it has none; raise UnusableKey."""
    return records.open(Audit.detail, entry)[_SALT:]


def append(session: Session, entries: Sequence[Audit]) -> None:
    """Add an organisation's entries at the chain's end: number, previous hash and hash are filled in here.

    The last link is locked until the transaction ends, so several workers make one chain. It must be the last
    thing that a transaction locks: one that held it and waited for a row could be what the row's holder, who
    has something to note too, waits for.
    """
    if not entries:
        return
    session.flush()
    number, last = _locked_head(session, entries[0].organisation)
    for entry in entries:
        number += 1
        entry.number, entry.previous = number, last
        entry.hash = last = digest(entry)
        add_new(session, entry, "id")
    grown = {"of": entries[0].organisation, "last": number, "its_hash": last}
    session.connection().execute(_GROWN, grown)


def digest(entry: Audit) -> str:
    """Return the hash of an entry: of all its fields, its detail's mark and the previous hash."""
    fields = (
        entry.organisation,
        str(entry.number),
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.what,
        entry.about,
        entry.who,
        entry.detail_mark or "",
        entry.previous,
    )
    return sha256("".join(f"{len(field)}:{field}," for field in fields).encode()).hexdigest()


def verify(session: Session, records: "Records") -> Fault | None:
    """Return the first fault of an organisation's chain, None where it is whole, with details and end."""
    number, previous = 0, BEGINNING
    found = select(Audit).where(Audit.organisation == records.organisation).order_by(Audit.number)
    with closing(session.scalars(found.execution_options(yield_per=500))) as entries:
        for entry in entries:
            number += 1
            if fault := _fault(entry, number, previous) or _detail_fault(entry, records):
                return fault
            previous = entry.hash
    head = session.get(AuditHead, records.organisation)
    end = (head.number, head.hash) if head else (0, BEGINNING)
    if end != (number, previous):
        return Fault(number + 1, "is missing: the chain ended later once")
    return None


def length(session: Session, organisation: str) -> int:
    """Return how many entries an organisation's audit has had."""
    head = session.get(AuditHead, organisation)
    return head.number if head else 0


def _fault(entry: Audit, number: int, previous: str) -> Fault | None:
    if entry.number != number:
        return Fault(number, f"is missing: the next one there is {entry.number}")
    if entry.previous != previous:
        return Fault(number, "does not follow the one before it")
    if entry.hash != digest(entry):
        return Fault(number, "was changed")
    return None


def _detail_fault(entry: Audit, records: "Records") -> Fault | None:
    if entry.detail is None and entry.detail_mark is None:
        return None
    if entry.detail is None or entry.detail_mark is None:
        return Fault(entry.number, "was changed: its detail or the mark of it is gone")
    try:
        salted = records.open(Audit.detail, entry)
    except UnusableKey as error:
        return Fault(entry.number, f"has a detail that does not open: {error}")
    return None if _mark(salted) == entry.detail_mark else Fault(entry.number, "has another detail than once")


def _mark(salted: str) -> str:
    return sha256(salted.encode()).hexdigest()


def _locked_head(session: Session, organisation: str) -> tuple[int, str]:
    """Return the number and the hash of the last link; the first one follows number 0."""
    last = session.connection().execute(_HEAD, {"of": organisation}).one_or_none()
    if last is None:
        add_new(session, AuditHead(organisation=organisation, number=0, hash=BEGINNING), "organisation")
        last = session.connection().execute(_HEAD, {"of": organisation}).one()
    return last.number, last.hash
