"""A stand-in for Microsoft's services in a process of its own: keys, the app's token, the connector.

    python -m tests.teams.microsoft      prints its port; ends when standard input does

Tests sign with keys of their own, whose public halves they give to `/_control/keys`. What was asked of the
connector is told by `/_control/log`; `/_control/faults` says what goes wrong with the calls to come.
"""

import asyncio
import itertools
import json
import sys
from typing import Any

from aiohttp import web

TOKEN = "a-token-of-the-app"  # noqa: S105 - good at the stand-in alone


class Microsoft:
    """The services, and what was asked of them."""

    def __init__(self) -> None:
        self.keys: list[Any] = []
        self.log: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []
        self.file_faults: list[int] = []
        self.fetched = 0
        self.port = 0
        self._numbers = itertools.count(1)

    def app(self) -> web.Application:
        """Return the application."""
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_get("/v1/.well-known/openidconfiguration", self.metadata)
        app.router.add_get("/keys", self.jwks)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self.token)
        app.router.add_post("/v3/conversations", self.begin)
        app.router.add_post("/v3/conversations/{id}/activities", self.activity)
        app.router.add_put("/v3/conversations/{id}/activities/{name}", self.activity)
        app.router.add_delete("/v3/conversations/{id}/activities/{name}", self.activity)
        app.router.add_put("/files/{name}", self.put_file)
        app.router.add_get("/files/{name}", self.get_file)
        app.router.add_post("/_control/{what}", self.set)
        app.router.add_get("/_control/log", self.told)
        return app

    async def metadata(self, _request: web.Request) -> web.Response:
        """Say where the keys are."""
        return web.json_response({"jwks_uri": f"http://127.0.0.1:{self.port}/keys"})

    async def jwks(self, _request: web.Request) -> web.Response:
        """Give the keys."""
        self.fetched += 1
        return web.json_response({"keys": self.keys})

    async def token(self, request: web.Request) -> web.Response:
        """Give the app a token, if it knows its password."""
        form = await request.post()
        if form.get("client_secret") != "right":
            return web.json_response({"error": "invalid_client"}, status=401)
        return web.json_response({"access_token": TOKEN, "expires_in": 3600})

    async def begin(self, request: web.Request) -> web.Response:
        """Begin a private conversation."""
        wanted = await request.json()
        self.log.append({"what": "begin", "body": wanted})
        return await self._faulty() or web.json_response({"id": f"a:{wanted['members'][0]['id']}"})

    async def activity(self, request: web.Request) -> web.Response:
        """Take an activity."""
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({}, status=401)
        fault = await self._faulty()
        if fault is not None and fault.headers.get("X-Kept") != "yes":
            return fault
        entry = {"what": request.method, "to": request.match_info["id"], "body": _json(await request.read())}
        entry["name"] = request.match_info.get("name") or f"n{next(self._numbers)}"
        self.log.append(entry)
        return fault or web.json_response({"id": entry["name"]})

    async def _faulty(self) -> web.Response | None:
        """Return the fault that comes next; it may wait, and may keep the activity all the same."""
        if not self.faults:
            return None
        fault = self.faults.pop(0)
        await asyncio.sleep(fault.get("seconds", 0))
        if "status" not in fault:
            return None
        headers = {**fault.get("headers", {}), **({"X-Kept": "yes"} if fault.get("kept") else {})}
        return web.json_response(fault.get("body", {}), status=fault["status"], headers=headers)

    async def put_file(self, request: web.Request) -> web.Response:
        """Take a file, unless a status is set that comes before."""
        if self.file_faults:
            return web.Response(status=self.file_faults.pop(0))
        body = await request.read()
        where = request.headers.get("Content-Range")
        self.log.append({"what": "file", "size": len(body), "range": where, "begins": body[:5].decode()})
        return web.Response(status=201)

    async def get_file(self, request: web.Request) -> web.Response:
        """Give a file of as many bytes as its name says."""
        return web.Response(body=b"x" * int(request.match_info["name"]))

    async def set(self, request: web.Request) -> web.Response:
        """Set keys or faults, or begin a new log."""
        what = request.match_info["what"]
        given = await request.json()
        setattr(self, what, given)
        return web.Response()

    async def told(self, _request: web.Request) -> web.Response:
        """Tell what was asked."""
        return web.json_response({"log": self.log, "fetched": self.fetched})


def _json(body: bytes) -> Any:
    return json.loads(body) if body else None


async def main() -> None:
    """Serve until standard input ends."""
    services = Microsoft()
    runner = web.AppRunner(services.app(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    services.port = runner.addresses[0][1]
    sys.stdout.write(f"{services.port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
