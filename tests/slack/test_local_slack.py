"""The assistant in local-slack: private conversation, channel, commands, shortcuts, home, handoff."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.names import account
from adapters.slack.platform import EVENTS, slack_channel
from adapters.slack.settings import SlackSettings
from bot.channel import Undeliverable
from bot.words import IN_PRIVATE
from knowledge.answers import Answerer
from tests.scripts import play
from tests.slack.client import BOT, CHANNEL, PEOPLE, SECRET, TEAM, TOKEN, LocalSlack, local_slack, text_of
from tests.slack.sender import JSON, direct, signed
from tests.slack.shown import buttons
from tests.slack.stage import SlackStage, begun
from tests.teams.playground import free_port

pytestmark = pytest.mark.needs("slack client")
Begin = Callable[..., SlackStage]
QUESTION = "as a volunteer, can I friend a family I support on facebook?"


@pytest.fixture(scope="module")
def bot_port() -> int:
    """The port at which Slack looks for the app."""
    return free_port()


@pytest.fixture(scope="module")
def by_http(bot_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSlack]:
    """A Slack that sends signed events by HTTP, for all tests of this file."""
    address = f"http://127.0.0.1:{bot_port}{EVENTS}"
    with local_slack(tmp_path_factory.mktemp("slack"), address) as running:
        yield running


@pytest.fixture(scope="module")
def by_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSlack]:
    """A Slack that sends events by Socket Mode."""
    with local_slack(tmp_path_factory.mktemp("slack"), "") as running:
        yield running


@pytest.fixture
def begin(bot_port: int, answerer: Answerer, tmp_path: Path) -> Iterator[Begin]:
    """Begin: the real desk, with a manager and a chair."""
    with ExitStack() as stack:
        yield lambda client, **how: stack.enter_context(begun(client, bot_port, answerer, tmp_path, **how))


@pytest.fixture
def stage(begin: Begin, by_http: LocalSlack) -> SlackStage:
    """A stage, reached by HTTP."""
    return begin(by_http)


@pytest.mark.parametrize("script", play.scripts())
def test_the_conversation_scripts_run_on_slack_by_http(script: str, stage: SlackStage) -> None:
    play.play(stage, script)


@pytest.mark.parametrize("script", play.scripts())
def test_the_conversation_scripts_run_on_slack_by_socket_mode(
    script: str, begin: Begin, by_socket: LocalSlack
) -> None:
    play.play(begin(by_socket, socket=True), script)


@pytest.mark.parametrize("script", play.scripts())
def test_the_conversation_scripts_run_in_the_assistant_pane(
    script: str, begin: Begin, by_http: LocalSlack
) -> None:
    play.play(begin(by_http, pane=True), script)


def test_a_mention_is_answered_in_its_thread_and_talk_between_people_is_left_alone(stage: SlackStage) -> None:
    client = stage.client
    client.say("manager", "shall we have lunch?", CHANNEL)
    asked = client.say("volunteer", f"<@{BOT}> {QUESTION}", CHANNEL)
    answered = client.wait_for("4.3", CHANNEL)
    assert answered["thread_ts"] == asked
    client.say("manager", "I wondered about that too, can I?", CHANNEL, thread=asked)
    client.say("volunteer", f"<@{PEOPLE['chair']}> what do you think, may I?", CHANNEL, thread=asked)
    client.say("volunteer", "and if the support has ended?", CHANNEL, thread=asked)
    client.wait_for("has ended", CHANNEL)
    client.say("volunteer", f"<@{BOT}> can I gamble on the office computer?", CHANNEL)
    client.wait_for("2.6", CHANNEL)
    assert len(client.shown(CHANNEL)) == 3


def test_what_is_confidential_is_answered_in_private_though_it_was_said_in_a_channel(
    stage: SlackStage,
) -> None:
    client = stage.client
    client.say("volunteer", f"<@{BOT}> a child told me she is being hit", CHANNEL)
    told = client.wait_for("at risk", client.direct("volunteer"))
    assert "risk" not in told["text"]
    (whispered,) = client.shown(CHANNEL)
    assert whispered["ephemeral_to"] == PEOPLE["volunteer"]
    assert whispered["text"] == IN_PRIVATE


def test_a_command_is_answered_to_whoever_used_it_alone(stage: SlackStage) -> None:
    client = stage.client
    client.command("volunteer", "/policy", QUESTION)
    client.wait_for("4.3", client.direct("volunteer"))
    (told,) = client.shown(CHANNEL)
    assert told["subtype"] == "ephemeral"
    assert told["ephemeral_to"] == PEOPLE["volunteer"]


@pytest.mark.parametrize(("command", "shown"), [("/hearth", "Hello"), ("/induction", "induction")])
def test_each_command_leads_to_what_it_is_called_after(command: str, shown: str, stage: SlackStage) -> None:
    stage.client.command("volunteer", command)
    stage.client.wait_for(shown, stage.client.direct("volunteer"))


def test_a_pressed_card_says_what_was_pressed_and_has_no_buttons_any_more(stage: SlackStage) -> None:
    stage.say("volunteer", QUESTION)
    client, direct = stage.client, stage.client.direct("volunteer")
    client.wait_for("4.3", direct)
    stage.press("volunteer", "That helped")
    left = client.wait_for("Chosen: That helped", direct)
    assert not [one for one in buttons(left["blocks"]) if one["text"]["text"] == "That helped"]


def test_a_question_passed_on_reaches_the_manager_in_her_own_conversation(stage: SlackStage) -> None:
    stage.say("volunteer", QUESTION)
    stage.press("volunteer", "Ask a person")
    stage.press("volunteer", "Pass it on")
    stage.client.wait_for("friend", stage.client.direct("manager"))


def test_links_and_media_never_unfurl_and_names_are_not_linked(stage: SlackStage) -> None:
    stage.say("volunteer", QUESTION)
    stage.client.wait_for("4.3", stage.client.direct("volunteer"))
    sent = [entry["detail"] for entry in stage.client.log() if entry["summary"] == "chat.postMessage"]
    assert sent
    assert all(
        (one["unfurl_links"], one["unfurl_media"], one["link_names"]) == (False, False, False) for one in sent
    )


def test_events_that_come_twice_and_in_the_wrong_order_are_each_answered_once(
    stage: SlackStage, bot_port: int
) -> None:
    client, channel = stage.client, stage.client.direct("volunteer")
    for number in (3, 1, 1, 2, 3):
        ts, user = f"1712.00000{number}", PEOPLE["volunteer"]
        body = direct(QUESTION, ts, channel=channel, user=user)
        address = f"http://127.0.0.1:{bot_port}{EVENTS}"
        assert client.pool.request("POST", address, body=body, headers=signed(body, JSON)).status == 200
    client.say("volunteer", "thanks")
    client.wait_for("welcome", channel)
    assert len(client.shown(channel)) == 4


def test_an_edited_or_deleted_message_is_not_answered_again(stage: SlackStage) -> None:
    client, direct = stage.client, stage.client.direct("volunteer")
    said = client.say("volunteer", QUESTION)
    client.wait_for("4.3", direct)
    client.post(
        "edit-message", {"channel": direct, "ts": said, "user": PEOPLE["volunteer"], "text": "can I gamble?"}
    )
    client.post("delete-message", {"channel": direct, "ts": said, "user": PEOPLE["volunteer"]})
    client.say("volunteer", "thanks")
    client.wait_for("welcome", direct)
    assert len(client.shown(direct)) == 2


def test_the_home_tab_says_who_she_is_and_what_waits_for_an_officer(stage: SlackStage) -> None:
    stage.say("volunteer", QUESTION)
    stage.press("volunteer", "Ask a person")
    stage.press("volunteer", "Pass it on")
    stage.client.wait_for("friend", stage.client.direct("manager"))
    stage.client.post("open-home", {"user": PEOPLE["manager"]})
    said = _home(stage.client, PEOPLE["manager"])
    assert "Waiting for you" in said
    assert "due" in said
    stage.client.post("open-home", {"user": PEOPLE["volunteer"]})
    hers = _home(stage.client, PEOPLE["volunteer"])
    assert "volunteer" in hers
    assert "Waiting for you" not in hers


def test_a_certificate_is_given_to_whoever_earned_it_and_to_nobody_else(stage: SlackStage) -> None:
    play.play(stage, "induction-to-certificate")
    client, direct = stage.client, stage.client.direct("volunteer")
    done = client.wait_for("Code of your certificate", direct)
    client.press("volunteer", done, "Your certificate")
    given = client.wait_for("for you alone", direct)
    assert given["files"][0]["mimetype"] == "application/pdf"
    client.press("manager", done, "Your certificate")
    client.wait_for("cannot be given", direct)
    assert len([one for one in client.shown(direct) if one.get("files")]) == 1


def test_a_file_that_someone_sent_is_fetched_as_it_is(
    begin: Begin, by_http: LocalSlack, tmp_path: Path
) -> None:
    stage = begin(by_http)
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"\x89PNG" + bytes(range(256)) * 9_000)
    stage.show("volunteer", photo, "may I post this?")
    (sent,) = stage.client.call("files.list")["files"]
    settings = SlackSettings(SECRET, TOKEN, api=by_http.api)
    channel = slack_channel(stage.records, settings)
    conversation = account(TEAM, PEOPLE["volunteer"])
    assert channel.fetch(conversation, sent["id"]) == photo.read_bytes()
    with pytest.raises(Undeliverable):
        channel.fetch(conversation, "F0NOWHERE")
    channel.close()


def test_no_button_carries_words_of_the_card(stage: SlackStage) -> None:
    stage.say("volunteer", QUESTION)
    answered = stage.client.wait_for("4.3", stage.client.direct("volunteer"))
    carried = json.dumps([one["value"] for one in buttons(answered["blocks"])])
    assert "friend" not in carried
    assert "Home-Start" not in carried


def _home(client: LocalSlack, user: str) -> str:
    import time

    until = time.monotonic() + 15
    while time.monotonic() < until:
        for entry in client.log():
            detail: Any = entry.get("detail")
            if entry["summary"] == "views.publish" and detail["user_id"] == user:
                return text_of({"blocks": detail["view"]["blocks"]})
        time.sleep(0.03)
    raise AssertionError("no home tab was shown")
