"""The desk: handles what was accepted, message by message, and writes what came of each in one change."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy import Select, select

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
from bot.records.store import Change, Records
from bot.records.tables import Conversation, Person
from bot.stored import dump_state, load_state
from bot.visit import Visit

log = logging.getLogger(__name__)


class _Overtaken(Exception):  # noqa: N818 - nothing is wrong
    """The conversation was changed by another worker since it was read; nothing of this was written."""


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

    def induction(self) -> Course:
        """Return the induction on the version in force; raise RecordsUnavailable."""
        return self.course_now() if self.course_now else self.course

    def handle(self, records: Records, conversation: str) -> None:
        """Handle the messages of a conversation that wait, in order of arrival, and send its cards.

        Done twice or cut off anywhere, it ends in the same state. Raises RecordsUnavailable.
        """
        while (message := self._next(records, conversation)) is not None:
            try:
                self._handle(records, message)
            except RecordsUnavailable:
                raise
            except _Overtaken:
                log.info("event.overtaken", extra={"event": message.id})
            except Exception as error:  # noqa: BLE001 - whatever it was, those behind it must get their turn
                self._not_handled(records, message, error)
            self.deliver(records, conversation)  # at once: an answer does not wait for the next message
        self.deliver(records, conversation)

    def deliver(self, records: Records, conversation: str) -> None:
        """Send the cards of a conversation that wait; raise RecordsUnavailable."""
        outbox.deliver(records, conversation, self.channel(conversation))

    def _next(self, records: Records, conversation: str) -> Message | None:
        """Return the next message that can be read; one that cannot, now or ever, is given up."""
        while True:
            try:
                waiting = inbox.next_waiting(records, conversation)
            except inbox.NotUnderstood as error:
                log.error("event.not_understood", extra={"event": error.message.id})  # noqa: TRY400 - no words of it
                _give_up(records, error.message)
            else:
                return waiting[0] if waiting else None

    def _handle(self, records: Records, message: Message) -> None:
        state, version = _remembered(records, message.conversation)
        state.roles = people.roles_of(records, message.sender)
        wanted = takes_files(state)
        outcome = self.talk.respond(message, state)
        course = self.induction()
        files = attached.fetch(self.channel(message.conversation), message) if wanted else ()
        with records.changing() as change:
            if not inbox.handled(change, message):
                return
            person = people.known(change, message.sender, message.conversation if message.private else None)
            if outcome.moved:
                _move(change, message)
                otherwise = _ring_instead(change, person, message, outcome)
            else:
                visit = Visit(change, person, message, course, state, self.rules, files)
                done = [card for errand in outcome.errands for card in clerk.run(visit, errand)]
                if outcome.errands:  # a one-time code makes her someone else
                    person = people.known(change, message.sender)
                _remember(change, message.conversation, person, state, version)
                outbox.put(change, message.conversation, (*outcome.cards, *done))
        if outcome.moved:
            self._whisper(message, otherwise)

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
            _give_up(records, message)


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


def _give_up(records: Records, message: Message) -> None:
    with records.changing() as change:
        if inbox.failed(change, message):
            outbox.put(change, message.conversation, (words.not_handled(f"{message.id}.failed"),))


def _remembered(records: Records, conversation: str) -> tuple[State, int]:
    """Return what a conversation remembers, and the version of that; a new one remembers nothing."""
    with records.reading() as session:
        row = session.scalars(_named(records, conversation)).first()
        if row is None:
            return State(), 0
        if row.state is None:
            return State(), row.version
        try:
            return load_state(records.open(Conversation.state, row)), row.version
        except ValueError:  # written by another version: what was open is asked anew, nothing else is lost
            log.warning("conversation.state.not_understood", extra={"version": row.version})
            return State(), row.version


def _remember(change: Change, conversation: str, person: Person, state: State, version: int) -> None:
    """Write what a conversation remembers, if it still is at the version that was read."""
    records = change.records
    row = change.session.scalars(_named(records, conversation).with_for_update()).first()
    if row is None:
        row = Conversation(id=conversation, organisation=records.organisation, version=0)
        change.add(row)
    if row.version != version:
        raise _Overtaken
    row.version, row.person, row.changed_at = version + 1, person.id, records.now()
    row.state = records.seal(Conversation.state, row, dump_state(state))


def _named(records: Records, conversation: str) -> Select[Conversation]:
    return select(Conversation).where(
        Conversation.organisation == records.organisation, Conversation.id == conversation
    )
