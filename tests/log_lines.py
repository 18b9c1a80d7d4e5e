"""The log of a server process, read by a test: configured as a server does it, and put back afterwards."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from adapters import logs
from adapters.log_settings import Level

_CHANGED = ("adapters", "bot", "knowledge", "dbos")


class Written(io.StringIO):
    """What was logged."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        """Say whether this stands for a terminal."""
        return self._terminal

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines, which must be JSON."""
        return [json.loads(line) for line in self.getvalue().splitlines()]

    @property
    def events(self) -> list[str]:
        """The events of the lines."""
        return [line["event"] for line in self.lines]


@contextmanager
def logged(level: Level = "info", *, terminal: bool = False) -> Iterator[Written]:
    """Log as a server process does while the block runs, and give what is written."""
    written = Written(terminal=terminal)
    loggers = [logging.root, *(logging.getLogger(name) for name in _CHANGED)]
    states = [(logger, logger.level, logger.handlers[:], logger.propagate) for logger in loggers]
    hooks = sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning
    logs.configure(level, written)
    try:
        yield written
    finally:
        sys.excepthook, sys.unraisablehook, threading.excepthook, warnings.showwarning = hooks
        for logger, was, handlers, propagate in states:
            logger.setLevel(was)
            logger.handlers[:] = handlers
            logger.propagate = propagate
