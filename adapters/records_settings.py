"""Settings of the records: which database, which keys, and which worker this process is."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.records.vault import Key, UnusableKey, new_key, read_keys

NAMES = ("HEARTH_DATABASE", "HEARTH_KEYS", "HEARTH_WORKER")
DATABASE_FILE = "hearth.db"
KEY_FILE = "keys"
_SLOT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,40}")


@dataclass(frozen=True, slots=True)
class RecordsSettings:
    """Where and how records are kept.

    `database` is a SQLAlchemy URL, None for a file in the data folder. `keys` is empty where none is set.
    `worker` is the slot of this process.
    """

    database: str | None = None
    keys: tuple[Key, ...] = ()
    worker: str = "serve"

    def url(self, data_folder: Path) -> str:
        """Return the database's URL."""
        return self.database or f"sqlite:///{data_folder / DATABASE_FILE}"


def records_settings_from(environment: Mapping[str, str]) -> RecordsSettings:
    """Return the settings; raise ValueError, with the setting's name, for one that cannot be used."""
    worker = environment.get("HEARTH_WORKER") or "serve"
    if not _SLOT.fullmatch(worker):
        raise ValueError(
            "HEARTH_WORKER: give a name of letters, digits, points and dashes, such as worker.1."
        )
    try:
        keys = read_keys(environment.get("HEARTH_KEYS") or "")
    except UnusableKey as error:
        raise ValueError(f"HEARTH_KEYS: {error}.") from error
    return RecordsSettings(environment.get("HEARTH_DATABASE") or None, keys, worker)


def kept_key(data_folder: Path) -> tuple[Key, ...]:
    """Return the key kept in the data folder, made the first time: for trying Hearth out on one machine.

    Raises OSError where the folder cannot be written, UnusableKey where the file holds something else.
    """
    file = data_folder / KEY_FILE
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_keys(file.read_text(encoding="ascii", errors="replace"))
    with os.fdopen(descriptor, "w", encoding="ascii") as made:
        made.write(new_key() + "\n")
        made.flush()
        os.fsync(made.fileno())
    return read_keys(file.read_text(encoding="ascii"))
