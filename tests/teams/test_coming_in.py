"""What comes in: once each, in the right conversation, acknowledged in time or said not to be recorded."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event

from adapters.teams import acceptance
from bot.commands import in_private
from bot.conversation import MAX_CHARACTERS
from bot.records.store import Records
from tests.teams.caller import APP, BOT, TENANT, Tokens, activity, in_channel, press
from tests.teams.conftest import Open
from tests.teams.sender import HERS, THREAD, messages, references, sent


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
    monkeypatch.setattr(acceptance, "SECONDS", 0.1)
    client = await open_door()
    said, pressed = activity(tokens.service, text="hello"), press(tokens.service, "go")
    with slow(records):
        answers = await sent(client, tokens, said, pressed)
    assert answers[0] == (503, None)
    assert answers[1][1]["value"] == "That was not recorded. Please press again."
    assert answers[1][1]["type"] == "application/vnd.microsoft.activity.message"
    # What was under way is done in the end; sent again, it is found done.
    monkeypatch.setattr(acceptance, "SECONDS", 10)
    assert (await sent(client, tokens, said))[0] == (200, None)
    assert sum(message.text == "hello" for message in await messages(records)) == 1


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


async def test_of_two_peoples_own_chat_in_which_a_message_was_chosen_nothing_is_kept(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    chat = {"conversationType": "personal", "id": "19:a_b@unq.gbl.spaces", "tenantId": TENANT}
    value = {"commandId": "check", "messagePayload": {"body": {"content": "May I post this?"}}}
    more: dict[str, Any] = {"name": "composeExtension/fetchTask", "value": value, "conversation": chat}
    await sent(client, tokens, activity(tokens.service, "invoke", **more))
    (message,) = await messages(records)
    assert (message.conversation, message.private) == (HERS, True)
    kept = await references(records)
    assert list(kept) == [HERS]
    assert "unq" not in str(kept)


async def test_the_chat_with_the_app_is_private_by_its_long_name_too(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    chat = {"conversationType": "personal", "id": f"19:x_{APP}@unq.gbl.spaces", "tenantId": TENANT}
    await sent(client, tokens, activity(tokens.service, text="hello", conversation=chat))
    (message,) = await messages(records)
    assert (message.conversation, message.private) == (HERS, True)


async def test_ids_that_are_too_long_for_the_records_are_refused_or_shortened(
    open_door: Open, tokens: Tokens, records: Records
) -> None:
    client = await open_door()
    conversation = {"conversationType": "personal", "tenantId": TENANT}
    long = activity(tokens.service, text="hello", conversation={**conversation, "id": "a:" + "x" * 300})
    longest = activity(tokens.service, text="hello", conversation={**conversation, "id": "a:" + "x" * 240})
    answers = await sent(client, tokens, long, longest, {**longest, "from": {"id": "29:" + "x" * 200}})
    assert [status for status, _ in answers] == [400, 200, 400]
    (message,) = await messages(records)
    assert len(message.id) < 200


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
