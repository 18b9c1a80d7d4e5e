"""Presses of a button that come right after each other: a double click is one press."""

import time
from collections import OrderedDict
from collections.abc import Hashable

# A pressed row is replaced within about a second; until then it can be pressed again.
_SECONDS = 2.0
_MOST = 1_000


class Presses:
    """Remembers what was pressed a moment ago; on one thread alone."""

    def __init__(self) -> None:
        self._last: OrderedDict[Hashable, float] = OrderedDict()

    def is_new(self, row: Hashable) -> bool:
        """Note that a row of buttons is pressed, and say whether that is no double click."""
        now, before = time.monotonic(), self._last.pop(row, None)
        self._last[row] = now
        while len(self._last) > _MOST:
            self._last.popitem(last=False)
        return before is None or now - before > _SECONDS

    def forget(self, row: Hashable) -> None:
        """Take it that a row was not pressed: it could not be recorded, and may be pressed again at once."""
        self._last.pop(row, None)
