"""What the clock brings: each minute a look for work that was left lying, then the housekeeping."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from bot import outbox, retention
from bot.kept import Keep
from bot.records.store import Change, Job, Records
from bot.records.tables import Event, Sending
from bot.steady import SETTLED_SECONDS

# Work that has waited for longer has lost the job that was to do it.
LEFT_LYING_SECONDS = 30
_A_DAY = 86_400


def due(records: Records, organisations: Iterable[str], steady: float) -> None:
    """Enqueue what is due by the clock, for the organisations served; asked by any worker, it is done once.

    The name of each job holds its minute, hour or day. A day on which the system was off is seen the next
    time it is on, for the job then does what is due by then. `steady` is for how many seconds the clock has
    gone on evenly, see `bot.steady`: before it has settled it is trusted with nothing but lost work. Nothing
    is let go as long as messages wait that are old by this clock, for it may be wrong and they new; but for
    a day at most, for one may hang.
    """
    now = records.now()
    trusted = steady >= SETTLED_SECONDS
    minute, hour, day = f"{now:%Y-%m-%dT%H:%M}", _hour(now), _day(now)
    for organisation in organisations:
        with records.of(organisation).changing() as change:
            change.enqueue(Job("left lying", minute, key="minute", id=f"minute:{minute}"))
            if trusted:
                change.enqueue(Job("cases", minute, key="cases", id=f"cases:{minute}"))
                change.enqueue(Job("mornings", hour, key="morning", id=f"morning:{hour}"))
            if trusted and (steady >= _A_DAY or not _lying_messages(change)):
                change.enqueue(Job("hourly", hour, key="hour", id=f"hour:{hour}"))
                change.enqueue(Job("daily", day, key="day", id=f"day:{day}"))


def left_lying(records: Records, minute: str) -> None:
    """Have every conversation seen to in which a message or a card has waited too long."""
    with records.changing() as change:
        for conversation in _lying(change):
            job = Job("handle", conversation, key=conversation, id=f"lying:{minute}:{conversation}")
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


def _lying(change: Change) -> list[str]:
    return sorted({*_lying_messages(change), *_lying_cards(change)})


def _lying_messages(change: Change) -> Sequence[str]:
    """Return the conversations in which a message has waited too long."""
    records = change.records
    messages = select(Event.conversation).where(
        Event.organisation == records.organisation,
        Event.handled_at.is_(None),
        Event.failed_at.is_(None),
        Event.payload.is_not(None),
        Event.accepted_at < records.now() - timedelta(seconds=LEFT_LYING_SECONDS),
    )
    return change.session.scalars(messages.distinct()).all()


def _lying_cards(change: Change) -> Sequence[str]:
    """Return the conversations in which a card has waited too long."""
    records = change.records
    before = records.now() - timedelta(seconds=LEFT_LYING_SECONDS)
    cards = select(Sending.conversation).where(
        Sending.organisation == records.organisation,
        Sending.sent_at.is_(None),
        Sending.stuck_at.is_(None),
        Sending.card.is_not(None),
        # The second was set by a clock that was ahead, and so was the time of its job.
        or_(Sending.due_at < before, Sending.due_at > records.now() + outbox.LONGEST_PAUSE),
    )
    return change.session.scalars(cards.distinct()).all()
