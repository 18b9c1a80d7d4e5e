"""Turns: what is done side by side in this process, each conversation's one at a time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from weakref import WeakValueDictionary

Act = Callable[[], None]


class Turns:
    """Does acts, those of one lane one at a time, whoever asks for them."""

    def __init__(self, side_by_side: int) -> None:
        self._threads = ThreadPoolExecutor(side_by_side, thread_name_prefix="hearth-work")
        self._locks: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
        self._waiting: set[tuple[str, str]] = set()
        self._guard = threading.Lock()

    def take(self, lane: str, act: Act) -> None:
        """Do an act once it has its turn."""
        with self._guard:
            lock = self._locks.setdefault(lane, threading.Lock())
        with lock:
            act()

    def begin(self, lane: str, name: str, act: Act) -> None:
        """Have an act done in a thread; one of that name that has not yet begun will do for both.

        After `close` nothing is begun.
        """
        with self._guard:
            if (lane, name) in self._waiting:
                return
            self._waiting.add((lane, name))

        def begun() -> None:
            with self._guard:
                self._waiting.discard((lane, name))
            act()

        with suppress(RuntimeError):  # closed
            self._threads.submit(self.take, lane, begun)

    def close(self) -> None:
        """Begin nothing any more; what is under way goes on."""
        self._threads.shutdown(wait=False, cancel_futures=True)
