"""Accepting what comes in: its id and its words in one commit, with the work to do on it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.message import Message
from bot.records.new_rows import add_new
from bot.records.store import Change, Job, Records
from bot.records.tables import Event
from bot.stored import dump_message, load_message

log = logging.getLogger(__name__)

# After so many tries that failed a message no longer keeps back those that follow it.
MAX_TRIES = 4
# So many processes may end over a message before it is held to be what ends them. More than tries: a release,
# a power cut or a machine without memory ends a process too. Not many more: each is a time without answers.
MAX_CUT_OFF = 5

# Built once: to put a statement together takes longer than to run it.
_OPEN = (Event.handled_at.is_(None), Event.failed_at.is_(None))
_NAMED = (Event.organisation == bindparam("of"), Event.id == bindparam("named"))
_WAITING = (
    select(Event.id, Event.organisation, Event.payload, Event.cut_off)
    .where(
        Event.organisation == bindparam("of"),
        Event.conversation == bindparam("at"),
        *_OPEN,
        Event.payload.is_not(None),
    )
    .order_by(Event.seq)
    .limit(2)
)
_LOCKED = select(Event).where(*_NAMED).with_for_update()
_HANDLED = update(Event).where(*_NAMED, *_OPEN).values(handled_at=bindparam("now"), payload=None)


class NotUnderstood(Exception):  # noqa: N818 - what is the matter
    """A message cannot be read: another version wrote it. `message` is all of it that is known, its id."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.id)
        self.message = message


class _Taken(Exception):  # noqa: N818 - nothing is wrong
    """The event was accepted before."""


def accept(records: Records, message: Message, beside: Callable[[Change], None] | None = None) -> bool:
    """Accept a message and return True; return False where it was accepted before, and change nothing.

    When this returns, the message is on disk and will be handled. `beside` writes the adapter's own rows in
    the same commit.

    Raises:
        RecordsUnavailable: nothing was accepted. The platform must not be told otherwise.
    """
    try:
        with records.changing() as change:
            _write(change, message)
            if beside is not None:
                beside(change)
    except _Taken:
        log.info("event.repeated", extra={"event": message.id})
        return False
    log.info("event.accepted", extra={"event": message.id})
    return True


def put_on(change: Change, message: Message) -> None:
    """Have a message handled that another one gave rise to; put on before, it is left as it is."""
    try:
        _write(change, message)
    except _Taken:
        log.info("event.repeated", extra={"event": message.id})


def _write(change: Change, message: Message) -> None:
    records = change.records
    event = Event(
        id=message.id,
        organisation=records.organisation,
        conversation=message.conversation,
        accepted_at=records.now(),
        tries=0,
    )
    event.payload = records.seal(Event.payload, event, dump_message(message))
    if not add_new(change.session, event, "organisation", "id"):
        raise _Taken
    at, named = message.conversation, f"event:{message.id}"
    change.enqueue(Job("handle", at, key=at, id=named, is_found=True))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits, how many processes ended over it, and whether it is the only one there."""

    message: Message
    cut_off: int
    is_last: bool


def next_waiting(records: Records, conversation: str) -> Waiting | None:
    """Return the oldest message of a conversation that waits; raise NotUnderstood, RecordsUnavailable."""
    with records.reading() as session:
        return oldest_waiting(session, records, conversation)


def oldest_waiting(session: Session, records: Records, conversation: str) -> Waiting | None:
    """Return the oldest message of a conversation that waits to be handled.

    Raises:
        NotUnderstood: it cannot be read, so it can only be given up.
    """
    asked = {"of": records.organisation, "at": conversation}
    events = session.connection().execute(_WAITING, asked).all()
    if not events:
        return None
    event = events[0]
    payload = records.open(Event.payload, event)
    try:
        return Waiting(load_message(payload), event.cut_off, len(events) == 1)
    except ValueError:
        raise NotUnderstood(Message(event.id, conversation)) from None  # its words quote the message


def go_on(records: Records, conversation: str) -> None:
    """Have what waits in a conversation handled after others have had their turn."""
    with records.changing() as change:
        change.enqueue(Job("handle", conversation, key=conversation))


def handled(change: Change, message: Message) -> bool:
    """Note that a message is handled, and empty it; return False where another worker did so before."""
    records = change.records
    named = {"of": records.organisation, "named": message.id, "now": records.now()}
    return change.session.connection().execute(_HANDLED, named).rowcount == 1


def cut_off(records: Records, conversation: str) -> None:
    """Note that a process ended that may have been at the message that is next in a conversation.

    From then on `begun` counts how often that message is begun.
    """
    with records.changing() as change:
        named = {"of": records.organisation, "at": conversation}
        waiting = change.session.connection().execute(_WAITING, named).first()
        if waiting is not None:
            event = _locked(change, Message(waiting.id, conversation))
            event.cut_off = max(event.cut_off, 1)


def begun(records: Records, message: Message) -> int:
    """Count that a message is begun over which a process ended; return how many did, were this one to end."""
    with records.changing() as change:
        event = _locked(change, message)
        event.cut_off += 1
        return event.cut_off


def tried(records: Records, message: Message) -> int:
    """Count a try at handling a message that came to nothing; return how many there were."""
    with records.changing() as change:
        event = _locked(change, message)
        event.tries += 1
        return event.tries


def failed(change: Change, message: Message) -> bool:
    """Give up on a message; return False where another worker handled it, or gave it up, before.

    Its words stay until retention empties them, so that it can be looked into.
    """
    event = _locked(change, message)
    if event.handled_at is not None or event.failed_at is not None:
        return False
    event.failed_at = change.records.now()
    change.audit("event:handling:failed", str(event.seq))
    return True


def try_again(change: Change, event: Event) -> None:
    """Have a message that could not be handled tried again from the start."""
    event.failed_at, event.tries, event.cut_off = None, 0, 0
    change.audit("event:handling:again", str(event.seq))
    change.enqueue(Job("handle", event.conversation, key=event.conversation))


def _locked(change: Change, message: Message) -> Event:
    named = {"of": change.records.organisation, "named": message.id}
    return change.session.scalars(_LOCKED, named).one()
