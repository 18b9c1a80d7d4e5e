"""Measure Slack: from a signed event to its acknowledgement, and to the posted answer, on one core.

    python -m benchmarks.slack_speed

`hearth serve` with the sample runs on the first core, alone; whoever asks, and the stub of Slack's Web API,
on the others. Each connection sends an event, waits for the acknowledgement, then for the answer, then sends
the next. Beside it, in the same run, a bare Bolt app that echoes each message (`--echo PORT API`, for its
own use): it reads nothing, keeps nothing, and shares no connection, as Bolt's own examples do.

Where others use the machine too, the times are theirs as well; the processor's time for an answer is not.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.teams.playground import free_port

_SECRET, _TOKEN = "a-secret-of-the-benchmark", "xoxb-of-the-benchmark"
_QUESTIONS = (
    "can I friend this family?",
    "may I put the logo on my blog?",
    "who puts photos on our page?",
    "can I gamble on the office computer?",
)
_ROUNDS = ((1, 60), (16, 480), (64, 640))


@dataclass
class Slack:
    """The stub of the Web API: says yes at once, and notes when something was posted in a conversation."""

    answered: dict[str, asyncio.Future[float]] = field(default_factory=dict)

    async def call(self, request: web.Request) -> web.Response:
        """Answer a call."""
        given = await (request.json() if request.content_type == "application/json" else request.post())
        method = request.match_info["method"]
        if method == "conversations.open":
            return web.json_response({"ok": True, "channel": {"id": "D" + str(given["users"])}})
        if method == "chat.postMessage":
            waiting = self.answered.get(str(given["channel"]))
            if waiting is not None and not waiting.done():
                waiting.set_result(time.perf_counter())
            return web.json_response({"ok": True, "ts": "1.1", "channel": given["channel"]})
        bot = {"user_id": "U0BOT", "bot_id": "B0BOT", "team_id": "T1", "url": "https://x.slack.com/"}
        return web.json_response({"ok": True, **bot})


@dataclass(frozen=True, slots=True)
class Times:
    """What was measured at one number of connections, in seconds."""

    acknowledged: Sequence[float]
    answered: Sequence[float]
    took: float
    processor: float
    again: int


def main() -> None:
    """Print the table, or echo for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--echo", nargs=2, metavar=("PORT", "API"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.echo:
        _echo(int(given.echo[0]), given.echo[1])
        return
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, set(cores[1:] or cores))
    asyncio.run(_measure(cores[0]))


async def _measure(core: int) -> None:
    slack, port = Slack(), free_port()
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.call)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    api = f"http://127.0.0.1:{port}/api/"
    with tempfile.TemporaryDirectory() as folder:
        for name, run in (("Hearth", _hearth(core, api, Path(folder))), ("bare Bolt echo", _bare(core, api))):
            with run as (process, address):
                await _until_up(address)
                await _round(slack, process, address, 4, 40)  # warm
                for connections, events in _ROUNDS:
                    _say(name, connections, await _round(slack, process, address, connections, events))
    await runner.cleanup()


async def _sent(session: aiohttp.ClientSession, address: str, body: bytes) -> bool:
    """Send an event; False where it was not recorded in time, and is to be sent again."""
    async with session.post(f"{address}/slack/events", data=body, headers=_signed(body)) as answer:
        if answer.status != 503:
            answer.raise_for_status()
        return answer.status == 200


async def _round(slack: Slack, process: int, address: str, connections: int, events: int) -> Times:
    acknowledged: list[float] = []
    answered: list[float] = []
    again: list[int] = []
    numbers = iter(range(events))

    async def ask(session: aiohttp.ClientSession) -> None:
        for number in numbers:
            user = f"U{connections}X{events}X{number}"
            slack.answered[f"D{user}"] = waiting = asyncio.get_running_loop().create_future()
            body = _event(user, number)
            began = time.perf_counter()
            while not await _sent(session, address, body):
                again.append(number)
            acknowledged.append(time.perf_counter() - began)
            answered.append(await asyncio.wait_for(waiting, 60) - began)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=connections)) as session:
        began, used = time.perf_counter(), _processor_time(process)
        await asyncio.gather(*(ask(session) for _ in range(connections)))
        took = time.perf_counter() - began
    return Times(acknowledged, answered, took, _processor_time(process) - used, len(again))


