"""Whether the clock has gone on evenly of late. While it has not, nothing is let go by its word."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

# How long the clock must have gone on evenly to be trusted. It begins anew when a worker starts or wakes, for
# what waited while all were off is old by then and not yet done.
SETTLED_SECONDS = 120
_UNEVEN_SECONDS = 60


@dataclass
class Steadiness:
    """Watches a clock beside the machine's own count of seconds, which nobody sets. Ask it often."""

    now: Callable[[], datetime]
    ticks: Callable[[], float] = time.monotonic
    _ahead: float | None = None
    _since: float = 0

    def seconds(self) -> float:
        """Return for how many seconds the clock has not jumped, since it was first asked for."""
        ticks = self.ticks()
        ahead = self.now().timestamp() - ticks
        if self._ahead is None or abs(ahead - self._ahead) > _UNEVEN_SECONDS:
            self._ahead, self._since = ahead, ticks
        return ticks - self._since
