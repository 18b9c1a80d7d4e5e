"""Listening to more in channels: off by default; set, it is checked in memory and not kept."""

import asyncio

import pytest

from adapters.teams.manifest import LISTENING, manifest
from bot.overhearing import Kind
from bot.records.store import Records
from tests.kept_nothing import counted
from tests.records.stage import appoint
from tests.teams.caller import APP, TENANT, Tokens, activity, in_channel
from tests.teams.conftest import Client, Open
from tests.teams.sender import sent
from tests.teams.services import Services

HARM = "he hits the children"


def heard(text: str) -> Kind | None:
    """Take a message for what it is, as the embedded models would."""
    return "danger" if HARM in text else None


@pytest.fixture(autouse=True)
def office(records: Records) -> None:
    """A safeguarding lead in office."""
    appoint(records, f"teams:{TENANT}/lead", "safeguarding_lead")


async def texts(client: Client, microsoft: Services) -> list[str]:
    """Return what was said, once all that waits was checked."""
    await client.close()
    return [str(card.get("text")) for card in microsoft.cards]


async def test_set_she_is_told_in_her_private_chat_whom_to_ring_and_nothing_is_kept(
    open_door: Open, tokens: Tokens, records: Records, microsoft: Services
) -> None:
    client = await open_door(overhears=heard)
    await sent(client, tokens, activity(tokens.service, text="hello"))
    before = await asyncio.to_thread(counted, records)
    said = in_channel(tokens.service, HARM, mention=False)
    assert await sent(client, tokens, said) == [(200, None)]
    (told,) = await texts(client, microsoft)
    assert "ring 999. If you are worried about someone, ring Sample safeguarding_lead" in told
    assert HARM not in told
    assert "thread" not in microsoft.log[-1]["to"]
    assert await asyncio.to_thread(counted, records) == before


async def test_whoever_has_no_private_chat_is_told_nothing_where_others_read(
    open_door: Open, tokens: Tokens, records: Records, microsoft: Services
) -> None:
    client = await open_door(overhears=heard)
    before = await asyncio.to_thread(counted, records)
    await sent(client, tokens, in_channel(tokens.service, HARM, mention=False))
    assert await texts(client, microsoft) == []
    assert await asyncio.to_thread(counted, records) == before


async def test_not_set_nothing_is_heard(
    open_door: Open, tokens: Tokens, records: Records, microsoft: Services
) -> None:
    client = await open_door()
    await sent(client, tokens, activity(tokens.service, text="hello"))
    before = await asyncio.to_thread(counted, records)
    await sent(client, tokens, in_channel(tokens.service, HARM, mention=False))
    assert await texts(client, microsoft) == []
    assert await asyncio.to_thread(counted, records) == before


def test_the_app_asks_for_what_is_said_to_others_only_where_it_is_set() -> None:
    assert "authorization" not in manifest(APP, "https://example.org", "0.1.0")
    made = manifest(APP, "https://example.org", "0.1.0", listens=True)
    asked = made["authorization"]["permissions"]["resourceSpecific"]
    assert {one["name"] for one in asked} == set(LISTENING)
    assert made["webApplicationInfo"]["id"] == APP
