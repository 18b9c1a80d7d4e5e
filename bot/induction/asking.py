"""Asking: what adopting or withdrawing a version of the policy means for those who walk or know it."""

import logging

from sqlalchemy import select

from bot import outbox, people, policies, reach
from bot.induction import cards, inductions, known, standing, walk
from bot.induction.course import Course
from bot.records.store import Change, Job, Records
from bot.records.tables import Account, Acknowledgement, Induction, Person, PolicyVersion
from bot.roles import with_implied, written
from knowledge.reading import Role

log = logging.getLogger(__name__)

# How long a worker waits that was started with an older text: one with the new text and its pack will come.
_WAIT_SECONDS = 60


def ask(records: Records, course: Course, version: str) -> None:
    """Ask those whom a changed clause binds, for what changed for them; done twice, nobody is asked twice.

    `version` is the id of the version that was adopted. What counts is the one in force by now.
    """
    with records.changing() as change:
        current = course.begun(change.session, records)
        if current is None:
            return
        if current.version != course.policy.version:
            minute = f"{records.now():%Y-%m-%dT%H:%M}"
            name = f"changes:{version}:{minute}"
            job = Job("ask about changes", version, key="induction", id=name, after=_WAIT_SECONDS)
            change.enqueue(job)
            log.warning("induction.changes.older_worker", extra={"version": current.version})
            return
    for person in _who_know(records, course):
        with records.changing() as change:
            _ask(change, course, person)


def difference(change: Change, person: Person, course: Course) -> Induction | None:
    """Begin someone's induction on what changed since the version that she acknowledged, and return it.

    None where nothing changed for her in the roles in which she acknowledged it and still is, where one is
    open, which is finished first, and where she has left.
    """
    session = change.session
    given = known.acknowledged(session, person.organisation, person.id, course.policy.title)
    gone = person.left_at is not None or person.erased_at is not None
    if not given or gone or inductions.open_of(session, person, course) is not None:
        return None
    asked = _still(change, person, given[0])
    if not asked:
        return None
    try:
        return inductions.begin(change, person, asked, course, who="hearth")
    except inductions.InductionError:
        return None


def withdrawn(records: Records, version: str) -> None:
    """End the open inductions on a policy that was withdrawn, each with a word; as `ask`."""
    with records.reading() as session:
        policy = session.get_one(PolicyVersion, version).policy
        if policies.in_force(session, records.organisation, policy, records.now()) is not None:
            return
        found = select(Induction.id).where(
            Induction.organisation == records.organisation,
            Induction.policy == policy,
            Induction.state.in_(standing.OPEN),
        )
        ids = session.scalars(found.order_by(Induction.id)).all()
    for induction in ids:
        with records.changing() as change:
            _withdrawn(change, induction)


def _ask(change: Change, course: Course, person_id: str) -> None:
    person = _locked(change, person_id)
    row = difference(change, person, course)
    if row is None:
        return
    for direct in reach.direct_conversations(change, person.id)[:1]:
        policy = course.version(change.session, row.organisation, row.version)
        changes = course.changed(change.session, row)
        walk.show(change, row, course.lessons(change.session, row)[0])
        asked = f"{row.id}.changed.{row.stepped_at:%Y%m%d%H%M%S}"
        outbox.put_elsewhere(change, direct, (cards.changed(asked, changes, policy, row.id),))


def _withdrawn(change: Change, induction: str) -> None:
    row = change.session.get_one(Induction, induction, with_for_update=True)
    if row.state not in standing.OPEN:
        return
    standing.end(change, row)
    said = f"The {row.policy} was withdrawn. Your induction on it ends here: there is nothing left to do."
    told = cards.note(f"{row.id}.withdrawn.{change.records.now():%Y%m%d%H%M%S}", "Your induction", said)
    reach.tell(change, row.person, told)


def _who_know(records: Records, course: Course) -> list[str]:
    found = select(Acknowledgement.person).where(
        Acknowledgement.organisation == records.organisation,
        Acknowledgement.policy == course.policy.title,
        Acknowledgement.outcome == "acknowledged",
    )
    with records.reading() as session:
        return sorted(set(session.scalars(found)))


def _still(change: Change, person: Person, given: Acknowledgement) -> tuple[Role, ...]:
    """Return the roles of an acknowledgement that are hers still; all of them where nothing else is known."""
    then, now = written(given.role), with_implied(people.roles(change.session, person))
    return tuple(role for role in then if role in now) if now else then


def _locked(change: Change, person: str) -> Person:
    """Return a person, locked with her accounts: what she writes meanwhile waits."""
    accounts = select(Account.id).where(Account.person == person).order_by(Account.id).with_for_update()
    change.session.scalars(accounts).all()
    return change.session.get_one(Person, person, with_for_update=True)
