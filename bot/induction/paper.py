"""Paper: an induction that was signed on paper, entered by the office on someone's behalf."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import select

from bot import link_code, people, reach
from bot.induction import signing, standing
from bot.induction.course import Course, roles_of
from bot.induction.inductions import InductionError
from bot.records.store import Change
from bot.records.tables import Acknowledgement, Induction, Person, new_id
from bot.roles import with_implied
from knowledge.reading import ROLES, Role

CHANNEL = "paper"


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on the paper: the name as `name_given` returns it, the day, and what the office remarks."""

    name: str
    day: date
    remark: str


def sign_off(
    change: Change, course: Course, person: Person, roles: Sequence[Role], paper: Paper
) -> Acknowledgement:
    """Record that someone signed the policy in force on paper, entered by the first manager's person.

    Her open induction is finished by it where it is for no more than these roles, so that she is reminded of
    nothing.

    Raises:
        InductionError: nobody may enter it, the day cannot be right, no policy is in force, or she has
            acknowledged it already.
    """
    records, session = change.records, change.session
    current = course.begun(session, records)
    if current is None:
        raise InductionError("The policy is not in force at the moment: there is nothing to sign.")
    version = course.version(session, records.organisation, current.version)
    _check_day(paper.day, version.adopted, records.now().date())
    office = reach.first_of(change, ("manager", "deputy_manager", "chair"), excluded=[person.id])
    if office is None or office.person is None:
        raise InductionError(
            "Nobody may enter it: a manager, deputy or chair who is someone else is needed "
            "(`hearth people add`)."
        )
    row = _finished(change, course, person, roles, current.version)
    made = Acknowledgement(
        id=new_id(),
        organisation=records.organisation,
        person=person.id,
        role=row.roles,
        policy=row.policy,
        version=row.version,
        clauses=signing.shown_clauses(course.lessons(session, row)),
        outcome="acknowledged",
        channel=CHANNEL,
        code=link_code.new_code(link_code.CERTIFICATE_GROUPS),
        entered_by=office.person,
        at=datetime.combine(paper.day, time(12), UTC),  # noon: the same day wherever it is read
    )
    made.signed = records.seal(Acknowledgement.signed, made, paper.name)
    made.remark = records.seal(Acknowledgement.remark, made, paper.remark)
    change.add(made)
    entered_by = people.audit_name(session.get_one(Person, office.person))
    change.audit("induction:paper:entered", made.id, entered_by)
    return made


def _check_day(day: date, adopted: date | None, today: date) -> None:
    if day > today:
        raise InductionError(f"{day} is still to come: give the day on the paper.")
    if adopted is not None and day < adopted:
        raise InductionError(
            f"On {day} there was no such policy: the version in force was adopted on {adopted}. "
            "A paper on an earlier version is no induction on this one."
        )


def _finished(
    change: Change, course: Course, person: Person, roles: Sequence[Role], version: str
) -> Induction:
    """Return the induction that a paper stands for, made where there is none; the open ones within it end."""
    named = "+".join(role for role in ROLES if role in roles)
    mine = select(Induction).where(
        Induction.organisation == change.records.organisation,
        Induction.person == person.id,
        Induction.policy == course.policy.title,
    )
    now = change.records.now()
    found = None
    for row in change.session.scalars(mine.with_for_update()).all():
        if (row.roles, row.version) == (named, version):
            found = row
        elif row.state in standing.OPEN and set(roles_of(row)) <= with_implied(roles):
            standing.end(change, row)
    if found is None:
        found = Induction(
            id=new_id(),
            organisation=change.records.organisation,
            person=person.id,
            roles=named,
            policy=course.policy.title,
            version=version,
            started_at=now,
        )
        change.add(found)
    elif found.state == "acknowledged":
        raise InductionError("That is acknowledged already, in this role and version.")
    found.state, found.stepped_at, found.ended_at, found.signed = "acknowledged", now, now, None
    found.before = None  # the paper is signed for all of it, not for what changed
    change.session.flush()
    return found