def _processor_time(process: int) -> float:
    """Return the seconds of processor that a process has used (proc(5), stat: utime and stime)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _event(user: str, number: int) -> bytes:
    said = {
        "type": "message",
        "channel_type": "im",
        "channel": f"D{user}",
        "user": user,
        "text": _QUESTIONS[number % len(_QUESTIONS)],
        "ts": f"1712.{number:06}",
    }
    bot = [{"team_id": "T1", "user_id": "U0BOT", "is_bot": True}]
    envelope = {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{user}", "event": said}
    return json.dumps({**envelope, "authorizations": bot}).encode()


def _signed(body: bytes) -> dict[str, str]:
    moment = str(int(time.time()))
    signature = SignatureVerifier(_SECRET).generate_signature(timestamp=moment, body=body) or ""
    return {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": moment,
        "X-Slack-Signature": signature,
    }


@contextmanager
def _hearth(core: int, api: str, folder: Path) -> Iterator[tuple[int, str]]:
    port = free_port()
    own = {
        "HEARTH_DATA": str(folder / "data"),
        "HEARTH_PORT": str(free_port()),
        "HEARTH_PUBLIC_PORT": str(port),
        "HEARTH_SLACK_TOKEN": _TOKEN,
        "HEARTH_SLACK_SIGNING_SECRET": _SECRET,
        "HEARTH_SLACK_API": api,
        "HEARTH_LOG_LEVEL": "error",
    }
    command = [str(Path(sys.executable).with_name("hearth")), "serve"]
    with _running(core, command, {**os.environ, **own}) as process:
        yield process, f"http://127.0.0.1:{port}"


@contextmanager
def _bare(core: int, api: str) -> Iterator[tuple[int, str]]:
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.slack_speed", "--echo", str(port), api]
    with _running(core, command, dict(os.environ)) as process:
        yield process, f"http://127.0.0.1:{port}"


@contextmanager
def _running(core: int, command: Sequence[str], environment: dict[str, str]) -> Iterator[int]:
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - ours
        os.sched_setaffinity(process.pid, {core})
        try:
            yield process.pid
        finally:
            process.terminate()


async def _until_up(address: str) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "up"}).encode()
    async with aiohttp.ClientSession() as session:
        for _ in range(600):
            try:
                async with session.post(
                    f"{address}/slack/events", data=body, headers=_signed(body)
                ) as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
    raise RuntimeError("the server did not start")


def _echo(port: int, api: str) -> None:
    """Serve the bare Bolt app, as its examples show it."""
    from slack_bolt.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    app = AsyncApp(client=AsyncWebClient(token=_TOKEN, base_url=api), signing_secret=_SECRET)

    @app.event("message")
    async def echo(event: dict[str, Any], say: Any) -> None:
        await say(event["text"])

    web.run_app(app.web_app(), host="127.0.0.1", port=port, print=None)


def _say(name: str, connections: int, times: Times) -> None:
    rate = len(times.answered) / times.took
    each = 1000 * times.processor / len(times.answered)
    print(f"{name}, {connections} connections: {rate:.0f} answered a second, {each:.1f} ms of processor each")
    print(f"    event to acknowledgement {_percentiles(times.acknowledged)}; {times.again} sent again")
    print(f"    event to posted answer   {_percentiles(times.answered)}", flush=True)


def _percentiles(values: Sequence[float]) -> str:
    cuts = statistics.quantiles(values, n=100)
    return ", ".join(f"p{share} {1000 * cuts[share - 1]:.1f} ms" for share in (50, 95, 99))


if __name__ == "__main__":
    main()
