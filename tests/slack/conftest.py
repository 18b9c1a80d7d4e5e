"""Slack's Web API as a stub with faults, and the way in as it is served."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from adapters.public import create_public_app
from adapters.slack.branch import Branch
from adapters.slack.platform import Slack
from adapters.slack.settings import SlackSettings
from bot.records.database import RecordsUnavailable
from bot.records.store import Records
from bot.records.tables import Event
from tests.records.conftest import NotedJobs
from tests.records.stage import all_of
from tests.slack.client import SECRET, TEAM, TOKEN
from tests.web.desk import make_database, records_at

Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class SlackStub:
    """A Web API that notes what it is asked, and fails as it is told to.

    `faults` are for the posts to come, one each: a status, Slack's word for an error, "reset" (the connection
    is cut without an answer), "silence" (no answer comes), or either of both after "posted, then ".
    `refused` are methods to which it says no, with its word for why. `meanwhile` is done while a method is
    answered. `granted` are the scopes of the tokens.
    """

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    posted: list[dict[str, Any]] = field(default_factory=list)
    faults: deque[int | str] = field(default_factory=deque)
    refused: dict[str, str] = field(default_factory=dict)
    granted: str = "chat:write"
    meanwhile: dict[str, Callable[[], object]] = field(default_factory=dict)
    connections: set[Any] = field(default_factory=set)
    base: str = ""

    @property
    def api(self) -> str:
        """The address of the API."""
        return f"{self.base}/api/"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a call."""
        peer = request.transport.get_extra_info("peername") if request.transport else None
        self.connections.add(peer)
        method = request.match_info["method"]
        given = dict(request.query) if request.method == "GET" else await _given(request)
        self.calls.append((method, given))
        if method in self.meanwhile:
            await asyncio.to_thread(self.meanwhile[method])
        if method in self.refused:
            return web.json_response({"ok": False, "error": self.refused[method]})
        if method == "chat.postMessage":
            return await self._post(request, given)
        if (answers := _ANSWERS.get(method)) is not None:
            return web.json_response({"ok": True, **answers}, headers={"x-oauth-scopes": self.granted})
        if method == "conversations.history":
            return web.json_response({"ok": True, "messages": self.posted[: -int(given["limit"]) - 1 : -1]})
        if method == "conversations.replies":
            return web.json_response({"ok": True, **self._replies(given)})
        return web.json_response({"ok": False, "error": "unknown_method"})

    async def respond(self, request: web.Request) -> web.Response:
        """Take what is said to a response_url."""
        self.calls.append(("response_url", await request.json()))
        return web.Response()

    async def _post(self, request: web.Request, given: dict[str, Any]) -> web.StreamResponse:
        fault = self.faults.popleft() if self.faults else None
        if fault == "reset":
            return await self._cut(request)
        if fault == "silence":
            return await self._never(request)
        if isinstance(fault, int):
            return web.json_response({"ok": False}, status=fault, headers={"Retry-After": "7"})
        if isinstance(fault, str) and not fault.startswith(("posted", "silence")):
            return web.json_response({"ok": False, "error": fault})
        self.posted.append({**given, "ts": f"1712.{len(self.posted):06}"})
        if fault:
            return await (self._never(request) if str(fault).endswith("silence") else self._cut(request))
        return web.json_response({"ok": True, "ts": self.posted[-1]["ts"], "channel": given["channel"]})

    def _replies(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return one page of a thread, as Slack does: the oldest first, and where the next begins."""
        begin, end = int(given.get("cursor") or 0), int(given.get("cursor") or 0) + int(given["limit"])
        more = str(end) if end < len(self.posted) else ""
        return {"messages": self.posted[begin:end], "response_metadata": {"next_cursor": more}}

    async def _never(self, request: web.Request) -> web.Response:
        await asyncio.sleep(0.6)  # longer than the tests wait
        return await self._cut(request)

    async def _cut(self, request: web.Request) -> web.Response:
        if request.transport is None:  # whoever asked is gone
            return web.Response()
        request.transport.abort()
        return web.Response()


_ANSWERS: dict[str, dict[str, Any]] = {
    "chat.postEphemeral": {"message_ts": "1712.000001"},
    "conversations.open": {"channel": {"id": "D0VOLUNTEER"}},
    "auth.test": {
        "team_id": TEAM,
        "user_id": "U0HEARTH",
        "bot_id": "B0HEARTH",
        "url": "https://x.slack.com/",
    },
    "oauth.v2.access": {
        "app_id": "A0HEARTH",
        "access_token": "xoxb-new",
        "token_type": "bot",
        "scope": "chat:write",
        "bot_user_id": "U0HEARTH",
        "team": {"id": "T02OTHER", "name": "Other"},
        "authed_user": {"id": "U0ADMIN"},
    },
    "views.publish": {},
    "auth.revoke": {"revoked": True},
    "apps.connections.open": {"url": "wss://x.slack.com/"},
    "assistant.threads.setStatus": {},
    "assistant.threads.setSuggestedPrompts": {},
}


async def _given(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        body: dict[str, Any] = await request.json()
        return body
    return {name: str(value) for name, value in (await request.post()).items()}


@pytest.fixture
def slack() -> Iterator[SlackStub]:
    """The stub, served on a thread of its own."""
    stub, loop = SlackStub(), asyncio.new_event_loop()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", stub.answer)
    app.router.add_post("/respond", stub.respond)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    loop.run_until_complete(runner.setup())
    site = web.TCPSite(runner, "127.0.0.1", 0)
    loop.run_until_complete(site.start())
    stub.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield stub
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def settings(slack: SlackStub) -> SlackSettings:
    """The settings of an app in one workspace, by HTTP."""
    return SlackSettings(SECRET, TOKEN, api=slack.api)


@pytest.fixture
def jobs() -> NotedJobs:
    """The jobs that were enqueued."""
    return NotedJobs()


@pytest.fixture
def records(tmp_path: Path, jobs: NotedJobs) -> Iterator[Records]:
    """Records of one organisation, all tables empty."""
    file = tmp_path / "hearth.db"
    make_database(file)
    with records_at(file, jobs) as records:
        yield records


class Away(Records):
    """Records whose database is away."""

    def changing(self) -> Any:
        """Fail as the real ones do."""
        raise RecordsUnavailable("away")


def away(records: Records) -> Records:
    """Return records whose database is away."""
    return Away(records.engine, records.vault, records.jobs, records.organisation, records.now)


async def accepted(records: Records) -> list[str]:
    """Return the ids of the events that were accepted."""
    return [event.id for event in await asyncio.to_thread(all_of, records, Event)]


Client = TestClient[Any, Any]
Open = Callable[..., Awaitable[Client]]


@pytest.fixture
async def open_door(
    records: Records, settings: SlackSettings, aiohttp_client: Callable[..., Awaitable[Client]]
) -> Open:
    """Open the way in as it is served."""

    async def opened(of: Records = records, using: SlackSettings = settings, **how: Any) -> Client:
        pane = how.pop("pane", False)
        platform = Slack([Branch(of, using, **how)], pane=pane)
        app = create_public_app(platform.routes())

        async def stop(_app: object) -> None:
            await platform.stop()

        app.on_cleanup.append(stop)
        return await aiohttp_client(app)

    return opened


def noted(stub: SlackStub, method: str) -> list[dict[str, Any]]:
    """Return with what a method was called."""
    return [json.loads(json.dumps(given)) for name, given in stub.calls if name == method]
