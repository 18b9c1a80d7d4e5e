"""The assistant pane: a greeting and what to ask, a status, and each thread a conversation of its own."""

import asyncio
import json
from typing import Any

import pytest

from adapters.slack.names import account
from adapters.slack.pane import LOOKING, MOST_PROMPTS
from adapters.slack.platform import EVENTS
from bot import inbox
from bot.inbox import next_waiting
from bot.message import Message
from bot.records.store import Records
from tests.records.stage import appoint
from tests.slack.client import TEAM
from tests.slack.conftest import Client, Open, SlackStub, accepted, noted
from tests.slack.sender import DIRECT, FORM, JSON, USER, direct, event, press, signed

HERS = account(TEAM, USER)
THREAD = "1712.000050"
PROMPTS, STATUS = "assistant.threads.setSuggestedPrompts", "assistant.threads.setStatus"


async def send(client: Client, body: bytes, kind: str = JSON) -> int:
    """Send a signed request and return the status of the answer."""
    return int((await client.post(EVENTS, data=body, headers=signed(body, kind))).status)


def pane(kind: str = "started", thread: str = THREAD) -> bytes:
    """Return the event that a thread of the pane was begun, or that something else is open beside it."""
    begun = {
        "user_id": USER,
        "channel_id": DIRECT,
        "thread_ts": thread,
        "context": {"channel_id": "C0SECRET", "team_id": TEAM},
    }
    return event(type=f"assistant_thread_{kind}", assistant_thread=begun)


async def opened(client: Client, records: Records) -> None:
    """Open the pane, and have the greeting sent."""
    assert await send(client, pane()) == 200
    await handled(records)


async def handled(records: Records, conversation: str = f"{HERS}/{THREAD}") -> None:
    """Take what waits in a conversation for handled."""
    await asyncio.to_thread(_handle, records, conversation)


def _handle(records: Records, conversation: str) -> None:
    while (waiting := next_waiting(records, conversation)) is not None:
        with records.changing() as change:
            inbox.handled(change, waiting.message)


async def waiting(records: Records, conversation: str) -> Message | None:
    """Return the message that waits in a conversation."""
    found = await asyncio.to_thread(next_waiting, records, conversation)
    return found.message if found else None


async def until_called(slack: SlackStub, method: str, times: int = 1) -> list[dict[str, Any]]:
    """Return with what a method was called, once it was called so often."""
    for _ in range(200):
        if len(found := noted(slack, method)) >= times:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"{method} was called {len(noted(slack, method))} times")


async def test_whoever_opens_it_is_greeted_there_and_shown_what_to_ask(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    assert await send(await open_door(), pane()) == 200
    greeted = await waiting(records, f"{HERS}/{THREAD}")
    assert greeted is not None
    assert (greeted.text, greeted.sender, greeted.private) == ("help", HERS, True)
    (shown,) = await until_called(slack, PROMPTS)
    assert (shown["channel_id"], shown["thread_ts"]) == (DIRECT, THREAD)
    assert 0 < len(shown["prompts"]) <= MOST_PROMPTS
    assert all(one["title"] and one["message"] for one in shown["prompts"])


async def test_an_officer_is_offered_what_waits_for_her(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    await asyncio.to_thread(appoint, records, HERS, "manager")
    assert await send(await open_door(), pane()) == 200
    (shown,) = await until_called(slack, PROMPTS)
    assert shown["prompts"][0] == {"title": "What waits for me?", "message": "what is waiting for me?"}


async def test_opened_twice_by_the_network_it_is_greeted_once(open_door: Open, records: Records) -> None:
    client = await open_door()
    assert {await send(client, pane()) for _ in range(3)} == {200}
    assert len(await accepted(records)) == 1


async def test_which_channel_someone_has_open_is_nothing_to_hearth(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    assert await send(await open_door(), pane("context_changed")) == 200
    await asyncio.sleep(0.1)
    assert await accepted(records) == []
    assert slack.calls == []


async def test_what_is_written_there_is_answered_there(open_door: Open, records: Records) -> None:
    client = await open_door()
    await opened(client, records)
    assert await send(client, direct("can I?", thread_ts=THREAD)) == 200
    found = await waiting(records, f"{HERS}/{THREAD}")
    assert found is not None
    assert (found.text, found.private) == ("can I?", True)


async def test_what_is_written_right_after_it_was_opened_is_too(open_door: Open, records: Records) -> None:
    client = await open_door()
    assert await send(client, pane()) == 200
    assert await send(client, direct("can I?", thread_ts=THREAD)) == 200
    assert await waiting(records, HERS) is None


async def test_a_reply_in_a_thread_of_someone_without_the_pane_is_one_to_the_card(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    client = await open_door()
    assert await send(client, direct("yes", thread_ts="1711.000001")) == 200
    found = await waiting(records, HERS)
    assert found is not None
    assert found.text == "yes"
    await asyncio.sleep(0.1)
    assert noted(slack, STATUS) == []


async def test_a_press_in_a_thread_of_the_pane_belongs_there(open_door: Open, records: Records) -> None:
    client = await open_door()
    message = {"ts": "1712.000200", "thread_ts": THREAD, "blocks": []}
    assert await send(client, press(message=message), FORM) == 200
    found = await waiting(records, f"{HERS}/{THREAD}")
    assert found is not None
    assert (found.action, found.private) == ("induction:mine", True)


async def test_a_press_on_a_card_to_which_somebody_replied_belongs_where_the_card_is(
    open_door: Open, records: Records
) -> None:
    client = await open_door()
    message = {"ts": "1712.000200", "thread_ts": "1712.000200", "blocks": []}
    assert await send(client, press(message=message), FORM) == 200
    assert await waiting(records, HERS) is not None


async def test_as_long_as_an_answer_is_being_made_that_is_said(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    client = await open_door()
    await opened(client, records)
    assert await send(client, direct("can I?", thread_ts=THREAD)) == 200
    (said,) = await until_called(slack, STATUS)
    assert said == {"channel_id": DIRECT, "thread_ts": THREAD, "status": LOOKING}
    assert "can I" not in json.dumps(said)


async def test_a_status_that_came_after_the_answer_is_taken_away(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    client = await open_door()
    await opened(client, records)
    slack.meanwhile[STATUS] = lambda: _handle(records, f"{HERS}/{THREAD}")
    assert await send(client, direct("can I?", thread_ts=THREAD)) == 200
    said = await until_called(slack, STATUS, 2)
    assert [one["status"] for one in said] == [LOOKING, ""]


@pytest.mark.parametrize("why", ["missing_scope", "unknown_method"])
async def test_where_the_workspace_has_no_pane_nothing_is_lost(
    why: str, open_door: Open, records: Records, slack: SlackStub
) -> None:
    slack.refused = {PROMPTS: why, STATUS: why}
    client = await open_door()
    await opened(client, records)
    assert await send(client, direct("can I?", thread_ts=THREAD)) == 200
    await until_called(slack, STATUS)
    assert await waiting(records, f"{HERS}/{THREAD}") is not None
