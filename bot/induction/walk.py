"""Walking: where someone is in her induction, and what a press or a typed name does to that."""

import json
import logging
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot import link_code, people
from bot.contact import name_given
from bot.induction import known, standing
from bot.induction.course import Course
from bot.records.store import Change
from bot.records.tables import Acknowledgement, Induction, InductionStep, Person, PolicyVersion, new_id
from knowledge.clauses import Clause
from knowledge.lessons import Lesson, Page
from knowledge.reading import ROLES, Role
from knowledge.situations import Option, Situation

log = logging.getLogger(__name__)

# Stands behind the number of a clause that was shown as taken out, in what an acknowledgement holds.
TAKEN_OUT = " (taken out)"

OPEN = standing.OPEN
_STANDS = "You have done your induction on this policy, and your acknowledgement stands."
_GONE = "That is no longer part of your induction. Say “induction” to go on where you are."


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
        _stepped(change, same)
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
    return next((row for row in _of(session, person, course) if row.state in OPEN), None)


def locked(change: Change, person: Person, course: Course) -> Induction:
    """Return someone's open induction, kept from being changed elsewhere until the commit.

    Raises:
        InductionError: she has none.
    """
    found = _rows(person, course).where(Induction.state.in_(OPEN)).limit(1).with_for_update()
    row = change.session.scalars(found.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise InductionError("You have no induction open. Say “induction” to begin one.")
    return row


def locked_or_done(change: Change, person: Person, course: Course, induction: str) -> Induction:
    """Return the induction of this id: as `locked`, or acknowledged already.

    A second press of its button is so answered by what stands, though another may have been begun since.

    Raises:
        InductionError: it is not hers, or has ended.
    """
    for row in _of(change.session, person, course):
        if row.id == induction and row.state == "acknowledged":
            return row
    row = locked(change, person, course)
    if row.id != induction:
        raise InductionError(_GONE)
    return row


def current(session: Session, row: Induction, lessons: Sequence[Lesson]) -> Lesson | None:
    """Return the lesson at which someone is: the one shown last, else the first that she has not passed.

    None where she has passed them all. A lesson that is no longer there, since her role was changed, is left
    out, and what was passed stays passed.
    """
    passed = _passed(session, row)
    shown = next((lesson for lesson in lessons if lesson.id == row.at), None)
    if shown is not None and shown.id not in passed:
        return shown
    return next((lesson for lesson in lessons if lesson.id not in passed), None)


def show(change: Change, row: Induction, lesson: Lesson) -> None:
    """Note that a lesson is shown."""
    row.at, row.state = lesson.id, "walking"
    _stepped(change, row)
    _step(change, row, lesson)


def move_on(change: Change, row: Induction, lessons: Sequence[Lesson], lesson_id: str) -> Lesson | None:
    """Note that a page was read, and return the lesson after it, None at the end.

    Pressed again, or on an old card, it moves nothing: the lesson at which she is comes back.
    """
    lesson = _named(lessons, lesson_id)
    if isinstance(lesson, Page) and row.at == lesson.id:
        _pass(change, row, lesson)
        row.at = _next_id(lessons, lesson)
    return _shown_now(change, row, lessons)


def move_back(change: Change, row: Induction, lessons: Sequence[Lesson], lesson_id: str) -> Lesson | None:
    """Return the lesson before one, to be shown once more; what was passed stays passed."""
    lesson = _named(lessons, lesson_id)
    if row.at == lesson.id and lesson != lessons[0]:
        row.at = lessons[lessons.index(lesson) - 1].id
    found = next((one for one in lessons if one.id == row.at), None)
    if found is not None:
        show(change, row, found)
    return found or _shown_now(change, row, lessons)


def choose(
    change: Change, row: Induction, lessons: Sequence[Lesson], lesson_id: str, option_id: str
) -> tuple[Situation, Option]:
    """Note a choice in a situation, and return both; each choice is an attempt until one is right.

    Raises:
        InductionError: there is no such situation or option in this induction.
    """
    lesson = _named(lessons, lesson_id)
    if not isinstance(lesson, Situation):
        raise InductionError(_GONE)
    option = next((one for one in lesson.options if one.id == option_id), None)
    if option is None:
        raise InductionError(_GONE)
    step = _step(change, row, lesson)
    if step.passed_at is None:
        step.attempts += 1
        _stepped(change, row)
        if option.right:
            _pass(change, row, lesson)
    if option.right and row.at == lesson.id:
        row.at = _next_id(lessons, lesson)
    return lesson, option


def give_name(change: Change, row: Induction, name: str) -> str:
    """Keep the name as typed, until it is signed with; raise ValueError for what is none."""
    name = name_given(name)
    row.signed = change.records.seal(Induction.signed, row, name)
    _stepped(change, row)
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
    if current(change.session, row, lessons) is not None:
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
    _stepped(change, row)
    change.audit("induction:policy:declined", row.id, people.audit_name(person))
    return True


def pause(change: Change, row: Induction) -> None:
    """Let an induction wait; reminders go on, unless they are put off too."""
    row.state = "paused"
    _stepped(change, row)


def shown_clauses(lessons: Sequence[Lesson], taken_out: Sequence[Clause] = ()) -> str:
    """Return the clauses of the pages with their hashes, as an acknowledgement holds them (JSON).

    One that was taken out stands under its old number, with the hash of what is no longer there.
    """
    clauses = [clause for lesson in lessons if isinstance(lesson, Page) for clause in lesson.clauses]
    shown = {clause.id: clause.hash for clause in clauses}
    return json.dumps(shown | {f"{clause.id}{TAKEN_OUT}": clause.hash for clause in taken_out})


def adopted(session: Session, row: Induction) -> PolicyVersion:
    """Return the version on which an induction was begun."""
    found = select(PolicyVersion).where(
        PolicyVersion.organisation == row.organisation,
        PolicyVersion.policy == row.policy,
        PolicyVersion.version == row.version,
    )
    return session.scalars(found).one()


def _acknowledged(change: Change, row: Induction) -> Acknowledgement | None:
    found = select(Acknowledgement).where(
        Acknowledgement.organisation == row.organisation,
        Acknowledgement.person == row.person,
        Acknowledgement.role == row.roles,
        Acknowledgement.policy == row.policy,
        Acknowledgement.version == row.version,
    )
    return change.session.scalars(found).one_or_none()


def _shown_now(change: Change, row: Induction, lessons: Sequence[Lesson]) -> Lesson | None:
    lesson = current(change.session, row, lessons)
    if lesson is not None:
        show(change, row, lesson)
    return lesson


def _named(lessons: Sequence[Lesson], lesson_id: str) -> Lesson:
    for lesson in lessons:
        if lesson.id == lesson_id:
            return lesson
    raise InductionError(_GONE)


def _next_id(lessons: Sequence[Lesson], lesson: Lesson) -> str | None:
    after = lessons[lessons.index(lesson) + 1 :]
    return after[0].id if after else None


def _passed(session: Session, row: Induction) -> set[str]:
    found = select(InductionStep.lesson).where(
        InductionStep.induction == row.id, InductionStep.passed_at.is_not(None)
    )
    return set(session.scalars(found))


def _pass(change: Change, row: Induction, lesson: Lesson) -> None:
    step = _step(change, row, lesson)
    if step.passed_at is None:
        step.passed_at = change.records.now()
        change.session.flush()
        _stepped(change, row)


def _step(change: Change, row: Induction, lesson: Lesson) -> InductionStep:
    """Return the note of a lesson, made when it is shown first."""
    found = select(InductionStep).where(InductionStep.induction == row.id, InductionStep.lesson == lesson.id)
    step = change.session.scalars(found).one_or_none()
    if step is None:
        step = InductionStep(
            id=new_id(),
            organisation=row.organisation,
            induction=row.id,
            lesson=lesson.id,
            shown_at=change.records.now(),
            attempts=0,
        )
        change.add(step)
        change.session.flush()
    return step


def _stepped(change: Change, row: Induction) -> None:
    row.stepped_at, row.reminded, row.paused_until = change.records.now(), 0, None


def _of(session: Session, person: Person, course: Course) -> Sequence[Induction]:
    return session.scalars(_rows(person, course)).all()


def _rows(person: Person, course: Course) -> Select[Induction]:
    mine = (Induction.organisation == person.organisation) & (Induction.person == person.id)
    this = Induction.policy == course.policy.title
    return select(Induction).where(mine, this).order_by(Induction.started_at.desc(), Induction.id)
