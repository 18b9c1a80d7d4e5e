"""Accepting what Slack sends, in time: Slack is told that it is recorded once it is, never before."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from adapters.slack.incoming import Said
from bot import inbox
from bot.message import Message
from bot.overhearing import Ears
from bot.records.database import RecordsUnavailable
from bot.records.store import Records
from bot.records.tables import Account, Conversation, Event

log = logging.getLogger(__name__)

# Slack waits three seconds (docs.slack.dev, Events API, "Responding to events").
IN_TIME = 2.0
_SIDE_BY_SIDE = 8
_ON_SQLITE = 1  # which has one writer: more would only wait for each other, and not in order of arrival


@dataclass(frozen=True, slots=True)
class Intake:
    """Accepts messages in threads of its own, so that a slow database holds up nobody else.

    What is said to others goes to the `ears`, where there are some, and nowhere else.
    """

    records: Records
    seconds: float = IN_TIME
    ears: Ears | None = None
    _threads: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        at_once = _ON_SQLITE if self.records.engine.dialect.name == "sqlite" else _SIDE_BY_SIDE
        threads = ThreadPoolExecutor(at_once, thread_name_prefix="hearth-slack-in")
        object.__setattr__(self, "_threads", threads)  # set once, here

    async def takes(self, said: Said) -> bool:
        """Accept a message, or leave it where it is none for Hearth; False where it was not in time."""
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, self._take, said)
        try:
            await asyncio.wait_for(asyncio.shield(work), self.seconds)
        except RecordsUnavailable:
            return False
        except TimeoutError:
            work.add_done_callback(_looked_at)
            log.warning("slack.late", extra={"event": said.message.id})
            return False
        return True

    def close(self) -> None:
        """End the threads, once what they are at is done."""
        self._threads.shutdown()
        if self.ears is not None:
            self.ears.close()

    def _take(self, said: Said) -> None:
        if said.overheard or (said.follows and not self._between(said.message)):
            if self.ears is not None:
                self.ears.hear(said.message)
            return
        message = said.message
        if said.pane and self._has_pane(message.sender):
            message = replace(message, conversation=said.pane.conversation)
        inbox.accept(self.records, message)

    def _has_pane(self, sender: str) -> bool:
        """Say whether someone ever began a thread in the assistant pane, as far as is remembered.

        Elsewhere a thread in the direct messages is no conversation of its own: a reply to a card there is
        one to the card.
        """
        records = self.records
        with records.reading() as session:
            return any(
                session.scalars(
                    select(column).where(
                        table.organisation == records.organisation,
                        column.startswith(f"{sender}/", autoescape=True),
                    )
                ).first()
                for table, column in ((Conversation, Conversation.id), (Event, Event.conversation))
            )

    def _between(self, message: Message) -> bool:
        """Say whether whoever writes in a thread is the one with whom Hearth last spoke there."""
        records = self.records
        last = (
            select(Account.name)
            .join(Conversation, Conversation.person == Account.person)
            .where(
                Conversation.organisation == records.organisation,
                Conversation.id == message.conversation,
                Account.name == message.sender,
            )
        )
        with records.reading() as session:
            if session.scalars(last).first() is not None:
                return True
        try:
            waiting = inbox.next_waiting(records, message.conversation)
        except inbox.NotUnderstood:
            return False
        return waiting is not None and waiting.message.sender == message.sender


def _looked_at(work: "asyncio.Future[None]") -> None:
    """Note that it came to an end after all: what became of it is told by the records."""
    if not work.cancelled():
        work.exception()
