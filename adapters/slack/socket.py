"""Socket Mode: Hearth calls Slack, and Slack's events come back by that connection."""

import asyncio
import logging
from contextlib import suppress

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient

log = logging.getLogger(__name__)

AT_FIRST = 5.0  # seconds for which a start waits for the connection; then it goes on being tried
LOOK_EVERY = 20.0  # seconds
TRY_EVERY = 10.0  # seconds, also between pings


class Socket:
    """Keeps a connection to Slack up for as long as it is listened to."""

    def __init__(self, app: AsyncApp, token: str) -> None:
        self._handler = AsyncSocketModeHandler(
            app, token, logger=log, web_client=app.client, ping_interval=TRY_EVERY
        )
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    async def start(self) -> None:
        """Connect; while Slack is away it is tried again and again, and nobody waits for that."""
        connecting = asyncio.create_task(self._connect())
        self._tasks = (connecting, asyncio.create_task(self._watch(self._handler.client)))
        await asyncio.wait({connecting}, timeout=AT_FIRST)

    async def stop(self) -> None:
        """End the connection."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        await self._handler.close_async()  # type: ignore[no-untyped-call]  # Bolt has no types there

    async def _connect(self) -> None:
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # as above

    async def _watch(self, client: SocketModeClient) -> None:
        """Say when the connection is lost and when it is back.

        An address of Slack's works once, and soon no more; the SDK tries the one that it has for ever. So it
        is made to ask for a new one.
        """
        up = True
        while True:
            await asyncio.sleep(LOOK_EVERY)
            was, up = up, client.current_session is not None and not client.current_session.closed
            if not up:
                client.wss_uri = None
            if was and not up:
                log.warning("slack.socket.lost")
            elif up and not was:
                log.warning("slack.socket.back")
