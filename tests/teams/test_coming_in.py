"""What comes in: once each, in the right conversation, acknowledged in time or said not to be recorded."""

import asyncio
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from adapters.teams import hand
from adapters.teams.carried import carry
from adapters.teams.door import PATH
from bot.commands import in_private
from bot.conversation import MAX_CHARACTERS
from bot.message import Message
from bot.records.store import Records
from bot.records.tables import Event, TeamsReference
from bot.stored import load_message
from tests.gallery import ASK_BACK
from tests.records.stage import all_of
from tests.teams.caller import (
    BOT,
    MANAGER,
    TENANT,
    VOLUNTEER,
    Tokens,
    activity,
    in_channel,
    press,
)
from tests.teams.conftest import Client, Open, Services

HERS = f"teams:{TENANT}/{VOLUNTEER}"
THREAD = f"teams:{TENANT}/19:abc@thread.tacv2;messageid=1712"


async def sent(client: Client, tokens: Tokens, *activities: dict[str, Any]) -> list[tuple[int, Any]]:
    """Send activities; return the status and body of each answer."""
    found = []
    for one in activities:
        answer = await client.post(PATH, json=one, headers=tokens.header())
        text = await answer.text()
        found.append((answer.status, json.loads(text) if text else None))
    return found


async def messages(records: Records) -> Sequence[Message]:
    """Return the messages that wait, in order."""

    def read() -> Sequence[Message]:
        rows = sorted(all_of(records, Event), key=lambda row: row.seq)
        return [load_message(records.open(Event.payload, row)) for row in rows]

    return await asyncio.to_thread(read)


