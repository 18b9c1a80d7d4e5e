"""Reminders: sent on working mornings to those whose induction waits; after the last, the office is told."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import select

from bot import officers, policies, reach
from bot.card import Card, Element, Text
from bot.induction import cards, oversight
from bot.records.store import Change, Records
from bot.records.tables import Induction, Officer, Person
from bot.working_days import Calendar

log = logging.getLogger(__name__)

# Days after the last step; each on the morning of that day, or of the next working day.
DAYS = (3, 7, 14)
# The hours of the organisation's clocks between which it is morning.
_MORNING, _NOON = 9, 12
# Names on one card to an officer; who else waits is for the register to say.
_MOST_NAMES = 15


@dataclass(frozen=True, slots=True)
class _Late:
    """Someone who was reminded for the last time, and the officer who is told of it, if there is one."""

    person: Person
    row: Induction
    officer: Officer | None


def mornings(stepped: datetime, paused_until: date | None, calendar: Calendar) -> Sequence[date]:
    """Return the days on which reminders are due after a step; a pause until a date moves them all.

    The first is then due on that date, if it was due before.
    """
    first = calendar.local(stepped).date() + timedelta(days=DAYS[0])
    if paused_until is not None:
        first = max(first, paused_until)
    return [calendar.working_day(first + timedelta(days=days - DAYS[0])) for days in DAYS]


def send_due(records: Records, calendar: Calendar) -> None:
    """Remind everyone for whom that is due, in one change; outside working mornings do nothing.

    Several that are due, since she walks two inductions or the system was off, are one message. Without a
    place to send it to they are counted all the same: the office then learns that she has not finished.
    """
    now = calendar.local(records.now())
    if not (calendar.is_working(now.date()) and _MORNING <= now.hour < _NOON):
        return
    with records.changing() as change:
        due = _due(change, calendar, now.date())
        late = [
            one
            for person, rows in groupby(due, key=lambda row: row.person)
            if (one := _remind(change, calendar, person, list(rows)))
        ]
        _tell_of(change, late)


def _due(change: Change, calendar: Calendar, today: date) -> Sequence[Induction]:
    """Return the inductions for which a reminder is due, by person, locked until the commit."""
    records = change.records
    waiting = select(Induction).where(
        Induction.organisation == records.organisation,
        Induction.state.in_(("walking", "paused")),
        Induction.reminded < len(DAYS),
        Induction.stepped_at < records.now() - timedelta(days=DAYS[0] - 1),
    )
    locked = waiting.order_by(Induction.id).with_for_update().execution_options(populate_existing=True)
    rows = change.session.scalars(locked).all()
    due = [row for row in rows if _reached(row, calendar, today) > row.reminded]
    organisation = records.organisation
    in_force = {
        policy
        for policy in {row.policy for row in due}
        if policies.in_force(change.session, organisation, policy, records.now())
    }
    going = [row for row in due if row.policy in in_force]
    return sorted(going, key=lambda row: (row.person, row.started_at, row.id))


def _reached(row: Induction, calendar: Calendar, today: date) -> int:
    return sum(day <= today for day in mornings(row.stepped_at, row.paused_until, calendar))


def _remind(change: Change, calendar: Calendar, person_id: str, rows: Sequence[Induction]) -> _Late | None:
    """Remind someone; return her where it is the last time."""
    person = change.session.get_one(Person, person_id)
    if person.left_at is not None or person.erased_at is not None:
        return None
    today = calendar.local(change.records.now()).date()
    for row in rows:
        row.reminded = _reached(row, calendar, today)
        change.audit("induction:reminder:sent", row.id, detail=str(row.reminded))
    last = next((row for row in rows if row.reminded == len(DAYS)), None)
    late = _Late(person, last, oversight.answerable(change, person)) if last else None
    reach.tell(change, person.id, _reminder(change, rows, late, today))
    return late


def _reminder(change: Change, rows: Sequence[Induction], late: _Late | None, today: date) -> Card:
    waits: list[Element] = [Text(_waits(row)) for row in rows]
    if late and late.officer:
        name = officers.contact(change.records, late.officer).name
        told = "This is the last reminder. I tell {} today that it waits, in case something is in the way."
        waits.append(Text(told.format(name)))
    first = rows[0]
    named = f"{first.id}.reminder.{first.reminded}.{first.stepped_at:%Y%m%d%H%M%S}"
    return Card(
        named, "Your induction waits", (*waits, *cards.waiting(today)), "Your induction waits for you."
    )


def _waits(row: Induction) -> str:
    if row.before is not None:
        return f"The {row.policy} was changed. What changed for you waits to be read: it takes a few minutes."
    if row.at is None:
        return f"Your induction on the {row.policy} is ready. You can do it in parts."
    return f"Your induction on the {row.policy} waits where you left it."


def _tell_of(change: Change, late: Sequence[_Late]) -> None:
    """Tell each officer once of all who were reminded for the last time this morning."""
    told: dict[str, tuple[Officer, list[_Late]]] = {}
    for one in late:
        if one.officer is None:
            log.warning("induction.late.nobody_to_tell", extra={"induction": one.row.id})
        else:
            told.setdefault(one.officer.id, (one.officer, []))[1].append(one)
    for officer, theirs in told.values():
        if not reach.tell(change, officer.person, _late(change, theirs)):
            log.warning("induction.late.not_told", extra={"officer": officer.id})
            continue
        for one in theirs:
            change.audit("induction:lateness:told", one.row.id)


def _late(change: Change, late: Sequence[_Late]) -> Card:
    """Return what an officer is told; its notification names nobody."""
    names = [oversight.name_of(change, one.person) for one in late]
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    said = f"Reminded three times, and no step for two weeks: {', '.join(names[:_MOST_NAMES])}{more}."
    ask = "Perhaps something is in the way: please have a word. “Who hasn't finished?” shows where they are."
    first = late[0].row
    named = f"{first.id}.late.{first.stepped_at:%Y%m%d%H%M%S}"
    return Card(named, "An induction waits", (Text(said), Text(ask)), "You have a private item.")
