"""The register: who has finished the induction on a policy, who is where in it, and who is late."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import officers
from bot.contact import Office
from bot.induction import walk
from bot.induction.course import Course, roles_of
from bot.induction.reminders import DAYS
from bot.induction.standing import OPEN
from bot.records.store import Records
from bot.records.tables import Account, Acknowledgement, Induction, InductionStep, Person
from bot.roles import effective, written
from knowledge.lessons import Lesson
from knowledge.reading import Role

State = Literal["not begun", "invited", "walking", "paused", "declined", "acknowledged", "ended"]


@dataclass(frozen=True, slots=True)
class Row:
    """One person's standing. `name` is her account's where no name is known.

    `step` counts from 1; beyond `steps` it is the acknowledgement that is left; both are 0 where she is in
    no step. `attempts` are all her choices in situations, right ones too. `through` is where she acknowledged
    ("web", "paper"), `code` her certificate's.
    """

    person: str
    name: str
    accounts: tuple[str, ...]
    roles: tuple[Role, ...]
    state: State
    step: int = 0
    steps: int = 0
    version: str = ""
    started: datetime | None = None
    stepped: datetime | None = None
    late_since: datetime | None = None
    attempts: int = 0
    acknowledged: datetime | None = None
    through: str = ""
    code: str = ""


def rows(records: Records, session: Session, course: Course) -> Sequence[Row]:
    """Return the standing of everyone who has begun, or has a role and has not; those who are late first.

    Someone with several inductions stands there once: with the one that is open, else with the newest.
    Raises UnusableKey.
    """
    read = _Read(records, session, course)
    mine = Person.organisation == records.organisation
    found = (_row(read, person) for person in session.scalars(select(Person).where(mine)))
    return in_order(row for row in found if row is not None)


def not_asked(session: Session, organisation: str) -> int:
    """Return how many have written to Hearth without saying a role: whom an induction is for is not known."""
    wrote = select(Account.person).where(Account.organisation == organisation)
    here = select(Person).where(Person.organisation == organisation, Person.id.in_(wrote), *_IS_HERE)
    held = officers.authorities(session, organisation)
    return sum(not _roles(person, held) for person in session.scalars(here))


def in_order(found: Iterable[Row]) -> Sequence[Row]:
    """Return rows as an officer needs them: the latest first, then by how much there is left to do."""
    return sorted(found, key=lambda row: (_RANK.index(group(row)), _since(row), row.name.casefold()))


Group = Literal["late", "declined", "under way", "not begun", "finished", "ended"]
_RANK: tuple[Group, ...] = ("late", "declined", "under way", "not begun", "finished", "ended")


def group(row: Row) -> Group:
    """Return under which heading a row stands."""
    if row.late_since is not None:
        return "late"
    match row.state:
        case "declined" | "not begun" | "ended":
            return row.state
        case "acknowledged":
            return "finished"
        case "invited" | "walking" | "paused":
            return "under way"


def place(row: Row) -> str:
    """Return where someone is, in words."""
    if not row.steps:
        return row.state
    at = f"step {row.step} of {row.steps}" if row.step <= row.steps else "the acknowledgement"
    return f"{'paused at' if row.state == 'paused' else 'at'} {at}"


def late_since(row: Induction, now: datetime) -> datetime | None:
    """Return since when an induction is late: since its last reminder was due; None where it is not."""
    if row.state not in ("walking", "paused"):
        return None
    first = row.stepped_at + timedelta(days=DAYS[0])
    if row.paused_until is not None:
        first = max(first, _midnight(row.paused_until))
    last = first + timedelta(days=DAYS[-1] - DAYS[0])
    return last if last <= now else None


def _since(row: Row) -> datetime:
    """Return what rows of one group are ordered by, the longest first; only who waits is in a hurry."""
    waits = row.late_since or (row.stepped if group(row) in ("declined", "under way") else None)
    return waits or _midnight(date.max)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


_IS_HERE = (Person.left_at.is_(None), Person.erased_at.is_(None))


@dataclass
class _Read:
    """What the rows are made of, read in a few queries however many people there are."""

    records: Records
    session: Session
    course: Course
    accounts: Mapping[str, Sequence[str]] = field(init=False)
    inductions: Mapping[str, Induction] = field(init=False)
    steps: Mapping[str, tuple[int, int]] = field(init=False)
    given: Mapping[tuple[str, str, str], Acknowledgement] = field(init=False)
    passed: Mapping[str, Collection[str]] = field(init=False)
    held: Mapping[str, Collection[Office]] = field(init=False)
    lessons: dict[tuple[str, str], Sequence[Lesson]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.accounts = _accounts(self.session, self.records.organisation)
        self.inductions = _inductions(self.session, self.records.organisation, self.course)
        self.steps = _steps(self.session, self.records.organisation)
        self.given = _given(self.session, self.records.organisation, self.course)
        self.passed = _passed(self.session, self.records.organisation)
        self.held = officers.authorities(self.session, self.records.organisation)

    def lessons_of(self, row: Induction) -> Sequence[Lesson]:
        """Return the lessons of an induction; those of one version and the same roles are made once."""
        same = (row.version, row.roles)
        if same not in self.lessons:
            self.lessons[same] = self.course.lessons(self.session, row)
        return self.lessons[same]


def _row(read: _Read, person: Person) -> Row | None:
    row = read.inductions.get(person.id)
    if row is None:
        return _not_begun(read, person)
    given = read.given.get((person.id, row.roles, row.version)) if row.state == "acknowledged" else None
    shown, attempts = read.steps.get(row.id, (0, 0))
    step, steps = _step(read, row) if row.state in ("walking", "paused") and shown else (0, 0)
    return Row(
        person=person.id,
        name=_name(read, person, given),
        accounts=tuple(read.accounts.get(person.id, ())),
        roles=roles_of(row),
        state=_state(row, shown),
        step=step,
        steps=steps,
        version=row.version,
        started=row.started_at,
        stepped=row.stepped_at,
        late_since=late_since(row, read.records.now()),
        attempts=attempts,
        acknowledged=given.at if given else None,
        through=given.channel if given else "",
        code=(given.code or "") if given else "",
    )


def _not_begun(read: _Read, person: Person) -> Row | None:
    roles = _roles(person, read.held)
    if not roles or person.left_at is not None or person.erased_at is not None:
        return None
    accounts = tuple(read.accounts.get(person.id, ()))
    return Row(person.id, _name(read, person, None), accounts, roles, "not begun")


def _name(read: _Read, person: Person, given: Acknowledgement | None) -> str:
    """Return a person's name: hers, else the one that she signed with, else her account's."""
    name = read.records.open(Person.name, person)
    if not name and given is not None:
        name = read.records.open(Acknowledgement.signed, given)
    return name or next(iter(read.accounts.get(person.id, ())), "without a name")


def _state(row: Induction, shown: int) -> State:
    match row.state:
        case "paused" | "declined" | "acknowledged" | "ended":
            return row.state
        case _:
            return "walking" if shown else "invited"


def _step(read: _Read, row: Induction) -> tuple[int, int]:
    lessons = read.lessons_of(row)
    at = walk.at(row, lessons, read.passed.get(row.id, ()))
    return (lessons.index(at) + 1 if at else len(lessons) + 1), len(lessons)


def _accounts(session: Session, organisation: str) -> Mapping[str, Sequence[str]]:
    mine = select(Account).where(Account.organisation == organisation)
    found: dict[str, list[str]] = defaultdict(list)
    for account in session.scalars(mine.order_by(Account.joined_at, Account.id)):
        found[account.person].append(account.name)
    return found


def _inductions(session: Session, organisation: str, course: Course) -> Mapping[str, Induction]:
    mine = select(Induction).where(
        Induction.organisation == organisation, Induction.policy == course.policy.title
    )
    ordered = sorted(session.scalars(mine), key=lambda row: (row.state in OPEN, row.started_at, row.id))
    return {row.person: row for row in ordered}


def _steps(session: Session, organisation: str) -> Mapping[str, tuple[int, int]]:
    """Return how many lessons of each induction were shown, and how many choices were made in them."""
    counted = select(InductionStep.induction, func.count(), func.sum(InductionStep.attempts))
    mine = counted.where(InductionStep.organisation == organisation).group_by(InductionStep.induction)
    return {induction: (shown, attempts) for induction, shown, attempts in session.execute(mine)}


def _passed(session: Session, organisation: str) -> Mapping[str, Collection[str]]:
    """Return which lessons were passed in each induction that is not finished."""
    mine = (
        select(InductionStep.induction, InductionStep.lesson)
        .join(Induction, Induction.id == InductionStep.induction)
        .where(
            Induction.organisation == organisation,
            Induction.state.in_(OPEN),
            InductionStep.passed_at.is_not(None),
        )
    )
    found: dict[str, set[str]] = defaultdict(set)
    for induction, lesson in session.execute(mine):
        found[induction].add(lesson)
    return found


def _roles(person: Person, held: Mapping[str, Collection[Office]]) -> tuple[Role, ...]:
    return effective(written(person.said_roles), held.get(person.id, ()))


def _given(
    session: Session, organisation: str, course: Course
) -> Mapping[tuple[str, str, str], Acknowledgement]:
    mine = select(Acknowledgement).where(
        Acknowledgement.organisation == organisation,
        Acknowledgement.policy == course.policy.title,
        Acknowledgement.outcome == "acknowledged",
    )
    return {(given.person, given.role, given.version): given for given in session.scalars(mine)}
