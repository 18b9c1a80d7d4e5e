"""People at every point of an induction, made without a word being typed."""

from sqlalchemy import select

from bot import people
from bot.induction import inductions, signing, walk
from bot.induction.course import Course
from bot.records.store import Change, Records
from bot.records.tables import Acknowledgement, Induction, Person
from knowledge.lessons import Page
from knowledge.reading import Role

VOLUNTEER: tuple[Role, ...] = ("volunteer",)


def known(records: Records, account: str, roles: tuple[Role, ...] = VOLUNTEER, name: str = "") -> str:
    """Make someone who has said her roles, under a name or without; return her person's id."""
    with records.changing() as change:
        person = people.known(change, account, account)
        if name:
            person.name = records.seal(Person.name, person, name)
        if roles:
            people.say_roles(change, person, roles)
        return person.id


def invited(records: Records, course: Course, account: str, roles: tuple[Role, ...] = VOLUNTEER) -> str:
    """Make someone whose induction was begun for her; return the induction's id."""
    known(records, account, roles)
    with records.changing() as change:
        return inductions.begin(change, people.known(change, account), roles, course, who="test").id


def walked(records: Records, course: Course, account: str, steps: int) -> None:
    """Go on so many steps in someone's open induction, and be shown the next one."""
    with records.changing() as change:
        row = inductions.locked(change, people.known(change, account), course)
        lessons = course.lessons(change.session, row)
        for _ in range(steps):
            _step(change, row, course)
        if (at := walk.current(change.session, row, lessons)) is not None:
            walk.show(change, row, at)


def _step(change: Change, row: Induction, course: Course) -> None:
    lessons = course.lessons(change.session, row)
    at = walk.current(change.session, row, lessons)
    assert at is not None
    walk.show(change, row, at)
    if isinstance(at, Page):
        walk.move_on(change, row, lessons, at.id)
    else:
        walk.choose(change, row, lessons, at.id, next(one.id for one in at.options if one.right))


def acknowledged(
    records: Records,
    course: Course,
    account: str = "web:volunteer",
    name: str = "A. Volunteer",
    roles: tuple[Role, ...] = VOLUNTEER,
) -> Acknowledgement:
    """Make someone who has come to the end and signed; return what was recorded."""
    invited(records, course, account, roles)
    with records.changing() as change:
        person = people.known(change, account)
        row = inductions.locked(change, person, course)
        lessons = course.lessons(change.session, row)
        for _ in lessons:
            _step(change, row, course)
        signing.give_name(change, row, name)
        return signing.acknowledge(change, row, lessons, person, channel="web")


def induction_of(change: Change, account: str) -> Induction:
    """Return the one induction of whoever has an account."""
    person = people.known(change, account)
    return change.session.scalars(select(Induction).where(Induction.person == person.id)).one()
