"""Measure Teams: a signed activity to its acknowledgement and to the answer, beside a bare echo of the SDK.

    python -m benchmarks.teams_speed

Hearth and the echo each run in a process of their own on one core (tokens verified, records on SQLite, the
real reader answering); this process plays Teams on the others: it signs, posts, and takes the answers. Each
connection posts the next activity when the one before it is answered.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from adapters.teams.door import PATH
from tests.teams.caller import Tokens, activity, public_half

_CONNECTIONS = ((1, 60), (16, 480), (64, 640))
_QUESTIONS = (
    "as a volunteer, can I friend a family I support on facebook?",
    "as a volunteer, may I put the logo on my blog?",
    "I'm staff. who puts photos on our page?",
    "I'm staff. can I gamble on the office computer?",
)
_KINDS = {
    "hearth": "Hearth, all of it",
    "echo": "bare echo of botbuilder-core",
    "patched": "the same, its retry policy patched",
}


@dataclass
class Microsoft:
    """Plays Microsoft's services: keys, tokens, and the connector, which notes when an answer came."""

    port: int = 0
    answers: dict[str, "asyncio.Future[float]"] = field(default_factory=dict)
    taken: int = 0

    def app(self) -> web.Application:
        """Return the services as an application."""
        app = web.Application()
        app.router.add_get("/v1/.well-known/openidconfiguration", self._metadata)
        app.router.add_get("/keys", self._keys)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_post("/v3/conversations/{id}/activities", self._answered)
        app.router.add_post("/v3/conversations/{id}/activities/{name}", self._answered)
        return app

    @property
    def base(self) -> str:
        """The services' address."""
        return f"http://127.0.0.1:{self.port}"

    async def _metadata(self, _request: web.Request) -> web.Response:
        return web.json_response({"jwks_uri": f"{self.base}/keys"})

    async def _keys(self, _request: web.Request) -> web.Response:
        return web.json_response({"keys": [public_half("k1")]})

    async def _token(self, _request: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "expires_in": 3600})

    async def _answered(self, request: web.Request) -> web.Response:
        await request.read()
        waiting = self.answers.get(request.match_info["id"])
        if waiting is not None and not waiting.done():
            waiting.set_result(time.perf_counter())
        self.taken += 1
        return web.json_response({"id": f"n{self.taken}"})


def main() -> None:
    """Print the table, or be one of the processes that are measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--be", nargs=3, metavar=("KIND", "SERVICES", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.be:
        from benchmarks.teams_served import be

        be(*given.be)
        return
    asyncio.run(_measured())


async def _measured() -> None:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[1:])
    print("kind, connections: acknowledged p50/p95/p99 ms, answered p50/p95/p99 ms,", end=" ")
    print("answers a second, processor ms each")
    services = Microsoft()
    runner = web.AppRunner(services.app(), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    services.port = runner.addresses[0][1]
    for kind, name in _KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            async with _running(kind, services, Path(folder), cores[0]) as (port, pid):
                for connections, count in _CONNECTIONS:
                    used = _processor_seconds(pid)
                    told = await _load(services, port, connections, count)
                    used = (_processor_seconds(pid) - used) * 1000 / count
                    print(f"{name}, {connections}: {told}, {used:.1f}", flush=True)
    await runner.cleanup()


@asynccontextmanager
async def _running(kind: str, services: Microsoft, folder: Path, core: int) -> AsyncIterator[tuple[int, int]]:
    command = [sys.executable, "-m", "benchmarks.teams_speed", "--be", kind, services.base, str(folder)]
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "HEARTH_CORE": str(core)},
    )
    assert process.stdout is not None  # noqa: S101 - a pipe was asked for
    assert process.stdin is not None  # noqa: S101 - a pipe was asked for
    port = int(await process.stdout.readline())
    await _load(services, port, 4, 40)  # warm: keys fetched, models loaded
    try:
        yield port, process.pid
    finally:
        process.stdin.close()
        await process.wait()


async def _load(services: Microsoft, port: int, connections: int, count: int) -> str:
    tokens, numbers = Tokens(services.base), itertools.count()
    header = tokens.header()
    address = f"http://127.0.0.1:{port}{PATH}"
    acknowledged: list[float] = []
    answered: list[float] = []
    refused: list[int] = []

    async def one(session: aiohttp.ClientSession, who: int) -> None:
        while (number := next(numbers)) < count:
            said: dict[str, Any] = activity(
                services.base, who=f"person-{who}", text=_QUESTIONS[number % len(_QUESTIONS)]
            )
            came = services.answers[said["conversation"]["id"]] = asyncio.get_running_loop().create_future()
            began = time.perf_counter()
            while True:  # what was not taken in time is sent again, as Teams does
                posted = time.perf_counter()
                async with session.post(address, json=said, headers=header) as answer:
                    await answer.read()
                acknowledged.append(time.perf_counter() - posted)
                if answer.status in (200, 201):
                    break
                refused.append(answer.status)
            answered.append(await asyncio.wait_for(came, 60) - began)

    began = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(one(session, who) for who in range(connections)))
    rate = count / (time.perf_counter() - began)
    return f"{_told(acknowledged)}, {_told(answered)}, {rate:.0f}{_refused(refused)}"


def _processor_seconds(pid: int) -> float:
    """Return how much of the processor a process has used: other programs beside it do not change that."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _refused(statuses: Sequence[int]) -> str:
    return f" ({len(statuses)} sent again)" if statuses else ""


def _told(seconds: Sequence[float]) -> str:
    cut = statistics.quantiles(seconds, n=100, method="inclusive")
    return "/".join(f"{cut[place - 1] * 1000:.0f}" for place in (50, 95, 99))


if __name__ == "__main__":
    main()
