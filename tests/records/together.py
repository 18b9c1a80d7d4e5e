"""Doing things at the same moment, each in its own thread."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.records.database import RecordsUnavailable

_Result = TypeVar("_Result")
_TRIES = 5


def at_once(*doings: Callable[[], _Result]) -> list[_Result]:
    """Do all at the same moment and return what came of each; one that found the records busy tries again."""
    ready = threading.Barrier(len(doings))

    def do(doing: Callable[[], _Result]) -> _Result:
        ready.wait(timeout=30)
        for _ in range(_TRIES - 1):
            try:
                return doing()
            except RecordsUnavailable:
                continue
        return doing()

    with ThreadPoolExecutor(len(doings)) as threads:
        return list(threads.map(do, doings))
