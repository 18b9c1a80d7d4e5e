"""Slack's side of Socket Mode, which gives each connection an address that works once."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.teams.playground import free_port


@dataclass
class SocketStub:
    """Takes connections, sends envelopes and notes which were acknowledged.

    `away` while nobody answers at the Web API; `broken` is how many connections to come are refused, with
    which their addresses are used up.
    """

    port: int = field(default_factory=free_port)
    away: bool = False
    broken: int = 0
    addresses: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    connected: threading.Event = field(default_factory=threading.Event)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _good: set[str] = field(default_factory=set)
    _sockets: list[web.WebSocketResponse] = field(default_factory=list)

    @property
    def api(self) -> str:
        """The address of the Web API."""
        return f"http://127.0.0.1:{self.port}/api/"

    def send(self, envelope: str, payload: Any) -> None:
        """Send an envelope with an event on the newest connection."""
        told = {"type": "events_api", "envelope_id": envelope, "payload": payload}
        self._do(self._sockets[-1].send_json(told))

    def drop(self) -> None:
        """End the newest connection, as Slack does every few hours."""
        self.connected.clear()
        self._do(self._sockets[-1].close())

    @contextmanager
    def serving(self) -> Iterator["SocketStub"]:
        """Serve for as long as the block runs."""
        app = web.Application()
        app.router.add_post("/api/{method}", self._answer)
        app.router.add_get("/socket/{ticket}", self._connect)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        self._do(runner.setup())
        self._do(web.TCPSite(runner, "127.0.0.1", self.port).start())
        try:
            yield self
        finally:
            self._do(runner.cleanup())
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    async def _answer(self, request: web.Request) -> web.Response:
        if self.away:
            return web.Response(status=503)
        if request.match_info["method"] != "apps.connections.open":
            return web.json_response({"ok": True})
        ticket = str(len(self.addresses))
        self._good.add(ticket)
        self.addresses.append(f"ws://127.0.0.1:{self.port}/socket/{ticket}")
        return web.json_response({"ok": True, "url": self.addresses[-1]})

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.match_info["ticket"]
        if ticket not in self._good or self.broken:
            self._good.discard(ticket)
            self.broken = max(self.broken - 1, 0)
            return web.Response(status=401)
        self._good.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.append(socket)
        self.connected.set()
        async for message in socket:
            self.acknowledged.append(message.json()["envelope_id"])
        return socket

    def _do(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)
