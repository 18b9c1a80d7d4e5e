"""Making one person of two: what was either's is then hers alone."""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, delete, select, update
from sqlalchemy.orm import Session

from bot import officers, people
from bot.records.store import Change
from bot.records.tables import Acknowledgement, CasePerson, Induction, InductionStep, LinkCode, Person, Table

log = logging.getLogger(__name__)

_FINISHED = ("acknowledged", "declined")


def join(change: Change, kept: Person, joined: Person, *, who: str) -> None:
    """Give one person all that is another's, and end the other; both must be locked with their accounts.

    Objects that were read before are read anew. The audit's detail keeps the other's id and audit name.
    """
    session = change.session
    session.execute(delete(LinkCode).where(LinkCode.person.in_([kept.id, joined.id])))
    _one_acknowledgement_each(change, kept, joined, who)
    _one_induction_each(session, kept, joined)
    _one_part_each(session, kept, joined)
    _one_office_each(change, kept, joined, who)
    _take_over(change, kept, joined)
    session.flush()
    ended = joined.id
    detail = f"{ended} {people.audit_name(joined)}"
    for column in columns_of_persons():
        session.execute(update(column.table).where(column == ended).values({column: kept.id}))
    session.delete(joined)
    session.flush()
    session.expire_all()
    change.audit("person:account:joined", kept.id, who, detail=detail)
    log.info("person.joined", extra={"person": kept.id, "joined": ended})


def columns_of_persons() -> Sequence[Column[Any]]:
    """Return every column that names a person, in whatever table."""
    columns = [column for table in Table.metadata.sorted_tables for column in table.columns]
    return [
        column for column in columns if any(key.column.table.name == "person" for key in column.foreign_keys)
    ]


def _one_acknowledgement_each(change: Change, kept: Person, joined: Person, who: str) -> None:
    """Keep the later of two acknowledgements of one policy in one role: what she said last holds."""
    found = select(Acknowledgement).where(Acknowledgement.person.in_([kept.id, joined.id]))
    last: dict[tuple[str, str, str], Acknowledgement] = {}
    for given in change.session.scalars(found.order_by(Acknowledgement.at, Acknowledgement.id)).all():
        same = (given.role, given.policy, given.version)
        if earlier := last.get(same):
            change.session.delete(earlier)
            change.audit("induction:acknowledgement:replaced", earlier.id, who)
        last[same] = given


def _one_induction_each(session: Session, kept: Person, joined: Person) -> None:
    """Keep of two walks through one version for the same roles one that she finished, else her last one."""
    walks = session.scalars(select(Induction).where(Induction.person.in_([kept.id, joined.id]))).all()
    best: dict[tuple[str, str, str], Induction] = {}
    for walk in sorted(walks, key=lambda one: (one.state in _FINISHED, one.stepped_at)):
        same = (walk.policy, walk.version, walk.roles)
        if lesser := best.get(same):
            session.execute(delete(InductionStep).where(InductionStep.induction == lesser.id))
            session.execute(delete(Induction).where(Induction.id == lesser.id))
        best[same] = walk


def _one_part_each(session: Session, kept: Person, joined: Person) -> None:
    found = select(CasePerson).where(CasePerson.person.in_([kept.id, joined.id]))
    parts = session.scalars(found).all()
    has = {(part.case_, part.part) for part in parts if part.person == kept.id}
    for part in parts:
        if part.person == joined.id and (part.case_, part.part) in has:
            session.delete(part)


def _one_office_each(change: Change, kept: Person, joined: Person, who: str) -> None:
    """End the later of two rows of one office: she is turned to once, at her first place."""
    held: set[str] = set()
    for officer in officers.current(change.session, change.records.organisation):
        if officer.person not in (kept.id, joined.id):
            continue
        if officer.office in held:
            officers.end(change, officer, who=who)
        held.add(officer.office)


def _take_over(change: Change, kept: Person, joined: Person) -> None:
    """Let the person who stays have what stands in the other's own row."""
    if kept.name is None and joined.name is not None:
        name = change.records.open(Person.name, joined)
        kept.name = change.records.seal(Person.name, kept, name)
    if joined.said_roles:
        both = people.said_roles(kept) + people.said_roles(joined)
        kept.said_roles = people.as_said(both)
    if joined.left_at is None:
        kept.left_at = None
    kept.created_at = min(kept.created_at, joined.created_at)
