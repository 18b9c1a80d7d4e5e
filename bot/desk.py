"""The desk: handles what was accepted, message by message, and writes what came of each in one change."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.orm import Session

from bot import attached, clerk, inbox, officers, outbox, people, reach, words
from bot.cases import alarm
from bot.cases.rules import Rules, default_rules
from bot.channel import Channel, TryLater, Undeliverable, Whispers
from bot.contact import Office
from bot.conversation import Conversation as Talk
from bot.conversation import Outcome, State, takes_files
from bot.induction.course import Course
from bot.message import Message
from bot.records.database import RecordsUnavailable
from bot.records.new_rows import add_new
from bot.records.store import Change, Records
from bot.records.tables import Conversation, Person
from bot.stored import dump_state, load_state
from bot.suspects import Suspects
from bot.visit import Visit
from knowledge.reading import Role

log = logging.getLogger(__name__)


# After so many messages of a conversation others get their turn: a worker does only so much side by side.
IN_A_ROW = 20

# Built once: to put a statement together takes longer than to run it.
_NAMED = (Conversation.organisation == bindparam("of"), Conversation.id == bindparam("named"))
_ROW = select(Conversation.id, Conversation.organisation, Conversation.version, Conversation.state).where(
    *_NAMED
)
_UPDATE = update(Conversation).where(*_NAMED, Conversation.version == bindparam("before"))


class _Overtaken(Exception):  # noqa: N818 - nothing is wrong
    """The conversation was changed by another worker since it was read; nothing of this was written."""


@dataclass(frozen=True, slots=True)
class _Memory:
    """What a conversation remembers, and the version of that; a new one remembers nothing, at version 0."""

    state: State
    version: int


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A message that is to be handled, and what is known to it, all as it was at one moment.

    `is_last` where no other waited behind it; each that came since has a job of its own.
    """

    message: Message
    cut_off: int  # how many processes ended over it
    is_last: bool
    row: Row[str, str, int, bytes | None] | None  # of its conversation
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a worker does with conversations. `channel` finds the channel of a conversation.

    `course` is the induction as the worker was started with it; `course_now` finds the one of the version
    that is in force by now.
    """

    talk: Talk
    channel: Callable[[str], Channel]
    course: Course
    rules: Rules = field(default_factory=default_rules)
    course_now: Callable[[], Course] | None = None
    suspects: Suspects = field(default_factory=Suspects)

    def induction(self) -> Course:
        """Return the induction on the version in force; raise RecordsUnavailable."""
        return self.course_now() if self.course_now else self.course

    def handle(self, records: Records, conversation: str) -> None:
        """Handle the messages of a conversation that wait, in order of arrival, and send its cards.

        Done twice or cut off anywhere, it ends in the same state. Raises RecordsUnavailable.
        """
        waiting = self._next(records, conversation)
        if waiting is None:
            self.deliver(records, conversation)  # what another worker left when it died
        for _ in range(IN_A_ROW):
            if waiting is None:
                return
            tried = self._try_alone if waiting.cut_off else self._try
            if tried(records, waiting) and waiting.is_last:
                return
            waiting = self._next(records, conversation)
        if waiting is not None:
            inbox.go_on(records, conversation)

    def deliver(self, records: Records, conversation: str) -> None:
        """Send the cards of a conversation that wait; raise RecordsUnavailable."""
        outbox.deliver(records, conversation, self.channel(conversation))

    def _next(self, records: Records, conversation: str) -> _Waiting | None:
        """Return the next message that can be read; one that cannot, now or ever, is given up."""
        while True:
            try:
                with records.reading() as session:
                    found = inbox.oldest_waiting(session, records, conversation)
                    return _known(session, records, found) if found else None
            except inbox.NotUnderstood as error:
                log.error("event.not_understood", extra={"event": error.message.id})  # noqa: TRY400 - no words of it
                self._give_up(records, error.message)

    def _try_alone(self, records: Records, waiting: _Waiting) -> bool:
        """Try a message over which a process ended, while no other such one is tried; as `_try`.

        So of those that were handled side by side it is found out which one ends processes, and given up.
        """
        with self.suspects.alone(records, waiting.message) as times:
            if times <= inbox.MAX_CUT_OFF:
                return self._try(records, waiting)
            log.error("event.ends_processes", extra={"event": waiting.message.id, "times": times - 1})
            self._give_up(records, waiting.message)
            return True

    def _try(self, records: Records, waiting: _Waiting) -> bool:
        """Handle a message; return whether it is done with."""
        try:
            self._handle(records, waiting)
        except RecordsUnavailable:
            raise
        except _Overtaken:
            log.info("event.overtaken", extra={"event": waiting.message.id})
        except Exception as error:  # noqa: BLE001 - whatever it was, those behind it must get their turn
            self._not_handled(records, waiting.message, error)
        else:
            return True
        return False

    def _handle(self, records: Records, waiting: _Waiting) -> None:
        message, memory = waiting.message, _remembered(records, waiting)
        wanted = takes_files(memory.state)
        outcome = self.talk.respond(message, memory.state)
        channel = self.channel(message.conversation)
        files = attached.fetch(channel, message) if wanted else ()
        course = self.induction() if outcome.errands else self.course
        otherwise = ""
        with records.changing() as change:
            if inbox.handled(change, message):
                person = _sender(change, message)
                visit = Visit(change, person, message, course, memory.state, self.rules, files)
                if outcome.moved:
                    _move(change, message)
                    otherwise = _ring_instead(change, person, message, outcome)
                else:
                    _write(visit, outcome, memory)
            claim = outbox.take(change, message.conversation)
        if otherwise:
            self._whisper(message, otherwise)
        outbox.send(records, message.conversation, channel, claim)  # before the next message is thought of

    def _whisper(self, message: Message, otherwise: str) -> None:
        """Say to one alone, where others read along, that she is answered elsewhere; it is a courtesy."""
        channel = self.channel(message.conversation)
        if not isinstance(channel, Whispers):
            return
        try:
            channel.whisper(message.conversation, message.sender, words.IN_PRIVATE, otherwise)
        except (TryLater, Undeliverable) as fault:
            log.warning("event.not_whispered", extra={"event": message.id, "fault": fault.fault})

    def _not_handled(self, records: Records, message: Message, error: Exception) -> None:
        """Count the try; after the last one tell the person, so that she does not wait for an answer."""
        # The error's own words may hold the message's: its kind and place have to do.
        log.error("event.not_handled", extra={"event": message.id, "error": type(error).__name__})
        if inbox.tried(records, message) >= inbox.MAX_TRIES:
            self._give_up(records, message)

    def _give_up(self, records: Records, message: Message) -> None:
        conversation = message.conversation
        with records.changing() as change:
            if inbox.failed(change, message):
                outbox.put(change, conversation, (words.not_handled(f"{message.id}.failed"),))
            claim = outbox.take(change, conversation)
        outbox.send(records, conversation, self.channel(conversation), claim)


def _sender(change: Change, message: Message) -> Person:
    return people.known(change, message.sender, message.conversation if message.private else None)


def _write(visit: Visit, outcome: Outcome, memory: _Memory) -> None:
    """Write what came of a message: what its errands bring about, what is to be remembered and sent."""
    change, message, person = visit.change, visit.message, visit.person
    done = [card for errand in outcome.errands for card in clerk.run(visit, errand)]
    if outcome.errands:  # a one-time code makes her someone else
        person = people.known(change, message.sender)
    _remember(change, message.conversation, person, memory)
    outbox.put(change, message.conversation, (*outcome.cards, *done))


def _ring_instead(change: Change, person: Person, message: Message, outcome: Outcome) -> str:
    """Return what is said where she cannot be written to in private: whom to ring."""
    danger = outcome.intent == "safeguarding"
    offices: tuple[Office, ...] = ("manager", "deputy_manager", "chair")
    officer = (
        alarm.first(change, person, message.text) if danger else reach.first_of(change, offices, [person.id])
    )
    contact = officers.contact(change.records, officer) if officer else None
    return words.ring_instead(contact, danger=danger)


def _move(change: Change, message: Message) -> None:
    """Have a message handled anew in private: what it is about is nobody else's business there."""
    inbox.put_on(
        change, replace(message, id=f"{message.id}.moved", conversation=message.sender, private=True)
    )


