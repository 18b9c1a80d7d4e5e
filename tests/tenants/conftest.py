"""A Hearth of two organisations, on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from adapters import main as wiring
from adapters import running
from adapters.main import Served
from adapters.organisations import organisations_from
from adapters.public import create_public_app
from adapters.web.bell import Bell
from bot.records.migrate import upgrade
from bot.records.vault import new_key
from knowledge.embedding import Embedder
from tests.records.conftest import database_url, postgres_server
from tests.records.stage import appoint
from tests.teams.caller import APP, MANAGER, Tokens
from tests.teams.conftest import Client, microsoft, microsoft_process, tokens
from tests.teams.services import Services
from tests.tenants.house import TENANTS, House, Queue, account, write_policies, write_tables

__all__ = ["database_url", "microsoft", "microsoft_process", "postgres_server", "tokens"]


@pytest.fixture(scope="session")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Embedder:
    """The embedded model, loaded once."""
    return Embedder.load(tmp_path_factory.mktemp("models"))


@pytest.fixture
async def house(
    database_url: str,
    microsoft: Services,
    tokens: Tokens,
    embedder: Embedder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    aiohttp_client: Callable[..., Awaitable[Client]],
) -> AsyncIterator[House]:
    """Two organisations with a manager each, who is the same account of Microsoft's in both tenants."""
    monkeypatch.setattr(wiring, "load_embedder", lambda _: embedder)
    texts = write_policies(tmp_path / "policies")
    tables = {
        name: {"HEARTH_POLICY": str(text), "HEARTH_TEAMS_TENANTS": TENANTS[name], "HEARTH_PORT": str(port)}
        for port, (name, text) in enumerate(texts.items(), 8081)
    }
    organisations = organisations_from(
        {
            "HEARTH_DATA": str(tmp_path / "data"),
            "HEARTH_DATABASE": database_url,
            "HEARTH_KEYS": new_key(),
            "HEARTH_ORGANISATIONS": str(write_tables(tmp_path / "organisations.toml", tables)),
            "HEARTH_TEAMS_APP_ID": APP,
            "HEARTH_TEAMS_PASSWORD": "right",
            "HEARTH_TEAMS_TENANTS": "dddddddd-0000-0000-0000-000000000004",
            "HEARTH_TEAMS_LOCAL": microsoft.base,
        }
    )
    queue = Queue()
    served = [
        Served(one.settings, replace(one.records, jobs=queue)) for one in wiring.open_all(organisations)
    ]
    engine = served[0].records.engine
    upgrade(engine)
    for one in served:
        wiring.found_organisation(one.settings, one.records)
        wiring.adopt_policy(one.settings, one.records, who="test")
        appoint(one.records, account(one.records.organisation, MANAGER), "manager")
    queue.waiting.clear()  # that policies were adopted is news for nobody yet
    (platform,) = running.build_platforms(served)
    client = await aiohttp_client(create_public_app(platform.routes()))
    tasks = running.build_worker(served, Bell(), accepts=False).tasks
    yield House({one.records.organisation: one for one in served}, tasks, queue, client, tokens, microsoft)
    await platform.stop()
    engine.dispose()
