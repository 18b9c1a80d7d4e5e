"""Listening to more in channels: off by default; set, it is checked in memory and not kept."""

import asyncio
from typing import Any

import pytest

from adapters.slack.manifest import manifest
from bot.overhearing import Kind
from bot.records.store import Records
from tests.kept_nothing import counted
from tests.records.stage import appoint
from tests.slack.client import BOT, TEAM
from tests.slack.conftest import Client, Open, SlackStub, accepted, noted
from tests.slack.sender import USER, event
from tests.slack.test_coming_in import send

HARM, BAD = "he hits the children", "nobody ever says sorry"


def heard(text: str) -> Kind | None:
    """Take a message for what it is, as the embedded models would."""
    return "danger" if HARM in text else "complaint" if BAD in text else None


def said(text: str, **more: Any) -> bytes:
    """Return the event of a message to others in a channel."""
    given = {"type": "message", "channel": "C1", "channel_type": "channel", "user": USER, "text": text}
    return event(**{**given, "ts": "1712.000300", **more})


async def whispered(client: Client, slack: SlackStub) -> list[dict[str, Any]]:
    """Return what was whispered, once all that waits was checked."""
    await client.close()
    return noted(slack, "chat.postEphemeral")


@pytest.fixture(autouse=True)
def office(records: Records) -> None:
    """A manager and a safeguarding lead in office."""
    appoint(records, f"slack:{TEAM}/U0MANAGER", "manager")
    appoint(records, f"slack:{TEAM}/U0LEAD", "safeguarding_lead")


@pytest.mark.parametrize(
    ("text", "rings"),
    [
        (HARM, "ring 999. If you are worried about someone, ring Sample safeguarding_lead"),
        (BAD, "ring Sample manager"),
    ],
)
@pytest.mark.parametrize(
    "more", [{}, {"thread_ts": "1712.000100"}, {"channel_type": "group"}, {"text_before": "<@U0OTHER> "}]
)
async def test_set_one_alone_is_told_whom_to_ring_and_nothing_is_kept(
    open_door: Open,
    records: Records,
    slack: SlackStub,
    text: str,
    rings: str,
    more: dict[str, Any],
) -> None:
    before = await asyncio.to_thread(counted, records)
    client = await open_door(overhears=heard)
    where = {name: value for name, value in more.items() if name != "text_before"}
    assert await send(client, said(more.get("text_before", "") + text, **where)) == 200
    (given,) = await whispered(client, slack)
    assert (given["channel"], given["user"]) == ("C1", USER)
    assert rings in given["text"]
    assert text not in given["text"]
    assert await asyncio.to_thread(counted, records) == before
    assert not slack.posted


async def test_what_is_neither_is_let_go(open_door: Open, records: Records, slack: SlackStub) -> None:
    client = await open_door(overhears=heard)
    before = await asyncio.to_thread(counted, records)
    for more in (
        {"text": "lunch?"},
        {"bot_id": "B1"},
        {"user": BOT},
        {"subtype": "message_changed"},
        {"text": ""},
    ):
        assert await send(client, said(**{"text": HARM, **more})) == 200
    assert not await whispered(client, slack)
    assert await asyncio.to_thread(counted, records) == before


async def test_not_set_nothing_is_heard(open_door: Open, records: Records, slack: SlackStub) -> None:
    client = await open_door()
    for more in ({}, {"thread_ts": "1712.000100"}):
        assert await send(client, said(HARM, **more)) == 200
    assert not await whispered(client, slack)
    assert await accepted(records) == []


async def test_whoever_is_named_is_not_whom_to_ring(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    client = await open_door(overhears=heard)
    await asyncio.to_thread(appoint, records, f"slack:{TEAM}/U0DEPUTY", "deputy_safeguarding_lead")
    await asyncio.to_thread(appoint, records, f"slack:{TEAM}/U0CHAIR", "chair")
    assert await send(client, said(f"{HARM}, says the safeguarding lead")) == 200
    (given,) = await whispered(client, slack)
    assert "ring Sample chair" in given["text"]


async def test_what_is_asked_of_hearth_is_answered_as_ever(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    client = await open_door(overhears=heard)
    asked = {"channel": "C1", "user": USER, "text": f"<@{BOT}> {HARM}", "ts": "1712.000300"}
    assert await send(client, event(type="app_mention", **asked)) == 200
    assert await send(client, event(type="message", channel_type="channel", **asked)) == 200
    assert not await whispered(client, slack)
    assert len(await accepted(records)) == 1


async def test_where_slack_refuses_the_whisper_nothing_else_is_held_up(
    open_door: Open, slack: SlackStub
) -> None:
    slack.refused["chat.postEphemeral"] = "user_not_in_channel"
    client = await open_door(overhears=heard)
    assert await send(client, said(HARM)) == 200
    slack.refused.clear()
    assert await send(client, said(HARM, ts="1712.000400")) == 200
    assert len(await whispered(client, slack)) == 2


def test_the_app_asks_for_no_more_than_it_has_for_its_threads() -> None:
    events = manifest("https://h.example.org")["settings"]["event_subscriptions"]["bot_events"]
    assert {"message.channels", "message.groups"} <= set(events)
