"""A copy of the records in one file, made while servers run, and read back before it counts.

The file is a SQLite database with the records' tables, whatever database they come from. What is sealed stays
sealed; no key is in it. Its manifest, what each table holds, is sealed too: a changed copy is found out by
whoever has the key. The work engine's tables are not in it: the sweep finds the work that waits.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from sqlalchemy import Column, Engine, LargeBinary, MetaData, String, Table, inspect, select

from bot.records import audit, database, migrate
from bot.records.contents import MANIFEST, Contents, contents, copy_rows, difference, tables_in
from bot.records.database import RecordsError, RecordsUnavailable
from bot.records.keys import check_keys, place_of, row_of, sealed_columns
from bot.records.store import Records, bound
from bot.records.tables import Audit, AuditHead
from bot.records.vault import UnusableKey, Vault

_PLACE = f"{MANIFEST}.manifest"
_manifest = Table(MANIFEST, MetaData(), Column("made_at", String), Column("manifest", LargeBinary))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy holds: when it was made, the tables' revision, their contents, what was wrong even then."""

    made_at: str
    revision: str
    tables: Mapping[str, Contents]
    faults: Sequence[str]


def back_up(records: Records, folder: Path) -> tuple[Path, Manifest]:
    """Write a copy of all organisations' records into a folder; return its file and what it holds.

    The file is there whole and read back, or not at all. Values that do not open and an audit that is not
    whole are no reason to have no copy: they are copied as they are and listed in the manifest. The database
    may be of an older Hearth: it is well to have a copy before a migration.

    Raises:
        RecordsError: the folder cannot be used or is open to others, its disk is full, or the database is
            away, empty, or of a newer Hearth.
        UnusableKey: as `check_keys`.
    """
    if migrate.state(records.engine) in ("empty", "ahead"):
        migrate.require_current(records.engine)
    made_at = f"{records.now():%Y%m%d-%H%M%S}"
    target = folder / f"hearth-{made_at}.db"
    with _in_words(folder):
        _use(folder)
        if target.exists():
            raise RecordsError(f"{target} is there already. Wait for a second, or name another folder.")
        with unfinished(folder) as workplace:
            file = workplace / target.name
            manifest = _write(records, file, made_at)
            file.replace(target)
        _keep(folder)
    return target, manifest


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """Give a folder inside a folder, which nobody else may read and which goes at the end; raise OSError."""
    with TemporaryDirectory(prefix=".unfinished-", dir=folder) as made:
        yield Path(made)


def private_copy(source: Path, target: Path) -> None:
    """Copy a file to a new one that nobody else may read; raise OSError."""
    _make(target)
    shutil.copyfile(source, target)


@contextmanager
def opened(file: Path) -> Iterator[Engine]:
    """Give an engine on a SQLite file that nobody else uses; afterwards that file alone is the database."""
    engine = database.connect(f"sqlite:///{file}")
    try:
        yield engine
    finally:
        engine.dispose()
    with closing(sqlite3.connect(file)) as alone:
        alone.execute("PRAGMA journal_mode=DELETE")


def is_whole(file: Path) -> bool:
    """Say whether a file is a SQLite database whose pages hold together."""
    with closing(sqlite3.connect(file)) as found:
        try:
            return bool(found.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
        except sqlite3.DatabaseError:
            return False


def take_manifest(engine: Engine, vault: Vault) -> Manifest | None:
    """Take the manifest out of a copy and return it, None where there is none; raise UnusableKey."""
    with database.transaction(engine) as session:
        if not inspect(session.connection()).has_table(MANIFEST):
            return None
        made_at, sealed = session.execute(select(_manifest)).one()
        said = json.loads(vault.open(_PLACE, made_at, sealed))
        _manifest.drop(session.connection())
    tables = {name: Contents(**held) for name, held in said.pop("tables").items()}
    return Manifest(**said, tables=tables)


def faults(records: Records) -> list[str]:
    """Return what is wrong with a database of this revision: values that do not open, audits not whole."""
    found = []
    with records.reading() as session:
        for each in sealed_columns():
            rows = select(each.label("sealed"), *row_of(each)).where(each.is_not(None))
            for row in session.execute(rows, execution_options={"yield_per": 500}):
                try:
                    records.vault.open(place_of(each), bound(row), row.sealed)
                except UnusableKey as error:
                    found.append(str(error))
        chains = select(AuditHead.organisation).union(select(Audit.organisation))
        organisations = session.scalars(chains).all()
    checked = {each: _broken(records.of(each)) for each in organisations}
    return found + [
        f"entry {fault.number} in the audit of {organisation} {fault.reason}"
        for organisation, fault in checked.items()
        if fault
    ]


def _broken(records: Records) -> audit.Fault | None:
    with records.reading() as session:
        return audit.verify(session, records)


def _write(records: Records, file: Path, made_at: str) -> Manifest:
    revision = migrate.found(records.engine).records
    _make(file)
    with opened(file) as copy:
        with database.transaction(copy) as session:
            command.upgrade(migrate.configuration(session.connection()), revision)
        with database.reading(records.engine) as source, database.transaction(copy) as target:
            tables = tables_in(target.connection())
            read = copy_rows(source.connection(), target.connection(), tables)
        with database.reading(copy) as session:
            written = contents(session.connection(), tables)
    if table := difference(read, written):
        raise RecordsError(f"No backup was made: {table} was read back otherwise than it was written.")
    manifest = Manifest(made_at, revision, written, _faults_once_restored(records, file))
    sealed = records.vault.seal(_PLACE, made_at, json.dumps(asdict(manifest)))
    with opened(file) as copy, database.transaction(copy) as session:
        _manifest.create(session.connection())
        session.execute(_manifest.insert().values(made_at=made_at, manifest=sealed))
    if not is_whole(file):
        raise RecordsError("No backup was made: its file was damaged while it was written. Check the disk.")
    return manifest


def _faults_once_restored(records: Records, file: Path) -> list[str]:
    """Return what would be wrong with a copy in use: brought to this Hearth's revision, as a restore does."""
    trial = file.with_suffix(".trial")
    private_copy(file, trial)
    with opened(trial) as engine:
        migrate.upgrade_records(engine)
        check_keys(engine, records.vault)
        found = faults(replace(records, engine=engine))
    trial.unlink()
    return found


def _make(file: Path) -> None:
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _use(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        if folder.stat().st_mode & 0o077:
            raise RecordsError(
                f"{folder} is open to others. Name one that is not there yet, or `chmod 700` this one."
            ) from None


def _keep(folder: Path) -> None:
    """Have the disk keep the folder's new entry."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RecordsError(f"No backup was made: {folder} cannot be written ({error.strerror}).") from error
    except (RecordsUnavailable, sqlite3.Error) as error:
        raise RecordsError(f"No backup was made in {folder}: {error}.") from error
