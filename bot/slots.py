"""Slots: each worker's own name, held by one process at a time, and who of them lives."""

import fcntl
import os
import zlib
from collections.abc import Set
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, delete, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.records import database
from bot.records.store import Records
from bot.records.tables import Worker

# A worker that has not been seen for so long is dead: its beats are five seconds apart.
DEAD_SECONDS = 20
_DEAD, _FORGOTTEN = timedelta(seconds=DEAD_SECONDS), timedelta(days=1)


class SlotTaken(Exception):  # noqa: N818 - what is the matter
    """Another process works under this name; the message says what to do."""


class Slot:
    """A worker's name. Two processes of one name would do every job twice, so it is locked.

    On SQLite the lock is a file beside the database, on PostgreSQL an advisory lock of a connection that is
    kept open: either ends with the process, however that ends.
    """

    def __init__(self, records: Records, name: str) -> None:
        self.name = name
        self._records = records
        self._file: IO[str] | None = None
        self._connection: Connection | None = None

    def take(self) -> None:
        """Take the slot; raise SlotTaken where another process has it."""
        on_sqlite = self._records.engine.dialect.name == "sqlite"
        if not (self._lock_file() if on_sqlite else self._lock_advisory()):
            self._let_go()
            raise SlotTaken(
                f"another process works as {self.name}: give this one a name of its own (HEARTH_WORKER)"
            )

    def give_back(self) -> None:
        """Give the slot back: nobody has to find out first that this worker is no more."""
        try:
            with self._records.changing() as change:
                change.session.execute(delete(Worker).where(Worker.id == self.name))
        finally:
            self._let_go()

    def was_left(self) -> bool:
        """Say, before the first beat, whether the last process of this name ended without giving it back."""
        with self._records.reading() as session:
            return session.get(Worker, self.name) is not None

    def beat(self) -> Set[str]:
        """Note that this worker lives; return the names of all that do.

        Raises:
            SlotTaken: the database was away, and another process took the slot.
            RecordsUnavailable: it is away.
        """
        self._hold()
        now = self._records.now()
        with self._records.changing() as change:
            own = change.session.get(Worker, self.name)
            if own is None:
                change.add(Worker(id=self.name, started_at=now, seen_at=now))
            else:
                own.seen_at = now
            change.session.flush()
            change.session.execute(delete(Worker).where(Worker.seen_at < now - _FORGOTTEN))
            workers = change.session.scalars(select(Worker)).all()
            # One that was seen in the future was seen by a clock that was ahead.
            return {worker.id for worker in workers if abs(now - worker.seen_at) <= _DEAD}

    def _hold(self) -> None:
        """Take the slot anew where its connection was lost, and the lock with it."""
        if self._records.engine.dialect.name == "sqlite":
            return
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return
        except DBAPIError:
            self._let_go()
        self.take()

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
        if self._connection is not None:
            with suppress(SQLAlchemyError):  # a connection that was lost has lost the lock already
                self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
            self._connection.invalidate()
            self._connection.close()
        self._file = self._connection = None

    def _lock_file(self) -> bool:
        file = Path(self._records.engine.url.database or "")
        lock = file.with_name(f"{file.name}.{self.name}.lock")
        self._file = os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT, 0o600), "a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _lock_advisory(self) -> bool:
        number = zlib.crc32(f"hearth worker {self.name}".encode())
        with database.in_words():
            connection = self._records.engine.connect()
            self._connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            return bool(self._connection.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": number}))
