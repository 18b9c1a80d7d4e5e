"""The bell: tells the pages of this process that there is something new, whichever thread wrote it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Bell:
    """Rung by whoever wrote to a conversation, heard by the pages in which it is open.

    Who writes in another process cannot ring it: see `adapters.web.look`.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: dict[asyncio.Event, tuple[str, asyncio.AbstractEventLoop]] = {}

    def ring(self, conversation: str) -> None:
        """Wake the pages of a conversation; for any thread, once what they are to see is committed."""
        with self._lock:
            for rung, (heard, loop) in self._heard.items():
                if heard == conversation:
                    loop.call_soon_threadsafe(rung.set)

    @contextmanager
    def listening(self, conversation: str) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever it rings for a conversation, for as long as the block runs."""
        rung = asyncio.Event()
        with self._lock:
            self._heard[rung] = (conversation, asyncio.get_running_loop())
        try:
            yield rung
        finally:
            with self._lock:
                del self._heard[rung]

    def conversations(self) -> frozenset[str]:
        """Return the conversations that are open in a page."""
        with self._lock:
            return frozenset(conversation for conversation, _ in self._heard.values())
