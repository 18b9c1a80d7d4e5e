"""The way to the database: one engine, one kind of transaction, its errors in words for a person."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from threading import Lock
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from bot.records.write_ahead import Log

# How long a write waits for another to end. An accept must answer in 2.5 s, so it gives up before that.
_BUSY_MILLISECONDS = 2_000
_READS, _KEEPS = "hearth_reads", "hearth_keeps"
_READING: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {_READS: True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
_SQLITE = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what was deleted is overwritten
    f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}",
)


# One for each SQLite file that this process writes to.
_TURNS: dict[str, tuple[Lock, Log]] = {}


class RecordsUnavailable(Exception):  # noqa: N818 - reads as what happened
    """The records cannot be read or written now; nothing of the attempt was kept."""


class RecordsError(Exception):
    """The records cannot be used at all; the message says what to do."""


def connect(url: str) -> Engine:
    """Return an engine for a SQLite or PostgreSQL URL; raise RecordsError for any other.

    On SQLite a transaction takes the write lock when it begins, so that it never has to give way half way.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise RecordsError("HEARTH_DATABASE is no database URL: see the README for examples") from error
    if parsed.drivername in ("postgres", "postgresql"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    try:
        if parsed.get_backend_name() == "sqlite":
            _keep_to_oneself(parsed.database)
            return _sqlite(create_engine(parsed, hide_parameters=True))  # errors never show values
        if parsed.get_backend_name() == "postgresql":
            return create_engine(
                parsed,
                hide_parameters=True,
                pool_pre_ping=True,
                pool_size=20,
                pool_timeout=2,
                connect_args={"connect_timeout": 2},
            )
    except NoSuchModuleError:
        pass
    raise RecordsError(f"{parsed.drivername} is no database that Hearth works with: sqlite or postgresql")


def _keep_to_oneself(file: str | None) -> None:
    """Make the database's file, where it is not there yet, for its owner's eyes alone.

    The files beside it get its mode from SQLite. Where it cannot be made, opening it says so. One that is
    there is never opened here: closing it would drop every lock that SQLite holds on it in this process
    ("How To Corrupt An SQLite Database File", section 2.2), and another process would take away its log.
    """
    if file and file != ":memory:":
        with suppress(OSError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))


def _sqlite(engine: Engine) -> Engine:
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: `begin` below does
        for pragma in _SQLITE:
            connection.execute(pragma)
        _log_ahead(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        # What was committed survives a power cut: by SQLite's own doing, or by that of `_turn`.
        synchronous = "NORMAL" if options.get(_KEEPS) else "FULL"
        if connection.info.get("synchronous") != synchronous:
            connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
            connection.info["synchronous"] = synchronous
        connection.exec_driver_sql("BEGIN" if options.get(_READS) else "BEGIN IMMEDIATE")

    return engine


def _log_ahead(connection: Any) -> None:
    """Put the file into WAL mode, before the work engine opens it: that would leave it in "delete".

    While another connection does the same, SQLite refuses at once instead of waiting ("PRAGMA busy_timeout"
    does not hold for this): so it is waited for here, as long.
    """
    until = monotonic() + _BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                raise
            sleep(0.01)
        else:
            return


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Give a session that sees one state of the records throughout and keeps no writer waiting.

    Raises:
        RecordsUnavailable: the database is away.
    """
    with in_words(), Session(for_reading(engine), expire_on_commit=False) as session, session.begin():
        yield session


@lru_cache(maxsize=8)
def for_reading(engine: Engine) -> Engine:
    """Return the same engine, whose transactions only read."""
    return engine.execution_options(**_READING[engine.dialect.name])


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """Give a session whose changes are committed together at the end, or not at all.

    Raises:
        RecordsUnavailable: the database is away, locked for too long, or its disk is full. On a full disk
            it is the commit that fails, so nothing may be promised before this returns.
    """
    with (
        in_words(),
        _in_turn(engine) as writing,
        Session(writing, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session


@contextmanager
def _in_turn(engine: Engine) -> Iterator[Engine]:
    """Give what writes, where only one may at a time once it has its turn; raise RecordsUnavailable.

    SQLite itself makes writers look again and again, with growing pauses, and lets a late one overtake. What
    was committed is brought onto the disk once the next one has its turn.
    """
    if engine.dialect.name != "sqlite":
        yield engine
        return
    lock, log = _TURNS.setdefault(file := str(engine.url.database), (Lock(), Log(file)))
    if not lock.acquire(timeout=_BUSY_MILLISECONDS / 1000):
        raise RecordsUnavailable("the database is busy")
    try:
        yield _for_writing(engine)
        number = log.wrote()
    finally:
        lock.release()
    try:
        log.keep(number)
    except OSError as error:
        raise RecordsUnavailable("the disk fails") from error


@lru_cache(maxsize=8)
def _for_writing(engine: Engine) -> Engine:
    return engine.execution_options(**{_KEEPS: True})


@contextmanager
def in_words() -> Iterator[None]:
    """Raise RecordsUnavailable, with the reason in words, for an error that tells of the database's state."""
    try:
        yield
    except (DBAPIError, PoolTimeout) as error:
        if _is_ours(error):
            raise
        raise RecordsUnavailable(_why(error)) from error


def _is_ours(error: Exception) -> bool:
    """Say whether an error tells of a mistake in Hearth, not of the database's state."""
    return isinstance(error, IntegrityError | DataError | ProgrammingError | NotSupportedError)


def _why(error: Exception) -> str:
    said = str(getattr(error, "orig", error)).lower()
    if "full" in said or "no space" in said:
        return "the disk is full"
    if "locked" in said or "busy" in said or "lock timeout" in said:
        return "the database is busy"
    return "the database cannot be reached"
