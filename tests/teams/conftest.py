"""Microsoft's stand-in, records that fail on the event loop, and the way in."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from aiohttp.test_utils import TestClient

from adapters.public import create_public_app
from adapters.teams.platform import OnTeams, Teams
from bot.records.store import Records
from bot.records.tables import Event
from tests.records.conftest import NotedJobs
from tests.records.stage import all_of
from tests.teams.caller import Settings, Tokens, public_half
from tests.teams.playing import bot_port, client, stage
from tests.teams.services import Services
from tests.web.desk import make_database, records_at

__all__ = ["bot_port", "client", "stage"]


@pytest.fixture(scope="session")
def microsoft_process() -> Iterator[str]:
    """The address of the stand-in."""
    command = [sys.executable, "-m", "tests.teams.microsoft"]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    ) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.communicate(timeout=10)


@pytest.fixture
def microsoft(microsoft_process: str) -> Services:
    """The stand-in, as new, with one key that may sign for Teams."""
    services = Services(microsoft_process, urllib3.PoolManager(retries=False))
    for what in ("log", "faults", "file_faults"):
        services.set(what, [])
    services.set("keys", [public_half("k1"), public_half("skype", ("skype",))])
    return services


@pytest.fixture
def settings(microsoft: Services) -> Settings:
    """The settings of an app that the stand-in knows."""
    return Settings(microsoft.base)


@pytest.fixture
def tokens(microsoft: Services) -> Tokens:
    """Tokens for calls from the stand-in."""
    return Tokens(microsoft.base)


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


async def accepted(records: Records) -> list[str]:
    """Return the ids of the events that were accepted."""
    return [event.id for event in await asyncio.to_thread(all_of, records, Event)]


Client = TestClient[Any, Any]
Open = Callable[..., Awaitable[Client]]


@pytest.fixture
async def open_door(
    records: Records, settings: Settings, aiohttp_client: Callable[..., Awaitable[Client]]
) -> Open:
    """Open the way in as it is served."""

    async def opened(**how: Any) -> Client:
        guard = how.pop("guard", None)
        teams = Teams([OnTeams(records, how.pop("settings", settings.teams()), **how)], guard=guard)
        app = create_public_app(teams.routes())

        async def stop(_app: object) -> None:
            await teams.stop()

        app.on_cleanup.append(stop)
        return await aiohttp_client(app)

    return opened
