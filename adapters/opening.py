"""Opening the records for a command: looked at first, and closed after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapters import main as wiring
from adapters.settings import Settings

if TYPE_CHECKING:
    from bot.records.store import Records


@contextmanager
def opened(settings: Settings) -> "Iterator[Records]":
    """Give the records of a database that is up to date, with the keys that open them.

    A command may be the first thing that is done in a new installation: the organisation is made here.
    Raises what `adapters.main.open_records` does, and RecordsError for a database that is behind.
    """
    from bot.records.keys import check_keys
    from bot.records.migrate import require_current

    records = wiring.open_records(settings)
    try:
        require_current(records.engine)
        check_keys(records.engine, records.vault)
        wiring.found_organisation(settings, records)
        yield records
    finally:
        records.engine.dispose()
