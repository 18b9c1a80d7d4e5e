"""The guide: what someone is shown when she presses or types something in her induction."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from bot import officers, people, reach
from bot import roles as kinds
from bot.card import Card
from bot.induction import asking, cards, inductions, oversight, signing, walk
from bot.induction.course import CHANGED, roles_of
from bot.records.tables import Induction
from bot.visit import Visit
from knowledge.clauses import Policy
from knowledge.lessons import Lesson
from knowledge.reading import Role

log = logging.getLogger(__name__)

# Longer than this nobody puts reminders off with a button of ours.
_LONGEST_PAUSE = timedelta(days=90)


def pressed(visit: Visit, action: str, rest: str) -> Sequence[Card]:
    """Return the cards that answer a button of the induction, or the wish to begin or go on."""
    visit.state.awaiting, visit.state.walking, visit.state.thread = "", False, None
    try:
        return _pressed(visit, action, rest)
    except inductions.InductionError as error:
        return (cards.note(visit.card_id, "Your induction", str(error)),)


def named(visit: Visit, text: str) -> Sequence[Card]:
    """Return the card that answers a name as typed."""
    try:
        row = inductions.locked(visit.change, visit.person, visit.course)
        name = signing.give_name(visit.change, row, text)
    except inductions.InductionError as error:
        visit.state.awaiting = ""
        return (cards.note(visit.card_id, "Your induction", str(error)),)
    except ValueError as error:
        return (cards.no_name(visit.card_id, f"I cannot take that as a name: {error}."),)
    visit.state.awaiting = ""
    return (cards.confirm(visit.card_id, name, row.id),)


def _pressed(visit: Visit, action: str, rest: str) -> Sequence[Card]:
    match action:
        case "go" | "next" | "back":
            return _turn(visit, action, rest)
        case "choose":
            return _chosen(visit, rest)
        case "until":
            return _put_off(visit, rest)
        case "read":
            return _read(visit, rest)
        case "as" if rest in _ROLES:
            people.say_roles(visit.change, visit.person, kinds.written(rest))
            return _mine(visit)
        case "sign":
            return _signed(visit, rest)
        case _ if action in _PRESSES:
            return _PRESSES[action](visit)
    raise inductions.InductionError(inductions.GONE)


def _rename(visit: Visit) -> Sequence[Card]:
    visit.state.awaiting = "name"
    return (cards.no_name(visit.card_id, "Please type your full name."),)


def _question(visit: Visit) -> Sequence[Card]:
    visit.state.walking = True
    return (cards.say_question(visit.card_id),)


def _mine(visit: Visit) -> Sequence[Card]:
    """Begin, or go on where she was."""
    roles = people.roles(visit.change.session, visit.person)
    row = inductions.open_of(visit.change.session, visit.person, visit.course)
    if row is None and not roles:
        return (cards.ask_role(visit.card_id),)
    if row is None:
        row = inductions.begin(
            visit.change, visit.person, roles, visit.course, who=people.audit_name(visit.person)
        )
        return (_welcome(visit, row),) if row.before is None else _here(visit, row)
    return _here(visit, inductions.locked(visit.change, visit.person, visit.course))


def _welcome(visit: Visit, row: Induction) -> Card:
    lessons = visit.course.lessons(visit.change.session, row)
    policy = _policy(visit, row)
    return cards.welcome(visit.card_id, policy, roles_of(row), lessons, lessons[0].id)


def _here(visit: Visit, row: Induction, said: str = "") -> Sequence[Card]:
    """Show where she is: the lesson, what changed, or what is to be acknowledged."""
    visit.state.walking = True
    lessons = visit.course.lessons(visit.change.session, row)
    lesson = walk.current(visit.change.session, row, lessons)
    if lesson is None:
        return (_to_sign(visit, row, said),)
    walk.show(visit.change, row, lesson)
    if row.before is not None:
        return (_changed(visit, row, visit.card_id),)
    return (_lesson(visit, row, lessons, lesson, said),)


def _changed(visit: Visit, row: Induction, card_id: str) -> Card:
    changes = visit.course.changed(visit.change.session, row)
    return cards.changed(card_id, changes, _policy(visit, row), row.id)


def _read(visit: Visit, induction: str) -> Sequence[Card]:
    """Note that what changed was read; on an old card, show where she is."""
    row = inductions.locked(visit.change, visit.person, visit.course)
    if row.id == induction and row.before is not None:
        lessons = visit.course.lessons(visit.change.session, row)
        walk.move_on(visit.change, row, lessons, CHANGED)
    return _here(visit, row)


def _lesson(visit: Visit, row: Induction, lessons: Sequence[Lesson], lesson: Lesson, said: str = "") -> Card:
    number = lessons.index(lesson) + 1
    return cards.lesson(visit.card_id, lesson, number, len(lessons), _policy(visit, row), said)


def _turn(visit: Visit, action: str, lesson_id: str) -> Sequence[Card]:
    visit.state.walking = True
    row = inductions.locked(visit.change, visit.person, visit.course)
    lessons = visit.course.lessons(visit.change.session, row)
    if action == "back":
        walk.move_back(visit.change, row, lessons, lesson_id)
        shown = next((lesson for lesson in lessons if lesson.id == row.at), lessons[0])
        return (_lesson(visit, row, lessons, shown),)
    if action == "next":
        walk.move_on(visit.change, row, lessons, lesson_id)
    return _here(visit, row)


def _chosen(visit: Visit, rest: str) -> Sequence[Card]:
    visit.state.walking = True
    option_id, _, lesson_id = rest.partition(":")
    row = inductions.locked(visit.change, visit.person, visit.course)
    lessons = visit.course.lessons(visit.change.session, row)
    situation, option = walk.choose(visit.change, row, lessons, lesson_id, option_id)
    if option.right:
        return _here(visit, row, option.said)
    at = lessons.index(situation) + 1
    policy = _policy(visit, row)
    return (cards.try_again(visit.card_id, situation, option.said, at, len(lessons), policy),)


def _to_sign(visit: Visit, row: Induction, said: str) -> Card:
    visit.state.awaiting = "name"
    policy = _policy(visit, row)
    return cards.sign(visit.card_id, policy, roles_of(row), _adopted(visit, row, policy), said)


def _adopted(visit: Visit, row: Induction, policy: Policy) -> str:
    """Return when a version was adopted: as printed, by the month, else the day on which it was entered."""
    if policy.adopted is not None:
        return f"{policy.adopted:%B %Y}"
    entered = visit.rules.calendar.local(inductions.adopted(visit.change.session, row).adopted_at)
    return f"{entered.day} {entered:%B %Y}"


def _signed(visit: Visit, induction: str) -> Sequence[Card]:
    """Record the acknowledgement; what changed since the version that she began on is shown right after."""
    row = inductions.locked_or_done(visit.change, visit.person, visit.course, induction)
    session = visit.change.session
    made = signing.acknowledge(
        visit.change,
        row,
        visit.course.lessons(session, row),
        visit.person,
        channel=visit.message.conversation.partition(":")[0],
        taken_out=visit.course.taken_out(session, row),
    )
    done = cards.done(visit.card_id, made.code or "", made.at.date(), made.id)
    changed = asking.difference(visit.change, visit.person, visit.course)
    if changed is None:
        return (done,)
    walk.show(visit.change, changed, visit.course.lessons(session, changed)[0])
    return (done, _changed(visit, changed, f"{visit.card_id}.changed"))


def _put_off(visit: Visit, day: str) -> Sequence[Card]:
    """Pause until a date; a button that was pressed too late says so and puts off nothing."""
    row = inductions.locked(visit.change, visit.person, visit.course)
    today = _today(visit)
    until = _date(day)
    if until is None or not today < until <= today + _LONGEST_PAUSE:
        raise inductions.InductionError("That day is past or far away. Press Pause for another.")
    walk.pause(visit.change, row)
    row.paused_until = until
    return (cards.put_off(visit.card_id, until),)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _today(visit: Visit) -> date:
    return visit.rules.calendar.local(visit.change.records.now()).date()


def _paused(visit: Visit) -> Sequence[Card]:
    row = inductions.locked(visit.change, visit.person, visit.course)
    walk.pause(visit.change, row)
    lessons = visit.course.lessons(visit.change.session, row)
    lesson = walk.current(visit.change.session, row, lessons)
    number = lessons.index(lesson) + 1 if lesson else len(lessons) + 1
    return (cards.paused(visit.card_id, number, len(lessons), _today(visit)),)


def _declined(visit: Visit) -> Sequence[Card]:
    """Record that she does not agree, and tell the manager; the manager's own goes to the chair."""
    change = visit.change
    row = inductions.locked(change, visit.person, visit.course)
    first = signing.decline(change, row, visit.person)
    officer = oversight.answerable(change, visit.person)
    if officer is None:
        log.warning("induction.declined.nobody_to_tell", extra={"induction": row.id})
        return (cards.declined(visit.card_id, None, told=False),)
    told = bool(reach.direct_conversations(change, officer.person)) if officer.person else False
    if first:
        card = cards.note(
            f"{row.id}.declined.{change.records.now():%Y%m%d%H%M%S}",
            "An induction was declined",
            f"{oversight.name_of(change, visit.person)} does not agree with the {row.policy}. "
            "Please talk with them.",
        )
        reach.tell(change, officer.person, card)
    return (cards.declined(visit.card_id, officers.contact(change.records, officer), told=told),)


def _policy(visit: Visit, row: Induction) -> Policy:
    return visit.course.version(visit.change.session, row.organisation, row.version)


def _joined(visit: Visit) -> Sequence[Card]:
    """Greet someone whose platform says that she just joined; one who is known goes on where she was."""
    if people.roles(visit.change.session, visit.person):
        return _mine(visit)
    return (cards.joined(visit.card_id, max(map(visit.course.new, _ROLES), key=cards.minutes)),)


_ROLES: tuple[Role, ...] = ("volunteer", "staff", "trustee")
_PRESSES: Mapping[str, Callable[[Visit], Sequence[Card]]] = {
    "mine": _mine,
    "joined": _joined,
    "pause": _paused,
    "question": _question,
    "decline": _declined,
    "rename": _rename,
}
