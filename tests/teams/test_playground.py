"""The assistant in Microsoft's own stand-in for Teams: private chat, group, channel, handoff."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from tests.scripts import play
from tests.teams.playground import Playground, Shown
from tests.teams.playing import Begin
from tests.teams.shown import buttons

pytestmark = pytest.mark.needs("teams client")
QUESTION = "as a volunteer, can I friend a family I support on facebook?"


@pytest.mark.parametrize("script", play.scripts())
def test_the_conversation_scripts_run_on_teams(script: str, stage: Begin) -> None:
    play.play(stage(), script)


def test_a_question_in_private_is_answered_and_its_buttons_are_replaced(
    stage: Begin, client: Playground
) -> None:
    begun = stage()
    begun.say("volunteer", QUESTION)
    answered = client.wait_for("Clause 4.3", begun.chats["volunteer"], begun.began)
    answer = client.execute(answered, "user-id-0", "Ask a person")
    assert answer["type"] == "application/vnd.microsoft.card.adaptive"
    client.wait_for("You can reach a person here", begun.chats["volunteer"], begun.began)
    replaced = client.wait_for("Chosen: Ask a person", begun.chats["volunteer"], begun.began)
    assert replaced.id == answered.id
    assert list(buttons(replaced.card)) == []
    assert "Clause 4.3" in replaced.text


def test_a_client_that_only_submits_gets_the_same(stage: Begin, client: Playground) -> None:
    begun = stage()
    begun.say("volunteer", QUESTION)
    answered = client.wait_for("Clause 4.3", begun.chats["volunteer"], begun.began)
    client.submit(answered, "user-id-0", "Ask a person")
    client.wait_for("You can reach a person here", begun.chats["volunteer"], begun.began)
    replaced = client.wait_for("Chosen: Ask a person", begun.chats["volunteer"], begun.began)
    assert (replaced.id, list(buttons(replaced.card))) == (answered.id, [])


@pytest.mark.parametrize("where", ["group", "channel"])
def test_a_mention_is_answered_where_it_was_made_and_nothing_else_is(
    where: str, stage: Begin, client: Playground
) -> None:
    begun = stage()
    place = begun.config["groupChats"][0] if where == "group" else begun.config["teams"][0]["channels"][1]
    client.say(place["id"], "user-id-0", "shall we have lunch?")
    said = client.say(place["id"], "user-id-0", QUESTION, bot=begun.config["bot"]["id"])
    answered = client.wait_for("Clause 4.3", after=begun.began)
    assert answered.conversation == said.get("postConversationId", place["id"])
    shown = [one for one in client.shown[begun.began :] if one.conversation not in begun.chats.values()]
    assert len(shown) == 1
    assert list(buttons(answered.card)) == []
    seen = client.view(answered, "user-id-0")
    assert "Ask a person" in [action["title"] for action in buttons(seen["value"])]
    assert client.view(answered, "user-id-1")["type"] == "application/vnd.microsoft.activity.message"
    client.execute(replace(answered, content=_as_seen(answered, seen)), "user-id-0", "Ask a person")
    pressed = client.wait_for("Chosen: Ask a person", after=begun.began)
    assert (pressed.id, "refresh" in pressed.card) == (answered.id, False)


def _as_seen(message: Shown, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a message as it looks to whoever was given a card of her own for it."""
    return {**message.content, "attachments": [{"content": answer["value"]}]}


def test_whoever_is_added_to_a_team_begins_her_induction_in_her_own_chat(
    stage: Begin, client: Playground
) -> None:
    begun = stage(inducts=True)
    channel = begun.config["teams"][0]["channels"][0]["id"]
    newcomer = begun.config["users"][2]
    chat = client.begin(newcomer["id"])
    added = begun.activity("volunteer", type="conversationUpdate", membersAdded=[newcomer])
    where = {**added["conversation"], "id": channel, "conversationType": "channel"}
    client.send({**added, "conversation": where})
    told = client.wait_for("induction", chat, begun.began)
    assert list(buttons(told.card))
    shown = [one for one in client.shown[begun.began :] if one.conversation == channel]
    assert shown == []


def test_a_thumb_below_an_answer_is_noted(stage: Begin, client: Playground) -> None:
    begun = stage()
    begun.say("volunteer", QUESTION)
    answered = client.wait_for("Clause 4.3", begun.chats["volunteer"], begun.began)
    begun.rate("volunteer", answered, "dislike")
    client.wait_for("Would you like to ask a person?", begun.chats["volunteer"], begun.began)


def test_what_is_confidential_is_answered_in_private_though_it_was_said_in_a_channel(
    stage: Begin, client: Playground
) -> None:
    begun = stage()
    place = begun.config["teams"][0]["channels"][1]["id"]
    client.say(place, "user-id-0", "a child told me she is being hit", bot=begun.config["bot"]["id"])
    told = client.wait_for("If someone may be at risk", after=begun.began)
    assert told.conversation == begun.chats["volunteer"]
    assert told.content.get("summary") in (None, "You have a private item.")
    assert not [one for one in client.shown[begun.began :] if one.conversation not in begun.chats.values()]


def test_a_question_passed_on_reaches_the_manager_in_her_own_chat(stage: Begin, client: Playground) -> None:
    begun = stage()
    begun.say("volunteer", QUESTION)
    client.wait_for("Clause 4.3", begun.chats["volunteer"], begun.began)
    begun.press("volunteer", "Ask a person")
    begun.press("volunteer", "Pass it on")
    told = client.wait_for(QUESTION, begun.chats["manager"], begun.began)
    assert list(buttons(told.card))


def test_no_press_or_answer_carries_words_of_the_card_in_clear(stage: Begin, client: Playground) -> None:
    begun = stage()
    begun.say("volunteer", QUESTION)
    answered = client.wait_for("Clause 4.3", begun.chats["volunteer"], begun.began)
    carried = json.dumps(
        [action["data"] for block in answered.card["body"] for action in block.get("actions", ())]
    )
    assert "Home-Start" not in carried
    assert "friend" not in carried
