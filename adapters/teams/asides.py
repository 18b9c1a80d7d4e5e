"""What goes on beside the answers: nobody waits for it, and what may pass is tried again."""

import asyncio
import logging
from collections.abc import Callable

from bot.channel import TryLater, Undeliverable
from bot.faults import told

log = logging.getLogger(__name__)

# Pauses (seconds) before the tries that follow; Teams may ask for a longer one.
PAUSES = (1.0, 5.0, 20.0)
LONGEST_PAUSE = 60.0

Act = Callable[[], object]


class Asides:
    """Runs acts in threads. After `finish` there are no more pauses: what is left is tried once."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()

    def begin(self, event: str, act: Act, failed: Act | None = None) -> None:
        """Do something that came of an event; if it fails for good the log says so, and `failed` is done."""
        task = asyncio.get_running_loop().create_task(self._run(event, act, failed))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def finish(self) -> None:
        """Wait for what was begun."""
        self._ending.set()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _run(self, event: str, act: Act, failed: Act | None) -> None:
        try:
            if await self._done(event, act) or failed is None:
                return
            await asyncio.to_thread(failed)
        except Exception as error:  # noqa: BLE001 - nobody else would hear of it
            log.error("teams.aside.failed", extra={"event": event, **told(error)})  # noqa: TRY400 - no words of it

    async def _done(self, event: str, act: Act) -> bool:
        for pause in (*PAUSES, None):
            try:
                await asyncio.to_thread(act)
            except TryLater as fault:
                if pause is None or self._ending.is_set():
                    return _gave_up(event, fault.fault)
                await self._rest(min(max(pause, fault.after or 0), LONGEST_PAUSE))
            except Undeliverable as fault:
                return _gave_up(event, fault.fault)
            else:
                return True
        return False

    async def _rest(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._ending.wait()
        except TimeoutError:
            pass


def _gave_up(event: str, fault: str) -> bool:
    log.warning("teams.aside.failed", extra={"event": event, "fault": fault})
    return False
