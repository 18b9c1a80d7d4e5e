"""Walking: where someone is in her induction, and what a press does to that."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.induction.inductions import GONE, InductionError, stepped
from bot.records.store import Change
from bot.records.tables import Induction, InductionStep, new_id
from knowledge.lessons import Lesson, Page
from knowledge.situations import Option, Situation


def current(session: Session, row: Induction, lessons: Sequence[Lesson]) -> Lesson | None:
    """Return the lesson at which someone is: the one shown last, else the first that she has not passed.

    None where she has passed them all. A lesson that is no longer there, since her role was changed, is left
    out, and what was passed stays passed.
    """
    return at(row, lessons, _passed(session, row))


def at(row: Induction, lessons: Sequence[Lesson], passed: Collection[str]) -> Lesson | None:
    """As `current`, where the ids of the lessons that were passed are known."""
    shown = next((lesson for lesson in lessons if lesson.id == row.at), None)
    if shown is not None and shown.id not in passed:
        return shown
    return next((lesson for lesson in lessons if lesson.id not in passed), None)


def show(change: Change, row: Induction, lesson: Lesson) -> None:
    """Note that a lesson is shown."""
    row.at, row.state = lesson.id, "walking"
    stepped(change, row)
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
        raise InductionError(GONE)
    option = next((one for one in lesson.options if one.id == option_id), None)
    if option is None:
        raise InductionError(GONE)
    step = _step(change, row, lesson)
    if step.passed_at is None:
        step.attempts += 1
        stepped(change, row)
        if option.right:
            _pass(change, row, lesson)
    if option.right and row.at == lesson.id:
        row.at = _next_id(lessons, lesson)
    return lesson, option


def pause(change: Change, row: Induction) -> None:
    """Let an induction wait; reminders go on, unless they are put off too. A declined one stays declined."""
    if row.state != "declined":
        row.state = "paused"
    stepped(change, row)


def _shown_now(change: Change, row: Induction, lessons: Sequence[Lesson]) -> Lesson | None:
    lesson = current(change.session, row, lessons)
    if lesson is not None:
        show(change, row, lesson)
    return lesson


def _named(lessons: Sequence[Lesson], lesson_id: str) -> Lesson:
    for lesson in lessons:
        if lesson.id == lesson_id:
            return lesson
    raise InductionError(GONE)


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
        stepped(change, row)


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
