"""A stand-in for the work engine and the desk: what was accepted is answered by a door, at once."""

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, event

from adapters.web import Bell, WebChannel
from bot import inbox, outbox
from bot.message import Message
from bot.records.database import connect, transaction
from bot.records.store import Job, Jobs, Records
from bot.records.tables import Organisation, Table
from bot.records.vault import Vault, new_key, read_keys
from tests.web.doors import Door

ORGANISATION = "a-scheme"


@dataclass
class PromptDesk:
    """Takes jobs, and does each in a thread of its own as soon as its change is committed."""

    door: Door
    bell: Bell
    _jobs: "queue.SimpleQueue[Job | None]" = field(default_factory=queue.SimpleQueue)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def enqueue(self, connection: Connection, organisation: str, job: Job) -> None:
        """Take a job."""
        del connection, organisation
        self._jobs.put(job)

    @contextmanager
    def working(self, records: Records) -> Iterator[None]:
        """Work for as long as the block runs."""
        thread = threading.Thread(target=self._work, args=(records,))
        thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            self._jobs.put(None)
            thread.join()

    def _work(self, records: Records) -> None:
        while (job := self._jobs.get()) is not None and not self._stopped.is_set():
            if job.name == "handle" and (message := self._committed(records, job.about)):
                self._answer(records, message)
            outbox.deliver(records, job.about, WebChannel(records, self.bell))

    def _committed(self, records: Records, conversation: str) -> Message | None:
        """Return the message that waits; a change that was not committed in a second brings none."""
        for _ in range(200):
            waiting = inbox.next_waiting(records, conversation)
            if waiting is not None:
                return waiting.message
            if self._stopped.wait(0.005):
                break
        return None

    def _answer(self, records: Records, message: Message) -> None:
        cards = self.door.handle(message)
        with records.changing() as change:
            inbox.handled(change, message)
            numbered = [replace(card, id=f"{message.id}.{number}") for number, card in enumerate(cards, 1)]
            outbox.put(change, message.conversation, numbered)


def make_database(file: Path) -> None:
    """Make a database in which there is nothing but the organisation."""
    engine = connect(f"sqlite:///{file}")
    Table.metadata.create_all(engine)
    with transaction(engine) as session:
        session.add(Organisation(id=ORGANISATION, name="A scheme", created_at=datetime.now(UTC)))
    engine.dispose()


@contextmanager
def records_at(file: Path, jobs: Jobs) -> Iterator[Records]:
    """Give the records of a database; they fail a test that asks them on an event loop's thread."""
    engine = connect(f"sqlite:///{file}")
    event.listen(engine, "begin", _refuse_on_the_loop)
    yield Records(engine, Vault(read_keys(new_key())), jobs, ORGANISATION, lambda: datetime.now(UTC))
    engine.dispose()


def _refuse_on_the_loop(_connection: Connection) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise AssertionError("the database was asked on the event loop's thread: everybody waits for it")
