"""Presses, views and ratings: taken once, from whoever may, and the card shows what became of it."""

import asyncio
import json
from typing import Any

import pytest

from adapters.teams import asides
from adapters.teams.cards import VIEW
from adapters.teams.carried import carry
from adapters.teams.platform import teams_channel
from bot import outbox
from bot.card import Button, Buttons, Card, Text, buttons_of
from bot.records.store import Records
from tests.gallery import ASK_BACK
from tests.teams.caller import MANAGER, VOLUNTEER, Settings, Tokens, activity, in_channel, press
from tests.teams.conftest import Client, Open
from tests.teams.sender import HERS, THREAD, messages, sent
from tests.teams.services import Services
from tests.teams.shown import buttons, words

RATED = Card(
    "answer-9",
    "No.",
    (
        Text("Ask the manager."),
        Buttons((Button("Ask a person", "person"), Button("That helped", "helpful:y:answer-9"))),
    ),
)


def in_thread(activity: dict[str, Any]) -> dict[str, Any]:
    """Return an activity in the thread of a channel."""
    return {**activity, "conversation": in_channel("", "")["conversation"]}


async def test_an_invoke_that_it_does_not_know_is_answered(open_door: Open, tokens: Tokens) -> None:
    client = await open_door()
    values: tuple[Any, ...] = ({}, {"action": "x"}, {"action": {"verb": 5}}, None, [])
    for value in values:
        unknown = activity(tokens.service, "invoke", name="adaptiveCard/action", value=value)
        ((status, answer),) = await sent(client, tokens, unknown)
        assert (status, answer["statusCode"]) == (200, 400)
        assert answer["type"] == "application/vnd.microsoft.error"
    for name, value in (("config/fetch", {}), ("message/submitAction", {"actionName": "x"}), (None, None)):
        other = activity(tokens.service, "invoke", name=name, value=value)
        assert await sent(client, tokens, other) == [(501, None)]


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


async def test_an_old_client_submits_the_same_press_as_a_message_and_its_card_is_replaced(
    open_door: Open, tokens: Tokens, records: Records, microsoft: Services
) -> None:
    client = await open_door()
    value = {"verb": "fact:ended:no", "card": carry(records.vault, HERS, ASK_BACK)}
    assert await sent(client, tokens, activity(tokens.service, value=value, replyToId="n7")) == [(200, None)]
    (message,) = await messages(records)
    assert message.action == "fact:ended:no"
    await client.close()
    (replaced,) = microsoft.log
    assert (replaced["what"], replaced["name"]) == ("PUT", "n7")
    assert "Chosen: No, we still support them" in json.dumps(replaced["body"])


async def test_a_card_that_cannot_be_replaced_now_is_replaced_soon(
    open_door: Open,
    tokens: Tokens,
    records: Records,
    microsoft: Services,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asides, "PAUSES", (0.01, 0.01, 0.01))
    client = await open_door()
    microsoft.set("faults", [{"status": 429, "headers": {"Retry-After": "0.01"}}, {"status": 503}])
    await sent(client, tokens, press(tokens.service, "go", carried=carry(records.vault, HERS, ASK_BACK)))
    for _ in range(100):
        if microsoft.log:
            break
        await asyncio.sleep(0.02)
    assert [entry["what"] for entry in microsoft.log] == ["PUT"]


async def shared_card(open_door: Open, tokens: Tokens, records: Records, settings: Settings) -> Client:
    """Have the volunteer ask in a thread, and return the client after a card was sent to it."""
    client = await open_door()
    await sent(client, tokens, in_channel(tokens.service, "may I?"))
    await asyncio.to_thread(teams_channel(records, settings.teams()).send, THREAD, ASK_BACK)
    return client


async def test_where_several_read_along_the_buttons_are_for_whoever_asked(
    open_door: Open, tokens: Tokens, records: Records, microsoft: Services, settings: Settings
) -> None:
    client = await shared_card(open_door, tokens, records, settings)
    (sent_card,) = [card["attachments"][0]["content"] for card in microsoft.cards]
    assert list(buttons(sent_card)) == []
    assert sent_card["refresh"]["userIds"] == [f"29:{VOLUNTEER}"]
    assert next(iter(words(sent_card))) == ASK_BACK.title
    view = sent_card["refresh"]["action"]
    assert view["verb"] == VIEW
    carried = view["data"]["card"]
    hers, anothers = [in_thread(press(tokens.service, VIEW, who, carried)) for who in (VOLUNTEER, MANAGER)]
    ((_, seen), (_, refused)) = await sent(client, tokens, hers, anothers)
    labels = [action["title"] for action in buttons(seen["value"])]
    assert labels == [button.label for button in buttons_of(ASK_BACK)]
    assert seen["value"]["refresh"] == sent_card["refresh"]
    assert (refused["statusCode"], refused["type"]) == (200, "application/vnd.microsoft.activity.message")
    assert "for whoever asked" in refused["value"]
    assert len(await messages(records)) == 1  # to look is to say nothing


