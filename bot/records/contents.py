"""What a database holds, in a form that is the same on SQLite and on PostgreSQL."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, TableClause, column, inspect, select, table

from bot.records.tables import Table

# What is not of the records themselves: a copy's own seal, the schema's revision, who was working just then.
MANIFEST = "hearth_backup"
_LEFT_OUT = (MANIFEST, "alembic_version", "worker")
_CHUNK = 1_000

Value = str | int | bytes | None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a table holds: how many rows, and a hash of them that does not depend on their order."""

    rows: int
    digest: str


def tables_in(connection: Connection) -> list[TableClause]:
    """Return the records' tables as they are in a database, of whatever revision; parents come first.

    Their columns have no types, so that values come as the driver gives them, and stand in the order of their
    names.
    """
    found = inspect(connection)
    order = [name for name, _ in found.get_sorted_table_and_fkc_names() if name is not None]
    return [
        table(name, *(column(name) for name in sorted(each["name"] for each in found.get_columns(name))))
        for name in order
        if name not in _LEFT_OUT
    ]


def contents(connection: Connection, tables: Iterable[TableClause]) -> dict[str, Contents]:
    """Return what each table holds."""
    return {
        each.name: _sum(_hash(row) for part in _rows(connection, each) for row in part) for each in tables
    }


def copy_rows(source: Connection, target: Connection, tables: Iterable[TableClause]) -> dict[str, Contents]:
    """Copy the rows of tables to SQLite and return what was read."""
    read = {}
    for each in tables:
        hashes = []
        for part in _rows(source, each):
            hashes += [_hash(row) for row in part]
            names = [name.name for name in each.columns]
            target.execute(each.insert(), [dict(zip(names, row, strict=True)) for row in part])
        read[each.name] = _sum(hashes)
    return read


def fill(source: Connection, target: Connection) -> None:
    """Copy every row from a SQLite database of this revision to another of it, on either engine."""
    for each in Table.metadata.sorted_tables:
        found = source.execute(select(each), execution_options={"yield_per": _CHUNK})
        for part in found.mappings().partitions():
            target.execute(each.insert(), [dict(row) for row in part])


def _rows(connection: Connection, each: TableClause) -> Iterator[list[Sequence[Value]]]:
    found = connection.execute(select(each), execution_options={"yield_per": _CHUNK})
    for part in found.partitions():
        yield [[_plain(value) for value in row] for row in part]


def _plain(value: Any) -> Value:
    """Return a value as SQLite keeps it."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | bytes):
        return value
    raise TypeError(f"no copy can hold a {type(value).__name__}")


def _hash(row: Iterable[Value]) -> bytes:
    hashed = sha256()
    for value in row:
        plain = value if isinstance(value, bytes) else str(value).encode()
        hashed.update(f"{type(value).__name__}{len(plain)}:".encode() + plain)
    return hashed.digest()


def _sum(hashes: Iterable[bytes]) -> Contents:
    ordered = sorted(hashes)
    return Contents(len(ordered), sha256(b"".join(ordered)).hexdigest())


def difference(there: Mapping[str, Contents], here: Mapping[str, Contents]) -> str:
    """Return the first table, by name, that two databases do not hold alike; empty where there is none."""
    return next((name for name in sorted({*there, *here}) if there.get(name) != here.get(name)), "")
