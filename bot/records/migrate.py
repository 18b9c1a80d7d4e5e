"""Bringing a database up to this Hearth: the records' own tables, and the work engine's beside them."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, text

from bot.records import database, work_tables
from bot.records.database import RecordsError

State = Literal["empty", "behind", "current", "ahead"]

# How long a migration waits for another, or for whoever uses a table, before it gives up.
WAIT_MILLISECONDS = 60_000
_LOCK = 0x486561727468  # "Hearth": a number is all that tells PostgreSQL's advisory locks apart
_ALEMBIC = Path(__file__).parent / "migrations"
STEPS = (_ALEMBIC / "versions",)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revision of the records' tables ("0001") and of the work engine's; empty and 0 where none are."""

    records: str
    work: int

    def __str__(self) -> str:
        return f"records {self.records or 'none'}, work {self.work or 'none'}"


def upgrade(engine: Engine) -> tuple[Revisions, Revisions]:
    """Bring a database up to what this Hearth needs, and return its revisions before and after.

    One that is current stays as it is. The records change in one transaction: all steps are taken, or none.
    The work engine then takes its own steps, each by itself; where that is interrupted, the next call goes on
    from there. Several processes may call this at once: one works, the others wait for it.

    Raises:
        RecordsError: the database was written by a newer Hearth.
        RecordsUnavailable: it is away, or stays in use.
    """
    before = found(engine)
    upgrade_records(engine)
    work_tables.upgrade(engine)
    if (after := found(engine)) != before:
        log.info("records.migrated", extra={"before": str(before), "after": str(after)})
    return before, after


def upgrade_records(engine: Engine) -> None:
    """Bring the records' own tables up, not the work engine's; raise as `upgrade` does."""
    with _alone(engine) as connection:
        config = configuration(connection)
        revision = _revision(connection)
        if _is_newer(revision, ScriptDirectory.from_config(config)):
            raise _newer(revision)
        command.upgrade(config, "head")
        _check_references(connection)


def found(engine: Engine) -> Revisions:
    """Return the revisions that a database has; raise RecordsUnavailable where it is away."""
    with database.reading(engine) as session:
        records = _revision(session.connection())
    return Revisions(records, work_tables.revisions(engine)[0])


def needed(engine: Engine) -> Revisions:
    """Return the revisions that this Hearth needs on such a database; raise as `found` does."""
    return Revisions(_scripts().get_current_head() or "", work_tables.revisions(engine)[1])


def state(engine: Engine) -> State:
    """Say how a database stands to this Hearth; raise RecordsUnavailable where it is away.

    Work tables that are newer than needed are well: the work engine promises to work on them.
    """
    have, need = found(engine), needed(engine)
    if have == Revisions("", 0):
        return "empty"
    if _is_newer(have.records, _scripts()):
        return "ahead"
    return "current" if have.records == need.records and have.work >= need.work else "behind"


def require_current(engine: Engine) -> None:
    """Raise RecordsError, with what to do, for a database that a server must not be started on.

    Raises:
        RecordsUnavailable: it is away.
    """
    match state(engine):
        case "empty":
            raise RecordsError("The database is empty. Run `hearth migrate` first.")
        case "behind":
            raise RecordsError(
                f"The database is behind: it has {found(engine)}; this Hearth needs {needed(engine)}. "
                "Make a backup, then run `hearth migrate`."
            )
        case "ahead":
            raise _newer(found(engine).records)
        case "current":
            return


def configuration(connection: Connection) -> Config:
    """Return what Alembic needs to work on a connection, in the transaction that is open there."""
    config = _configuration()
    config.attributes["connection"] = connection
    return config


def _configuration() -> Config:
    config = Config()
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", _written([_ALEMBIC]))
    config.set_main_option("version_locations", _written(STEPS))
    return config


def _written(folders: Sequence[Path]) -> str:
    return "\n".join(str(folder).replace("%", "%%") for folder in folders)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_configuration())


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Give a connection in a transaction that no other migration runs beside."""
    own = database.connect(engine.url.render_as_string(hide_password=False))
    on_sqlite = own.dialect.name == "sqlite"
    if on_sqlite:
        event.listen(own, "connect", _let_tables_be_copied)
    try:
        with database.transaction(own) as session:
            connection = session.connection()
            if not on_sqlite:
                connection.execute(text(f"SET LOCAL lock_timeout = {WAIT_MILLISECONDS}"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            yield connection
    finally:
        own.dispose()


def _let_tables_be_copied(connection: Any, _: object) -> None:
    """Let a table be dropped that others refer to, so that its changed copy takes its place.

    Source: https://www.sqlite.org/lang_altertable.html, section 7. It must be said before the transaction.
    """
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute(f"PRAGMA busy_timeout={WAIT_MILLISECONDS}")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if broken := {row[0] for row in connection.execute(text("PRAGMA foreign_key_check"))}:
        raise RecordsError(
            f"The database was left as it was: rows of {', '.join(sorted(broken))} would refer to nothing. "
            "Restore a backup that is whole, or report this."
        )


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _is_newer(revision: str, scripts: ScriptDirectory) -> bool:
    return bool(revision) and revision not in {step.revision for step in scripts.walk_revisions()}


def _newer(revision: str) -> RecordsError:
    return RecordsError(
        f"The database was written by a newer Hearth: this one does not know its revision {revision}. "
        "Install the newer Hearth, or restore a backup from before it."
    )