async def test_only_whoever_asked_presses_and_all_see_what_she_pressed(
    open_door: Open, tokens: Tokens, records: Records, microsoft: Services, settings: Settings
) -> None:
    client = await shared_card(open_door, tokens, records, settings)
    carried = microsoft.cards[0]["attachments"][0]["content"]["refresh"]["action"]["data"]["card"]
    microsoft.set("log", [])
    anothers, hers = [
        in_thread(press(tokens.service, "fact:ended:no", who, carried, of="n1"))
        for who in (MANAGER, VOLUNTEER)
    ]
    submitted = in_thread(
        activity(tokens.service, who=MANAGER, value={"verb": "fact:ended:no", "card": carried})
    )
    answers = await sent(client, tokens, anothers, submitted, hers)
    assert "for whoever asked" in answers[0][1]["value"]
    assert answers[1] == (200, None)
    _, pressed = await messages(records)
    assert (pressed.action, pressed.sender) == ("fact:ended:no", HERS)
    await client.close()
    (replaced,) = microsoft.log
    shown = replaced["body"]["attachments"][0]["content"]
    assert "refresh" not in shown
    assert "Chosen: No, we still support them" in list(words(shown))


async def answered(open_door: Open, tokens: Tokens, records: Records, settings: Settings) -> Client:
    """Have the volunteer ask in private, and return the client after she was sent an answer."""
    client = await open_door()
    await sent(client, tokens, activity(tokens.service, text="may I?"))

    def answer() -> None:
        with records.changing() as change:
            outbox.put(change, HERS, (RATED,))
        outbox.deliver(records, HERS, teams_channel(records, settings.teams()))

    await asyncio.to_thread(answer)
    return client


async def test_teams_own_thumbs_stand_for_the_buttons_that_say_whether_it_helped(
    open_door: Open, tokens: Tokens, records: Records, microsoft: Services, settings: Settings
) -> None:
    client = await answered(open_door, tokens, records, settings)
    (shown,) = microsoft.cards
    assert shown["channelData"]["feedbackLoop"] == {"type": "default"}
    assert [action["title"] for action in buttons(shown["attachments"][0]["content"])] == ["Ask a person"]
    name = microsoft.log[0]["name"]
    up, down = [_thumb(tokens.service, which, name) for which in ("like", "dislike")]
    of_another = _thumb(tokens.service, "like", "another")
    in_public = in_thread(_thumb(tokens.service, "like", name))
    answers = await sent(client, tokens, up, up, down, of_another, in_public)
    assert answers == [(200, {})] * 5
    _, *rated = await messages(records)
    assert [one.action for one in rated] == ["helpful:y:answer-9", "helpful:n:answer-9"]


async def test_whoever_writes_below_a_thumb_is_told_that_only_the_thumb_is_kept(
    open_door: Open, tokens: Tokens, records: Records, microsoft: Services, settings: Settings
) -> None:
    client = await answered(open_door, tokens, records, settings)
    name = microsoft.log[0]["name"]
    written = _thumb(tokens.service, "dislike", name, json.dumps({"feedbackText": "My neighbour is meant"}))
    await sent(client, tokens, written, _thumb(tokens.service, "like", name, "no JSON"))
    await client.close()
    _, told = microsoft.cards
    assert "Only whether it helped is kept" in told["text"]


def _thumb(service: str, which: str, of: str, feedback: str = '{"feedbackText":""}') -> dict[str, Any]:
    value = {"actionName": "feedback", "actionValue": {"reaction": which, "feedback": feedback}}
    return activity(service, "invoke", name="message/submitAction", value=value, replyToId=of)


async def test_a_card_that_does_not_ask_has_no_thumbs(
    open_door: Open, tokens: Tokens, records: Records, microsoft: Services, settings: Settings
) -> None:
    client = await open_door()
    await sent(client, tokens, activity(tokens.service, text="may I?"))
    await asyncio.to_thread(teams_channel(records, settings.teams()).send, HERS, ASK_BACK)
    (shown,) = microsoft.cards
    assert "feedbackLoop" not in shown["channelData"]
