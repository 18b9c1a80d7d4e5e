"""What the clock brings: each minute a look for work that was left lying, then the housekeeping."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import or_, select, union

from bot import outbox, retention
from bot.kept import Keep
from bot.records.store import Change, Job, Records
from bot.records.tables import Event, Sending, new_id

# Work that has waited for longer has lost the job that was to do it.
LEFT_LYING_SECONDS = 30


def due(
    records: Records, organisations: Iterable[str], *, housekeeping: bool, abandoned: bool = False
) -> None:
    """Enqueue what is due by the clock, for the organisations served; asked by any worker, it is done once.

    The name of each job holds its minute, hour or day. A day on which the system was off is seen the next
    time it is on, for the job then does what is due by then. `housekeeping` says whether the clock may be
    trusted with letting things go, see `bot.steady`. `abandoned` where a worker may have ended with work in
    hand: then all that waits is seen to, however short a time.
    """
    now = records.now()
    minute, hour, day = f"{now:%Y-%m-%dT%H:%M}", _hour(now), _day(now)
    for organisation in organisations:
        with records.of(organisation).changing() as change:
            change.enqueue(Job("left lying", minute, key="minute", id=f"minute:{minute}"))
            if abandoned:
                change.enqueue(Job("abandoned", new_id(), key="abandoned"))
            if housekeeping:
                change.enqueue(Job("cases", minute, key="cases", id=f"cases:{minute}"))
                change.enqueue(Job("hourly", hour, key="hour", id=f"hour:{hour}"))
                change.enqueue(Job("mornings", hour, key="morning", id=f"morning:{hour}"))
                change.enqueue(Job("daily", day, key="day", id=f"day:{day}"))


def left_lying(records: Records, minute: str) -> None:
    """Have every conversation seen to in which a message or a card has waited too long."""
    _see_to(records, minute, timedelta(seconds=LEFT_LYING_SECONDS))


def abandoned(records: Records, occasion: str) -> None:
    """Have every conversation seen to in which a message or a card waits, since whoever was at it is gone."""
    _see_to(records, occasion, timedelta())


def _see_to(records: Records, occasion: str, waited: timedelta) -> None:
    """Have the engine see to what has waited for so long; it leaves what is begun to whoever began it."""
    with records.changing() as change:
        for conversation in _lying(change, records.now() - waited):
            job = Job("handle", conversation, key=conversation, id=f"lying:{occasion}:{conversation}")
            change.enqueue(job)


def hourly(records: Records, keep: Keep, hour: str) -> None:
    """Empty the words of messages that were kept for as long as is set; an hour that is past is left out.

    Its job was kept waiting, by an outage or a wrong clock, and so perhaps were messages.
    """
    if hour == _hour(records.now()):
        retention.sweep_messages(records, keep)


def daily(records: Records, keep: Keep, day: str) -> None:
    """Let go of what was kept for as long as is set; a day that is past is left out, as by `hourly`."""
    if day == _day(records.now()):
        retention.sweep(records, keep)


def _hour(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H}"


def _day(now: datetime) -> str:
    return f"{now:%Y-%m-%d}"


def _lying(change: Change, before: datetime) -> list[str]:
    records = change.records
    messages = select(Event.conversation).where(
        Event.organisation == records.organisation,
        Event.handled_at.is_(None),
        Event.failed_at.is_(None),
        Event.payload.is_not(None),
        Event.accepted_at < before,
    )
    cards = select(Sending.conversation).where(
        Sending.organisation == records.organisation,
        Sending.sent_at.is_(None),
        Sending.stuck_at.is_(None),
        Sending.card.is_not(None),
        # The second was set by a clock that was ahead, and so was the time of its job.
        or_(Sending.due_at < before, Sending.due_at > records.now() + outbox.LONGEST_PAUSE),
    )
    return list(change.session.scalars(union(messages, cards)))