def _known(session: Session, records: Records, found: inbox.Waiting) -> _Waiting:
    message = found.message
    named = {"of": records.organisation, "named": message.conversation}
    row = session.connection().execute(_ROW, named).first()
    roles = people.roles_of(session, records.organisation, message.sender)
    return _Waiting(message, found.cut_off, found.is_last, row, roles)


def _remembered(records: Records, waiting: _Waiting) -> _Memory:
    row = waiting.row
    memory = _Memory(State(), row.version if row else 0)
    if row is not None and row.state is not None:
        try:
            memory = _Memory(load_state(records.open(Conversation.state, row)), row.version)
        except ValueError:  # written by another version: what was open is asked anew, nothing else is lost
            log.warning("conversation.state.not_understood", extra={"version": row.version})
    memory.state.roles = waiting.roles
    return memory


def _remember(change: Change, conversation: str, person: Person, memory: _Memory) -> None:
    """Write what a conversation remembers, if it still is at the version that was read."""
    records, version = change.records, memory.version + 1
    row = Conversation(id=conversation, organisation=records.organisation, version=version, person=person.id)
    row.state, row.changed_at = records.seal(Conversation.state, row, dump_state(memory.state)), records.now()
    if not (_update(change, row) if memory.version else add_new(change.session, row, "id")):
        raise _Overtaken


def _update(change: Change, row: Conversation) -> bool:
    changed = {"person": row.person, "version": row.version, "state": row.state, "changed_at": row.changed_at}
    named = {"of": row.organisation, "named": row.id, "before": row.version - 1}
    return change.session.connection().execute(_UPDATE, {**changed, **named}).rowcount == 1
