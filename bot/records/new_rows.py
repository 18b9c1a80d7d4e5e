"""Writing a row that may be there already: once, whoever else writes it at the same moment."""

from functools import lru_cache

from sqlalchemy.dialects.postgresql import Insert as PostgresqlInsert
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from bot.records.tables import Table


def add_new(session: Session, row: Table, *unique: str) -> bool:
    """Write a row at once and return True; where one has the same `unique` columns, return False.

    The row is not the session's afterwards: what is to be changed in it is read anew. Raises IntegrityError
    for anything else that keeps it from being written.
    """
    session.flush()  # what it refers to may be new too
    values = {name: value for name, value in vars(row).items() if not name.startswith("_sa_")}
    written = session.connection().execute(
        _insert(session.get_bind().dialect.name, type(row), unique), values
    )
    return written.rowcount == 1


@lru_cache(maxsize=50)
def _insert(dialect: str, table: type[Table], unique: tuple[str, ...]) -> PostgresqlInsert | SqliteInsert:
    """Return the statement; built once, for that takes longer than running it."""
    insert = postgresql_insert if dialect == "postgresql" else sqlite_insert
    return (
        insert(table)
        .on_conflict_do_nothing(index_elements=unique)
        .inline()
        .execution_options(preserve_rowcount=True)
    )
