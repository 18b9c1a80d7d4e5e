"""Putting other records in the place of the present ones, which are set aside: whole, or not at all."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, Engine, inspect, text

from bot.records import database, migrate, work_tables
from bot.records.contents import contents, difference, fill, tables_in
from bot.records.database import RecordsError
from bot.records.tables import Table

_WAIT_SECONDS = 2.0
_STILL_USED = "The database is in use. Stop every server, and whatever else is connected to it, first."


def put_in_place(file: Path, engine: Engine, aside: str, *, keep: bool) -> str:
    """Make a SQLite file's records those of a database; return where the present ones are, empty if not kept.

    On SQLite the file itself takes the place of the other. On PostgreSQL everything happens in one
    transaction; the tables of before are moved into schemas of their own.

    Raises:
        RecordsError: someone else uses the database, or it cannot take the rows.
        RecordsUnavailable: it is away, or its disk is full.
        OSError: a file cannot be moved.
    """
    engine.dispose()
    if engine.dialect.name == "sqlite":
        return _swap_files(file, Path(engine.url.database or ""), aside, keep=keep)
    _wait_until_alone(engine)
    source = database.connect(f"sqlite:///{file}")
    try:
        with database.reading(source) as reading, database.transaction(engine) as writing:
            _move_aside(writing.connection(), aside, keep=keep)
            _refill(reading.connection(), writing.connection())
    finally:
        source.dispose()
    return f"the schema {aside}" if keep else ""


def _swap_files(file: Path, present: Path, aside: str, *, keep: bool) -> str:
    kept = present.with_name(f"{present.name}.{aside}")
    if present.exists():
        _refuse_in_use(present)
        for tail in ("-wal", "-shm", ""):
            if (part := present.with_name(present.name + tail)).exists():
                part.rename(f"{kept}{tail}")
    file.replace(present)
    if keep:
        return str(kept)
    kept.unlink(missing_ok=True)
    return ""


def _refuse_in_use(present: Path) -> None:
    """Raise RecordsError where another process has the file open: only the last one may leave WAL mode."""
    with closing(sqlite3.connect(present, timeout=_WAIT_SECONDS)) as alone:
        try:
            alone.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise RecordsError(_STILL_USED) from error
        except sqlite3.DatabaseError:
            return  # damaged, so no server works with it


def _wait_until_alone(engine: Engine) -> None:
    """Raise RecordsError where others stay connected; a connection just closed is seen for a moment still."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        with database.reading(engine) as session:
            if not session.scalar(others):
                return
        if time.monotonic() > until:
            raise RecordsError(_STILL_USED)
        time.sleep(0.1)


def _move_aside(connection: Connection, aside: str, *, keep: bool) -> None:
    found = inspect(connection)
    names = {*Table.metadata.tables, "alembic_version"} & set(found.get_table_names())
    connection.execute(text(f"CREATE SCHEMA {aside}"))
    for name in sorted(names):
        connection.execute(text(f'ALTER TABLE "{name}" SET SCHEMA {aside}'))
    if work_tables.SCHEMA in found.get_schema_names():
        connection.execute(text(f"ALTER SCHEMA {work_tables.SCHEMA} RENAME TO {aside}_work"))
    if not keep:
        connection.execute(text(f"DROP SCHEMA {aside} CASCADE"))
        connection.execute(text(f"DROP SCHEMA IF EXISTS {aside}_work CASCADE"))


def _refill(source: Connection, target: Connection) -> None:
    command.upgrade(migrate.configuration(target), "head")
    fill(source, target)
    for table in Table.metadata.sorted_tables:
        (key,) = table.primary_key
        if key.identity is not None:
            target.execute(text(_COUNT_ON.format(table=table.name, key=key.name)))
    tables = tables_in(source)
    if table_name := difference(contents(source, tables), contents(target, tables)):
        raise RecordsError(f"Nothing was changed: {table_name} was read back otherwise than it was written.")


# Rows that are written with their number do not move the counter that gives the next.
_COUNT_ON = (
    "SELECT setval(pg_get_serial_sequence('\"{table}\"', '{key}'), coalesce(max({key}), 0) + 1, false)"
    ' FROM "{table}"'
)
