"""Several organisations by one app: each is heard, answered and installed in its own workspaces alone."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from adapters.public import create_public_app
from adapters.slack.branch import Branch
from adapters.slack.installations import Installations, installed
from adapters.slack.oauth import Kept
from adapters.slack.platform import EVENTS, Slack
from adapters.slack.settings import SlackSettings
from bot.records.store import Records
from bot.records.tables import Organisation
from tests.records.conftest import NotedJobs
from tests.slack.client import SECRET
from tests.slack.conftest import Client, SlackStub, accepted
from tests.slack.sender import JSON, direct, event, signed
from tests.web.desk import make_database, records_at

HERS, THEIRS, NOBODYS = "T01TEST", "T02OTHER", "T03NOBODY"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Records, Records]]:
    """The records of two organisations in one database."""
    make_database(tmp_path / "hearth.db")
    with records_at(tmp_path / "hearth.db", NotedJobs()) as records:
        with records.changing() as change:
            change.add(Organisation(id="another", name="Another", created_at=records.now()))
        yield records, records.of("another")


@pytest.fixture
def app(slack: SlackStub) -> SlackSettings:
    """The settings of an app that workspaces install themselves."""
    return SlackSettings(SECRET, client_id="1.2", client_secret="sssh", api=slack.api)  # noqa: S106 - none


@pytest.fixture
async def client(
    two: tuple[Records, Records],
    app: SlackSettings,
    aiohttp_client: Callable[..., Awaitable[Client]],
) -> Client:
    """The way in, for both."""
    platform = Slack(
        [Branch(of, replace(app, workspaces=(team,))) for of, team in zip(two, (HERS, THEIRS), strict=True)]
    )
    served = create_public_app(platform.routes())

    async def stop(_app: object) -> None:
        await platform.stop()

    served.on_cleanup.append(stop)
    return await aiohttp_client(served)


async def post(client: Client, body: bytes, team: str) -> int:
    """Send an event from a workspace; return the status."""
    sent = body.replace(HERS.encode(), team.encode())
    return (await client.post(EVENTS, data=sent, headers=signed(sent, JSON))).status


async def test_what_is_said_goes_into_the_records_of_the_workspaces_own_organisation(
    client: Client, two: tuple[Records, Records]
) -> None:
    one, other = two
    assert await post(client, direct(), HERS) == 200
    assert (len(await accepted(one)), await accepted(other)) == (1, [])
    assert await post(client, direct(ts="1712.000200"), THEIRS) == 200
    assert await post(client, direct(ts="1712.000300"), NOBODYS) == 403
    hers, theirs = await accepted(one), await accepted(other)
    assert [len(hers), len(theirs)] == [1, 1]
    assert HERS in hers[0]
    assert THEIRS in theirs[0]


async def test_an_installation_is_kept_by_the_workspaces_own_organisation_and_taken_away_from_it_alone(
    client: Client, two: tuple[Records, Records], app: SlackSettings
) -> None:
    one, other = two
    kept = {
        team: Installations(of, replace(app, workspaces=(team,)))
        for of, team in zip(two, (HERS, THEIRS), strict=True)
    }
    store = Kept(kept.get, AsyncWebClient(base_url=app.api))
    for team in (HERS, THEIRS):
        given = Installation(user_id="U1", team_id=team, bot_token=f"xoxb-{team}", bot_user_id="U0HEARTH")
        await store.async_save(given)
    assert await asyncio.to_thread(_tokens, one) == [f"xoxb-{HERS}"]
    assert await asyncio.to_thread(_tokens, other) == [f"xoxb-{THEIRS}"]
    gone = event(type="app_uninstalled").replace(b'"event_id"', b'"event_time": 4102444800, "event_id"')
    assert await post(client, gone, THEIRS) == 200
    assert await asyncio.to_thread(_tokens, one) == [f"xoxb-{HERS}"]
    assert await asyncio.to_thread(_tokens, other) == []


def _tokens(records: Records) -> list[str]:
    return [one.token for one in installed(records)]
