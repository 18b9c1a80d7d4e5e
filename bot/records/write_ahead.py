"""Bringing what was committed to a SQLite file onto the disk: once for all changes that wait for it.

SQLite itself does so within each commit ("PRAGMA synchronous=FULL"), while every other writer waits: the disk
takes several times as long as the change. With "NORMAL" a commit only writes to the log beside the file; it
survives a power cut once that log is on the disk, and so does every commit before it ("Write-Ahead Logging",
sections 2 and 3). That is waited for here, with the way free for the next writer.
"""

import os
import threading
from contextlib import suppress
from pathlib import Path


class Log:
    """The log of one file, in one process."""

    def __init__(self, file: str) -> None:
        self._file = Path(f"{file}-wal")
        self._lock = threading.Lock()
        self._written = self._safe = 0
        self._entered: int | None = None

    def wrote(self) -> int:
        """Note that a change was committed, before the next one is; return its number."""
        self._written += 1
        return self._written

    def keep(self, number: int) -> None:
        """Return once the change of this number survives a power cut; raise OSError where the disk fails."""
        with self._lock:
            if self._safe >= number:
                return
            written = self._written
            # It is gone only once all of it is in the file, and that on the disk.
            with suppress(FileNotFoundError):
                self._onto_disk()
            self._safe = written

    def _onto_disk(self) -> None:
        log = os.open(self._file, os.O_RDONLY)
        try:
            os.fsync(log)
            entry = os.fstat(log).st_ino
        finally:
            os.close(log)
        if entry != self._entered:  # a new file, whose name too must be there after a power cut
            folder = os.open(self._file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
            self._entered = entry
