"""A database as an earlier Hearth left it, with a row in every table that it has."""

from datetime import UTC, date, datetime
from typing import Any

from alembic import command
from sqlalchemy import Column, Connection, Engine, LargeBinary, MetaData, Row, insert, select

from bot.records import database, migrate
from bot.records.vault import Vault

OLD_ID = "0" * 32
FILLED = "said in private"
_BOOKKEEPING = "alembic_version"

Rows = dict[str, dict[str, Any]]


def migrate_to(engine: Engine, revision: str) -> None:
    """Take the steps up to an old revision."""
    with database.transaction(engine) as session:
        command.upgrade(migrate.configuration(session.connection()), revision)


def fill(engine: Engine, vault: Vault) -> None:
    """Put one row into every table, each column filled; every column of bytes is sealed."""
    with database.transaction(engine) as session:
        for table in _tables(session.connection()).sorted_tables:
            row = {column.name: _value(column, vault) for column in table.columns}
            session.execute(insert(table).values(row))


def rows(engine: Engine) -> Rows:
    """Return the one row of each table that has one: a table made since then is empty."""
    with database.reading(engine) as session:
        tables = _tables(session.connection()).sorted_tables
        found = {table.name: session.execute(select(table)).one_or_none() for table in tables}
    return {name: _as_dict(row) for name, row in found.items() if row is not None}


def _as_dict(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name; the underscore keeps off columns


def _tables(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name != _BOOKKEEPING)
    return found


def _value(column: Column[Any], vault: Vault) -> Any:
    """Return a value that fits; every id and every name is the same one, so all references hold."""
    if isinstance(column.type, LargeBinary):
        owner = OLD_ID if "organisation" in column.table.columns else ""
        return vault.seal(f"{column.table.name}.{column.name}", f"{owner}/{OLD_ID}", FILLED)
    kind = column.type.python_type
    values = {
        str: OLD_ID,
        int: 1,
        bool: True,
        datetime: datetime(2026, 3, 2, tzinfo=UTC),
        date: date(2026, 3, 2),
    }
    return OLD_ID[: getattr(column.type, "length", None)] if kind is str else values[kind]
