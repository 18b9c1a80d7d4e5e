"""Putting a backup's records in the place of the present ones."""

import errno
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, inspect, select

from bot.records import database, migrate, work_tables
from bot.records.backup import Manifest, faults, is_whole, opened, private_copy, take_manifest, unfinished
from bot.records.contents import contents, difference, tables_in
from bot.records.database import RecordsError, RecordsUnavailable
from bot.records.erasures import reapply
from bot.records.keys import check_keys
from bot.records.replacing import put_in_place
from bot.records.store import Records
from bot.records.tables import Erasure, KeyCheck, Organisation, Table, Worker

_Erased = dict[tuple[str, str, str], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a restore: what the backup held, how many were erased again, where the old records are."""

    manifest: Manifest
    erased: int
    aside: str


def restore(
    records: Records, file: Path, folder: Path, *, over: bool = False, erasures: Path | None = None
) -> Restored:
    """Put a backup's records into an empty database, or with `over` in the place of what is there.

    The backup is copied, checked against its manifest, brought to this Hearth's revision, and who was erased
    since is erased in it again, before the present records are touched: as the present database and
    `erasures`, a later backup, know it. The work engine's tables start empty. `folder` is for what is
    unfinished, with a database that is not in a file.

    Raises:
        RecordsError: the file is no backup or was changed, the database is not empty or in use, its erasures
            cannot be read, it is away, or the disk is full; nothing was changed.
        UnusableKey: a key that the backup needs is not there.
    """
    present = records.engine
    full = _holds_records(present)
    if full and not over:
        raise RecordsError("The database holds records already. `--replace` sets them aside.")
    path = Path(present.url.database or "") if present.dialect.name == "sqlite" else None
    try:
        with unfinished(path.parent if path else folder) as workplace:
            copy = workplace / "restored.db"
            private_copy(file, copy)
            erased = _erased_in(erasures, workplace) | (_erased_now(present, erasures) if full else {})
            with opened(copy) as engine:
                restored = replace(records, engine=engine)
                manifest = _checked(restored, file, copy)
                count = _erase_again(restored, erased, manifest)
                if path:
                    work_tables.upgrade(engine)
            aside = put_in_place(copy, present, f"hearth_until_{records.now():%Y%m%d_%H%M%S}", keep=full)
    except OSError as error:
        named = f"{error.filename or file}: {error.strerror}"
        why = "the disk is full" if error.errno == errno.ENOSPC else named
        raise RecordsError(f"Nothing was restored: {why}.") from error
    except (RecordsUnavailable, sqlite3.Error) as error:
        raise RecordsError(f"Nothing was restored: {error}.") from error
    if path is None:
        _make_work_tables(present)
    return Restored(manifest, count, aside)


def _make_work_tables(present: Engine) -> None:
    """Make the work engine's tables, which it makes itself, outside of any transaction of ours."""
    try:
        work_tables.upgrade(present)
    except RecordsUnavailable as error:
        raise RecordsError(
            f"The records were restored, but not all is ready ({error}): run `hearth migrate` to finish."
        ) from error


def _holds_records(engine: Engine) -> bool:
    """Say whether there are rows that were not written by a mere start. A damaged file may hold some."""
    started = (KeyCheck.__tablename__, Worker.__tablename__)
    on_sqlite = engine.dialect.name == "sqlite"
    if on_sqlite and not Path(engine.url.database or "").exists():
        return False
    try:
        with database.reading(engine) as session:
            there = set(inspect(session.connection()).get_table_names())
            tables = [table for name, table in Table.metadata.tables.items() if name in there - {*started}]
            return any(session.execute(select(1).select_from(table).limit(1)).first() for table in tables)
    except RecordsUnavailable:
        if not on_sqlite:
            raise
        return True


def _checked(restored: Records, file: Path, copy: Path) -> Manifest:
    """Take the manifest out of a copy, compare it, and bring the copy to this Hearth's revision."""
    if not is_whole(copy):
        raise RecordsError(f"{file} is no backup of Hearth's, or it is damaged. Restore another.")
    engine = restored.engine
    manifest = take_manifest(engine, restored.vault)
    if manifest is None:
        raise RecordsError(f"{file} is no backup of Hearth's, or was not finished. Restore another.")
    with database.reading(engine) as session:
        connection = session.connection()
        found = contents(connection, tables_in(connection))
    if table := difference(manifest.tables, found):
        raise RecordsError(f"{file} was changed: {table} is not what was backed up. Restore another.")
    migrate.upgrade_records(engine)
    check_keys(engine, restored.vault)
    if len(wrong := faults(restored)) > len(manifest.faults):
        raise RecordsError(f"{file} cannot be restored: {wrong[0]}.")
    return manifest


def _erased_in(erasures: Path | None, workplace: Path) -> _Erased:
    if erasures is None:
        return {}
    copy = workplace / "erasures.db"
    private_copy(erasures, copy)
    if not is_whole(copy):
        raise RecordsError(f"{erasures} is no backup of Hearth's, or it is damaged. Name another.")
    with opened(copy) as engine:
        return _erased(engine)


def _erased_now(present: Engine, erasures: Path | None) -> _Erased:
    try:
        return _erased(present)
    except RecordsUnavailable as error:
        if erasures is not None:
            return {}
        raise RecordsError(
            "Who was erased cannot be read from the present database, so a restore would bring them back. "
            "Name the latest backup, which may be this one, with --erasures."
        ) from error


def _erased(engine: Engine) -> _Erased:
    with database.reading(engine) as session:
        if not inspect(session.connection()).has_table(Erasure.__tablename__):
            return {}
        rows = session.execute(select(Table.metadata.tables[Erasure.__tablename__])).mappings()
        return {(row["organisation"], row["table_name"], row["row"]): dict(row) for row in rows}


def _erase_again(restored: Records, erased: _Erased, manifest: Manifest) -> int:
    known = _erased(restored.engine)
    with restored.changing() as change:
        for where, row in erased.items():
            if where not in known:
                change.add(Erasure(**row))
    with restored.reading() as session:
        organisations = session.scalars(select(Organisation.id)).all()
    count = 0
    for organisation in organisations:
        with restored.of(organisation).changing() as change:
            count += reapply(change)
            change.audit("records:backup:restored", manifest.made_at)
    return count
