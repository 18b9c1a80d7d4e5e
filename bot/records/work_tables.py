"""The work engine's own tables: DBOS makes and changes them, in the same database as the records."""

from sqlalchemy import Engine

from bot.records import database

SCHEMA = "dbos"  # on PostgreSQL; SQLite has no schemas


def upgrade(engine: Engine) -> None:
    """Bring the tables up to what this DBOS needs; it goes on where an interrupted call left off.

    On SQLite the file must be in WAL mode by now, which DBOS leaves as it is.

    Raises:
        RecordsUnavailable: the database is away, or stays in use.
    """
    from dbos import DBOS  # not before: its import takes as long as a whole start may

    with database.in_words():
        DBOS.migrate(engine.url.render_as_string(hide_password=False), schema=SCHEMA)


def revisions(engine: Engine) -> tuple[int, int]:
    """Return the revision of the tables, 0 where there are none, and the one that this DBOS needs.

    DBOS says it in public only while it is launched, by failing; `hearth migrate` and a start that is refused
    in words need it before.

    Raises:
        RecordsUnavailable: the database is away.
    """
    from dbos._migration import get_migration_versions, get_sqlite_migration_versions

    with database.in_words():
        if engine.dialect.name == "sqlite":
            return get_sqlite_migration_versions(database.for_reading(engine))
        return get_migration_versions(database.for_reading(engine), SCHEMA, use_listen_notify=False)
