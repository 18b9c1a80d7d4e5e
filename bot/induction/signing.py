"""Signing: the name as typed, the acknowledgement that it is given for, or that someone does not agree."""

import json
from collections.abc import Sequence

from sqlalchemy import select

from bot import link_code, people
from bot.contact import name_given
from bot.induction import walk
from bot.induction.inductions import InductionError, stepped
from bot.records.store import Change
from bot.records.tables import Acknowledgement, Induction, Person, new_id
from knowledge.clauses import Clause
from knowledge.lessons import Lesson, Page

# Stands behind the number of a clause that was shown as taken out, in what an acknowledgement holds.
TAKEN_OUT = " (taken out)"


def give_name(change: Change, row: Induction, name: str) -> str:
    """Keep the name as typed, until it is signed with; raise ValueError for what is none."""
    name = name_given(name)
    row.signed = change.records.seal(Induction.signed, row, name)
    stepped(change, row)
    return name


def acknowledge(
    change: Change,
    row: Induction,
    lessons: Sequence[Lesson],
    person: Person,
    *,
    channel: str,
    taken_out: Sequence[Clause] = (),
) -> Acknowledgement:
    """Record the acknowledgement, once: pressed again, the one that stands is returned.

    `taken_out` are clauses that were shown as no longer there.

    Raises:
        InductionError: a step is missing, or the name.
    """
    if (stands := _acknowledged(change, row)) is not None:
        return stands
    if walk.current(change.session, row, lessons) is not None:
        raise InductionError("There is a step left before you can acknowledge.")
    if row.signed is None:
        raise InductionError("Please type your full name first.")
    records = change.records
    made = Acknowledgement(
        id=new_id(),
        organisation=records.organisation,
        person=person.id,
        role=row.roles,
        policy=row.policy,
        version=row.version,
        clauses=shown_clauses(lessons, taken_out),
        outcome="acknowledged",
        channel=channel,
        code=link_code.new_code(link_code.CERTIFICATE_GROUPS),
        at=records.now(),
    )
    made.signed = records.seal(Acknowledgement.signed, made, records.open(Induction.signed, row))
    change.add(made)
    row.state, row.ended_at, row.signed = "acknowledged", records.now(), None
    change.audit("induction:policy:acknowledged", made.id, people.audit_name(person))
    return made


def decline(change: Change, row: Induction, person: Person) -> bool:
    """Record that someone does not agree; return False where she said so before."""
    if row.state == "declined":
        return False
    row.state, row.signed = "declined", None
    stepped(change, row)
    change.audit("induction:policy:declined", row.id, people.audit_name(person))
    return True


def shown_clauses(lessons: Sequence[Lesson], taken_out: Sequence[Clause] = ()) -> str:
    """Return the clauses of the pages with their hashes, as an acknowledgement holds them (JSON).

    One that was taken out stands under its old number, with the hash of what is no longer there.
    """
    clauses = [clause for lesson in lessons if isinstance(lesson, Page) for clause in lesson.clauses]
    shown = {clause.id: clause.hash for clause in clauses}
    return json.dumps(shown | {f"{clause.id}{TAKEN_OUT}": clause.hash for clause in taken_out})


def _acknowledged(change: Change, row: Induction) -> Acknowledgement | None:
    found = select(Acknowledgement).where(
        Acknowledgement.organisation == row.organisation,
        Acknowledgement.person == row.person,
        Acknowledgement.role == row.roles,
        Acknowledgement.policy == row.policy,
        Acknowledgement.version == row.version,
    )
    return change.session.scalars(found).one_or_none()