async def test_a_message_in_private_is_a_message_of_her_account(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    await sent(client, tokens, activity(tokens.service, text="Tea &amp; <b>cake</b>?&nbsp;"))
    (message,) = await messages(records)
    assert (message.conversation, message.sender, message.private) == (HERS, HERS, True)
    assert message.text == "Tea & <b>cake</b>?"


async def test_a_mention_in_a_channel_is_taken_without_it_and_talk_between_people_is_not(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    said = in_channel(tokens.service, "does Hearth know?")
    await sent(client, tokens, said, in_channel(tokens.service, "lunch?", mention=False))
    (message,) = await messages(records)
    assert (message.conversation, message.sender, message.private) == (THREAD, HERS, False)
    assert message.text == "does Hearth know?"


async def test_the_same_activity_twice_is_taken_once(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    said = activity(tokens.service, text="hello")
    assert await sent(client, tokens, said, said, said) == [(200, None)] * 3
    assert len(await messages(records)) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"type": "messageUpdate", "text": "edited"},
        {"type": "messageDelete"},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"type": "typing"},
        {"type": "conversationUpdate", "membersRemoved": [{"id": "29:x"}]},
        {"text": "an echo", "from": {"id": BOT, "name": "Hearth"}},
        {"text": "another bot", "from": {"id": "28:other", "role": "bot"}},
        {"value": {"other": "card"}},
    ],
)
async def test_what_is_not_said_to_it_is_acknowledged_and_left(
    more: dict[str, Any], open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    assert await sent(client, tokens, activity(tokens.service, **more)) == [(200, None)]
    assert await messages(records) == []


async def test_an_invoke_that_it_does_not_know_is_answered(open_door: Open, tokens: Tokens) -> None:
    client = await open_door()
    values: tuple[Any, ...] = ({}, {"action": "x"}, {"action": {"verb": 5}}, None, [])
    for value in values:
        unknown = activity(tokens.service, "invoke", name="adaptiveCard/action", value=value)
        assert await sent(client, tokens, unknown) == [(200, {})]
    other = activity(tokens.service, "invoke", name="config/fetch", value={})
    assert await sent(client, tokens, other) == [(200, {})]


async def test_a_press_is_taken_and_the_card_says_which_button_it_was(
    open_door: Open, tokens: Tokens, records: Records, microsoft: Services
) -> None:
    client = await open_door()
    carried = carry(records.vault, HERS, ASK_BACK)
    pressed = press(tokens.service, "fact:ended:no", carried=carried, of="n7")
    ((status, answer),) = await sent(client, tokens, pressed)
    assert (status, answer["statusCode"]) == (200, 200)
    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    assert "Chosen: No, we still support them" in json.dumps(answer["value"])
    (message,) = await messages(records)
    assert (message.action, message.text, message.sender) == ("fact:ended:no", "", HERS)
    await client.close()  # what goes on beside the answer is finished before
    (replaced,) = microsoft.log
    assert (replaced["what"], replaced["name"]) == ("PUT", "n7")
    assert replaced["body"]["attachments"][0]["content"] == answer["value"]


async def test_an_old_client_submits_the_same_press_as_a_message(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    await sent(client, tokens, activity(tokens.service, value={"verb": "fact:ended:no"}, replyToId="n7"))
    (message,) = await messages(records)
    assert message.action == "fact:ended:no"


@contextmanager
def slow(records: Records) -> Iterator[None]:
    """Have every change of the records wait until the block is over."""
    free = threading.Event()

    def wait(_connection: Connection) -> None:
        free.wait(20)

    event.listen(records.engine, "begin", wait)
    try:
        yield
    finally:
        free.set()
        event.remove(records.engine, "begin", wait)


async def test_while_the_records_are_slow_nobody_is_told_that_something_was_recorded(
    open_door: Open, tokens: Tokens, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hand, "SECONDS", 0.1)
    client = await open_door()
    said, pressed = activity(tokens.service, text="hello"), press(tokens.service, "go")
    with slow(records):
        answers = await sent(client, tokens, said, pressed)
    assert answers[0] == (503, None)
    assert answers[1][1]["value"] == "That was not recorded. Please press again."
    assert answers[1][1]["type"] == "application/vnd.microsoft.activity.message"
    # What was under way is done in the end; sent again, it is found done.
    monkeypatch.setattr(hand, "SECONDS", 10)
    assert (await sent(client, tokens, said))[0] == (200, None)
    assert sum(message.text == "hello" for message in await messages(records)) == 1


async def test_whoever_installs_the_app_is_welcomed_and_gets_what_waited(
    open_door: Open, tokens: Tokens, records: Records, jobs: Any
) -> None:
    client = await open_door()
    await sent(client, tokens, activity(tokens.service, "installationUpdate", action="add"))
    (message,) = await messages(records)
    assert (message.text, message.private, message.conversation) == ("help", True, HERS)
    (reference,) = await asyncio.to_thread(all_of, records, TeamsReference)
    assert reference.conversation == HERS
    assert reference.reference is not None
    assert b"29:" not in reference.reference  # sealed
    assert [job.about for job in jobs.noted] == [HERS]


async def test_whoever_removes_the_app_is_not_spoken_to_by_an_old_reference(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    for what in ("add", "remove"):
        await sent(client, tokens, activity(tokens.service, "installationUpdate", action=what))
    assert await asyncio.to_thread(all_of, records, TeamsReference) == []


def _joined(service: str) -> dict[str, Any]:
    came = [{"id": BOT}, {"id": "29:new", "aadObjectId": MANAGER}]
    return {**in_channel(service, ""), "type": "conversationUpdate", "membersAdded": came}


async def test_whoever_joins_a_team_is_inducted_in_private_where_that_is_set(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door(inducts=True)
    joined = _joined(tokens.service)
    assert await sent(client, tokens, joined, joined) == [(200, None)] * 2
    (message,) = await messages(records)
    hers = f"teams:{TENANT}/{MANAGER}"
    assert (message.action, message.conversation, message.sender) == ("induction:joined", hers, hers)
    assert message.private


async def test_whoever_joins_is_left_alone_otherwise_but_can_be_written_to(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    await sent(client, tokens, _joined(tokens.service))
    assert await messages(records) == []
    found = {row.conversation for row in await asyncio.to_thread(all_of, records, TeamsReference)}
    assert f"teams:{TENANT}/{MANAGER}" in found


async def test_a_command_on_a_message_is_answered_in_private(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    value = {
        "commandId": "check",
        "messagePayload": {"body": {"content": "<p>May I post <b>this</b>?</p><p>&amp; that</p>"}},
    }
    of_channel = in_channel(tokens.service, "")
    chosen = {**of_channel, "type": "invoke", "name": "composeExtension/fetchTask", "value": value}
    raised = {**chosen, "id": "second", "value": {**value, "commandId": "raise"}}
    answers = await sent(client, tokens, chosen, raised)
    assert all("private chat" in answer["task"]["value"] for _, answer in answers)
    first, second = await messages(records)
    assert first.text == "May I post this?\n& that"
    assert second.text == "raise in private: May I post this?\n& that"
    for message in (first, second):
        assert (message.conversation, message.sender, message.private) == (HERS, HERS, True)


def test_of_a_long_message_the_beginning_is_raised_and_says_that_it_was_cut() -> None:
    raised = in_private("word " * 2_000)
    assert len(raised) <= MAX_CHARACTERS
    assert raised.endswith("[cut]")


async def test_a_file_comes_along_as_something_to_fetch(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    file = {
        "contentType": "application/vnd.microsoft.teams.file.download.info",
        "name": "poster.png",
        "content": {"downloadUrl": "https://x.sharepoint.com/d?k=1", "fileType": "png"},
    }
    html = {"contentType": "text/html", "content": "<p>look</p>"}
    await sent(client, tokens, activity(tokens.service, text="look", attachments=[html, file]))
    (message,) = await messages(records)
    (attached,) = message.files
    assert (attached.ref, attached.name, attached.media) == (
        "https://x.sharepoint.com/d?k=1",
        "poster.png",
        "png",
    )
