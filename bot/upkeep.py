"""Upkeep: what waits, and what did not get through, to be seen and tried again."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot import inbox
from bot.records.store import Records
from bot.records.tables import Event, Sending


def stuck_cards(records: Records) -> Select[Sending]:
    """Find the cards that did not get through."""
    mine = Sending.organisation == records.organisation
    return select(Sending).where(mine, Sending.stuck_at.is_not(None), Sending.card.is_not(None))


def postponed_cards(records: Records) -> Select[Sending]:
    """Find the cards that did not get through so far and are tried again, oldest first.

    Such are those of someone who has not got the app: they wait for her.
    """
    mine = Sending.organisation == records.organisation
    waits = Sending.stuck_at.is_(None), Sending.sent_at.is_(None), Sending.card.is_not(None)
    return select(Sending).where(mine, *waits, Sending.fault.is_not(None)).order_by(Sending.seq)


def failed_events(records: Records) -> Select[Event]:
    """Find the messages that could not be handled, as long as their words are kept."""
    mine = Event.organisation == records.organisation
    return select(Event).where(mine, Event.failed_at.is_not(None), Event.payload.is_not(None))


def fault(event: Event) -> str:
    """Return why a message could not be handled, in static words."""
    if event.cut_off > inbox.MAX_CUT_OFF:
        return f"{inbox.MAX_CUT_OFF} processes ended while it was handled"
    return "handling it failed" if event.tries else "this version cannot read it"


def stuck(session: Session, records: Records) -> int:
    """Count what did not get through or could not be handled."""
    return len(session.scalars(stuck_cards(records)).all()) + len(
        session.scalars(failed_events(records)).all()
    )


def waiting(session: Session, records: Records) -> int:
    """Count the messages that wait to be handled."""
    found = select(func.count()).where(
        Event.organisation == records.organisation,
        Event.handled_at.is_(None),
        Event.failed_at.is_(None),
        Event.payload.is_not(None),
    )
    return session.scalar(found) or 0
