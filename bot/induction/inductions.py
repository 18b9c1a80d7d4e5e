"""Inductions: someone's own, begun, found again, and kept from being changed by two at once."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.induction import known, standing
from bot.induction.course import Course
from bot.records.store import Change
from bot.records.tables import Induction, Person, PolicyVersion, new_id
from knowledge.reading import ROLES, Role

_NONE_OPEN = "You have no induction open. Say “induction” to begin one."
GONE = "That is no longer part of your induction. Say “induction” to go on where you are."
_STANDS = "You have done your induction on this policy, and your acknowledgement stands."


class InductionError(Exception):
    """What was asked of an induction cannot be done; the message says why to the one who asked."""


def begin(change: Change, person: Person, roles: Sequence[Role], course: Course, *, who: str) -> Induction:
    """Return someone's induction on the version in force for these roles, begun now if it was not before.

    One that is open on an older version is finished first: that one is returned. Someone who acknowledged
    an older version is shown what changed for her since, and no more.

    Raises:
        InductionError: the policy is not in force, or she has acknowledged it already.
    """
    session, records = change.session, change.records
    current = course.begun(session, records)
    if current is None:
        raise InductionError("The policy is not in force at the moment, so there is no induction on it.")
    if (under_way := open_of(session, person, course)) is not None:
        return under_way
    named = "+".join(role for role in ROLES if role in roles)
    before = _known(session, person, course, roles, current.version)
    begun = [row for row in _of(session, person, course) if row.version == current.version]
    same = next((row for row in begun if row.roles == named), None)
    if same is not None and same.state == "acknowledged":
        raise InductionError(_STANDS)
    if same is not None:
        same.state, same.ended_at, same.before = "walking", None, before
        same.started_at = records.now()
        stepped(change, same)
        change.audit("induction:walk:resumed", same.id, who)
        return same
    row = Induction(
        id=new_id(),
        organisation=records.organisation,
        person=person.id,
        roles=named,
        policy=course.policy.title,
        version=current.version,
        before=before,
        state="walking",
        started_at=records.now(),
        stepped_at=records.now(),
    )
    change.add(row)
    session.flush()
    change.audit(f"induction:{'changes' if before else 'walk'}:begun", row.id, who, detail=named)
    return row


def _known(
    session: Session, person: Person, course: Course, roles: Sequence[Role], current: str
) -> str | None:
    """Return the version since which someone is to be shown what changed; None for all of it.

    Raises:
        InductionError: nothing changed for her.
    """
    given = known.acknowledged(session, person.organisation, person.id, course.policy.title)
    covering = [one for one in given if known.covers(one, roles)]
    if not covering:
        return None
    newest = covering[0]
    before = known.before(session, course, newest, roles)
    if before is None or any(one.version == current for one in covering):
        raise InductionError(_STANDS)
    return before


def open_of(session: Session, person: Person, course: Course) -> Induction | None:
    """Return the induction that someone has not finished, None where there is none."""
    return next((row for row in _of(session, person, course) if row.state in standing.OPEN), None)


def locked(change: Change, person: Person, course: Course) -> Induction:
    """Return someone's open induction, kept from being changed elsewhere until the commit.

    Raises:
        InductionError: she has none.
    """
    row = _locked(change, person, course)
    if row is None:
        raise InductionError(_NONE_OPEN)
    return row


def locked_or_done(change: Change, person: Person, course: Course, induction: str) -> Induction:
    """Return the induction of this id: as `locked`, or acknowledged already.

    A second press of its button is so answered by what stands, though another may have been begun since.

    Raises:
        InductionError: it is not hers, or has ended.
    """
    going_on = _locked(change, person, course)
    if going_on is not None and going_on.id == induction:
        return going_on
    # Only now: it may have been acknowledged elsewhere while this waited for the lock.
    found = _rows(person, course).where(Induction.id == induction, Induction.state == "acknowledged")
    done = change.session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if done is None:
        raise InductionError(_NONE_OPEN if going_on is None else GONE)
    return done


def _locked(change: Change, person: Person, course: Course) -> Induction | None:
    found = _rows(person, course).where(Induction.state.in_(standing.OPEN)).limit(1).with_for_update()
    return change.session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def adopted(session: Session, row: Induction) -> PolicyVersion:
    """Return the version on which an induction was begun."""
    found = select(PolicyVersion).where(
        PolicyVersion.organisation == row.organisation,
        PolicyVersion.policy == row.policy,
        PolicyVersion.version == row.version,
    )
    return session.scalars(found).one()


def stepped(change: Change, row: Induction) -> None:
    """Note a step: reminders are counted from it, and a pause until a date is over."""
    row.stepped_at, row.reminded, row.paused_until = change.records.now(), 0, None


def _of(session: Session, person: Person, course: Course) -> Sequence[Induction]:
    return session.scalars(_rows(person, course)).all()


def _rows(person: Person, course: Course) -> Select[Induction]:
    mine = (Induction.organisation == person.organisation) & (Induction.person == person.id)
    this = Induction.policy == course.policy.title
    return select(Induction).where(mine, this).order_by(Induction.started_at.desc(), Induction.id)
