"""The keys in use: checked before anything is read, counted, and exchanged while servers run."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, bindparam, delete, func, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.records.database import reading, transaction
from bot.records.new_rows import add_new
from bot.records.store import bound
from bot.records.tables import KeyCheck, Table, new_id
from bot.records.types import Sealed
from bot.records.vault import PREFIX_BYTES, UnusableKey, Vault, prefix

_KNOWN = "Hearth's records open with this key."
_KNOWN_COLUMN = Table.metadata.tables["key_check"].c.known
_BATCH = 100
_PASSES = 5  # a server whose list begins with an old key would keep a rotation going for ever
# How long a batch lets others write, as a multiple of what it took: on SQLite one writes at a time, and who
# waits only looks from time to time whether it is his turn.
_PAUSE = 4


@dataclass(frozen=True, slots=True)
class Batch:
    """What one step of a rotation did: how many values it sealed again, and which it could not open."""

    resealed: int
    unopened: tuple[str, ...]


def sealed_columns() -> list[Column[Any]]:
    """Return every column that holds sealed values."""
    tables = Table.metadata.sorted_tables
    return [column for table in tables for column in table.columns if isinstance(column.type, Sealed)]


def place_of(column: Column[Any]) -> str:
    """Return the place that a column's values are bound to, as `bot.records.store.place`."""
    return f"{column.table.name}.{column.key}"


def row_of(column: Column[Any]) -> list[Column[Any]]:
    """Return the columns that say which row a value of a column is bound to."""
    return [found for found in column.table.columns if found.key in ("id", "organisation")]


def check_keys(engine: Engine, vault: Vault) -> None:
    """Make sure that every value there is can be opened, as far as its key's name tells.

    The first time that a key is to seal, a known text sealed with it is kept, which tells a wrong key of that
    name, and a missing key even while it sealed nothing else.

    Raises:
        UnusableKey: there is no key, one is missing, or one is not the one that was used; says which and
            what to do.
        RecordsUnavailable: the database is away.
    """
    if not vault.keys:
        raise UnusableKey("There is no key. Put one in HEARTH_KEYS: `hearth keys new` makes one.")
    with reading(engine) as session:
        _refuse_missing(session, vault)
        kept = session.scalars(select(KeyCheck)).all()
    for check in kept:
        _refuse_wrong(vault, check)
    if vault.sealing.hex() not in {check.key_name for check in kept}:
        with transaction(engine) as session:
            _keep_known_text(session, vault)


def values_by_key(engine: Engine) -> Counter[str]:
    """Return how many values each key seals, by its name; a key that sealed only its known text counts 0."""
    counts: Counter[str] = Counter()
    with reading(engine) as session:
        for column in sealed_columns():
            start = _start(column).label("start")
            found = select(start, func.count()).where(column.is_not(None)).group_by("start")
            for first, number in session.execute(found):
                counts[_named(first)] += number if column is not _KNOWN_COLUMN else 0
    return counts


def rotate(engine: Engine, vault: Vault) -> Iterator[Batch]:
    """Seal with the first key what another key sealed, in batches of one transaction each.

    Servers may go on meanwhile, as long as the new key is in their list. A row that one of them is changing
    is left for the next pass. Stopped half way, it goes on where it was when it is called again. At the end
    the known texts of keys that nothing needs any more are deleted, so that these may leave the list.

    Raises:
        UnusableKey: as `check_keys`.
        RecordsUnavailable: the database is away; what was done until then is kept.
    """
    check_keys(engine, vault)
    for _ in range(_PASSES):
        resealed = 0
        for column in _rotated_columns():
            for batch in _pass(engine, vault, column):
                resealed += batch.resealed
                yield batch
        if not resealed:
            break
    _forget_unneeded(engine, vault)


def _pass(engine: Engine, vault: Vault, column: Column[Any]) -> Iterator[Batch]:
    """Go once through the rows of a column, in the order of their primary key."""
    (key,) = column.table.primary_key
    waiting = (
        select(key.label("key"), column.label("sealed"), *row_of(column))
        .where(column.is_not(None), _start(column) != prefix(vault.sealing))
        .order_by(key)
        .limit(_BATCH)
        # On SQLite the transaction keeps all other writers out; on PostgreSQL these rows are locked, and as
        # none is waited for, there is no deadlock. So no row changes between its reading and its writing.
        .with_for_update(skip_locked=True, key_share=True)
    )
    ahead = waiting
    while True:
        with transaction(engine) as session:
            rows = session.execute(ahead).all()  # may have waited for its turn
            started = time.monotonic()
            batch = _reseal(session, vault, column, rows)
        if not rows:
            return
        yield batch
        ahead = waiting.where(key > rows[-1].key)
        time.sleep(_PAUSE * (time.monotonic() - started))


def _reseal(session: Session, vault: Vault, column: Column[Any], rows: Sequence[Any]) -> Batch:
    place = place_of(column)
    again, unopened = [], []
    for row in rows:
        try:
            opened = vault.open(place, bound(row), row.sealed)
        except UnusableKey as error:
            unopened.append(str(error))
        else:
            again.append({"row": row.key, "sealed_again": vault.seal(place, bound(row), opened)})
    if again:
        (key,) = column.table.primary_key
        write = (
            update(column.table).where(key == bindparam("row")).values({column: bindparam("sealed_again")})
        )
        session.connection().execute(write, again)
    return Batch(len(again), tuple(unopened))


def _forget_unneeded(engine: Engine, vault: Vault) -> None:
    needed = {name for name, number in values_by_key(engine).items() if number} | {vault.sealing.hex()}
    with transaction(engine) as session:
        session.execute(delete(KeyCheck).where(KeyCheck.key_name.not_in(needed)))


def _refuse_missing(session: Session, vault: Vault) -> None:
    known = [prefix(key.name) for key in vault.keys]
    missing: dict[str, list[str]] = {}
    for column in sealed_columns():
        found = select(_start(column)).where(column.is_not(None), _start(column).not_in(known)).distinct()
        for start in session.scalars(found):
            missing.setdefault(_named(start), []).append(place_of(column))
    if missing:
        named = "; ".join(f"{name} ({', '.join(sorted(places))})" for name, places in sorted(missing.items()))
        raise UnusableKey(
            f"The records need a key that is not in HEARTH_KEYS: {named}. Add it back to the list."
        )


def _refuse_wrong(vault: Vault, check: KeyCheck) -> None:
    try:
        vault.open(place_of(_KNOWN_COLUMN), bound(check), check.known)
    except UnusableKey as error:
        raise UnusableKey(
            f"The key {check.key_name} in HEARTH_KEYS is not the one that sealed the records. Use that one."
        ) from error


def _keep_known_text(session: Session, vault: Vault) -> None:
    check = KeyCheck(id=new_id(), key_name=vault.sealing.hex())
    check.known = vault.seal(place_of(_KNOWN_COLUMN), bound(check), _KNOWN)
    add_new(session, check, "key_name")  # another server may start at the same moment


def _rotated_columns() -> list[Column[Any]]:
    """Return the sealed columns but that of the known texts, of which each belongs to its own key."""
    return [column for column in sealed_columns() if column is not _KNOWN_COLUMN]


def _start(column: Column[Any]) -> ColumnElement[bytes]:
    return func.substr(column, 1, PREFIX_BYTES, type_=LargeBinary)


def _named(start: bytes) -> str:
    """Return the name of the key of a value that begins so."""
    return start.removeprefix(prefix(b"")).hex()
