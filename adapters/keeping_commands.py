"""Commands that keep the records: their keys, a copy of them, and putting a copy back."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from adapters import main as wiring
from adapters.output import say
from adapters.settings import Settings

if TYPE_CHECKING:
    from bot.records.store import Records

_SHOWN = 10  # of what is wrong: one fault may bring thousands


def keys(parser: argparse.ArgumentParser) -> None:
    """Define `hearth keys new`, `list` and `rotate`."""
    parts = parser.add_subparsers(required=True, metavar="WHAT")
    parts.add_parser("new", help="print a new key").set_defaults(command=new_key)
    parts.add_parser("list", help="say how many values each key seals").set_defaults(command=list_keys)
    rotate = parts.add_parser("rotate", help="seal everything again with the first key of the list")
    rotate.set_defaults(command=rotate_keys)


def backup(parser: argparse.ArgumentParser) -> None:
    """Define `hearth backup`."""
    parser.add_argument(
        "folder", type=Path, nargs="?", metavar="FOLDER", help="(default: backups in the data folder)"
    )
    parser.set_defaults(command=back_up)


def restore(parser: argparse.ArgumentParser) -> None:
    """Define `hearth restore`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="as `hearth backup` wrote it")
    parser.add_argument("--replace", action="store_true", help="set aside what the database holds")
    parser.add_argument(
        "--erasures", type=Path, metavar="FILE", help="a later backup: whom it knows as erased is erased"
    )
    parser.set_defaults(command=put_back)


def new_key(_settings: Settings, _given: argparse.Namespace) -> None:
    """Print a new key and nothing else, so that it may go straight into a file."""
    from bot.records import vault

    say(vault.new_key())


def list_keys(settings: Settings, _given: argparse.Namespace) -> None:
    """Print the keys' names with how many values each seals: those of the list in its order, then others."""
    from bot.records.keys import values_by_key
    from bot.records.migrate import require_current

    with _opened(settings) as records:
        require_current(records.engine)
        counts = values_by_key(records.engine)
    listed = [key.name.hex() for key in records.vault.keys]
    for name in [*listed, *sorted(set(counts) - set(listed))]:
        part = "seals" if name in listed[:1] else "opens" if name in listed else "is not in HEARTH_KEYS"
        say(f"{name}  {_counted(counts[name], 'value')}  {part}")


def rotate_keys(settings: Settings, _given: argparse.Namespace) -> None:
    """Seal everything again with the first key, and say which keys nothing needs any more.

    Raises RecordsError where something is left to do.
    """
    from tqdm import tqdm  # type: ignore[import-untyped]  # ships no types

    from bot.records.database import RecordsError
    from bot.records.keys import rotate, values_by_key
    from bot.records.migrate import require_current

    unopened: dict[str, None] = {}
    resealed = 0
    with _opened(settings) as records:
        require_current(records.engine)
        first = records.vault.sealing.hex()
        counts = values_by_key(records.engine)
        total = sum(counts.values()) - counts[first]
        with tqdm(total=total, unit="value", disable=not sys.stderr.isatty()) as bar:
            for batch in rotate(records.engine, records.vault):
                bar.update(batch.resealed)
                resealed += batch.resealed
                unopened |= dict.fromkeys(batch.unopened)
        counts = values_by_key(records.engine)
    say(f"{_counted(resealed, 'value')} sealed again with {first}.")
    _show(list(unopened))
    for key in records.vault.keys[1:]:
        if not counts[key.name.hex()]:
            say(
                f"Nothing in the database needs {key.name.hex()} any more: take it out of HEARTH_KEYS. "
                "Keep it elsewhere as long as you keep a backup from before now."
            )
    if left := sum(counts.values()) - counts[first]:
        raise RecordsError(
            f"{_counted(left, 'value')} still sealed with another key. Start every server with {first} "
            "first in its list, then run this again."
        )


def back_up(settings: Settings, given: argparse.Namespace) -> None:
    """Write a backup and say what it holds; raise RecordsError then, where its records are not whole."""
    from bot.records.backup import back_up as write
    from bot.records.database import RecordsError

    with _opened(settings) as records:
        file, manifest = write(records, given.folder or settings.data_folder / "backups")
    rows = sum(held.rows for held in manifest.tables.values())
    say(f"{file}: {_counted(rows, 'row')} of {_counted(len(manifest.tables), 'table')}, read back.")
    say("It opens only with the keys, which are not in it: keep them, and not beside it.")
    if manifest.faults:
        _show(manifest.faults)
        raise RecordsError("The backup was made, but what it holds was not whole before. See above.")


def put_back(settings: Settings, given: argparse.Namespace) -> None:
    """Put a backup's records in the place of the present ones, and say where these are."""
    from bot.records.restore import restore as replace_records

    folder = settings.data_folder
    with _opened(settings) as records:
        done = replace_records(records, given.file, folder, over=given.replace, erasures=given.erasures)
    say(f"The records are those of {done.manifest.made_at} (UTC).")
    _show(done.manifest.faults)
    if done.aside:
        say(f"What was there before is in {done.aside}. Delete it when you are sure.")
    if done.erased:
        say(f"{_counted(done.erased, 'person')} erased since then: erased again.")
    elif not done.aside and given.erasures is None:
        say("Who was erased after that is not known here. If anyone was: restore again with --erasures.")


@contextmanager
def _opened(settings: Settings) -> "Iterator[Records]":
    records = wiring.open_records(settings)
    try:
        yield records
    finally:
        records.engine.dispose()


def _show(faults: Sequence[str]) -> None:
    for fault in faults[:_SHOWN]:
        say(fault)
    if len(faults) > _SHOWN:
        say(f"and {len(faults) - _SHOWN:,} more")


def _counted(number: int, one: str) -> str:
    return f"{number:,} {one}{'' if number == 1 else 's'}"
