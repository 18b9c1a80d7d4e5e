"""What comes in is verified, recorded once, then acknowledged; anything else is refused or left alone."""

import asyncio
import json
import time
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any

import pytest

from adapters.slack import branch, intake, presses
from adapters.slack.platform import EVENTS, NOT_RECORDED, NOT_SENT
from bot.inbox import next_waiting
from bot.message import Message
from bot.records.store import Records
from tests.slack.client import BOT, TEAM
from tests.slack.conftest import Client, Open, SlackStub, accepted, away, noted
from tests.slack.sender import FORM, JSON, USER, direct, event, form, press, signed

HERS = f"slack:{TEAM}/{USER}"


async def send(client: Client, body: bytes, kind: str = JSON, **how: Any) -> int:
    """Send a signed request and return the status of the answer."""
    answer = await client.post(EVENTS, data=body, headers=signed(body, kind, **how))
    return int(answer.status)


async def waiting(records: Records, conversation: str = HERS) -> Message:
    """Return the message that waits."""
    found = await asyncio.to_thread(next_waiting, records, conversation)
    assert found is not None
    return found.message


async def test_a_direct_message_is_recorded_before_it_is_acknowledged(
    open_door: Open, records: Records
) -> None:
    client = await open_door()
    assert await send(client, direct("can I?")) == 200
    message = await waiting(records)
    assert (message.text, message.sender, message.private) == ("can I?", HERS, True)


async def test_slack_is_shown_that_the_address_is_ours(open_door: Open) -> None:
    client = await open_door()
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    answer = await client.post(EVENTS, data=body, headers=signed(body, JSON))
    assert answer.status == 200
    assert "abc" in await answer.text()


@pytest.mark.parametrize("again", range(3))
async def test_a_repeated_event_is_recorded_once(open_door: Open, records: Records, again: int) -> None:
    client = await open_door()
    for number in range(again + 2):
        body = direct()
        headers = {**signed(body, JSON), "X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "timeout"}
        assert (await client.post(EVENTS, data=body, headers=headers)).status == 200
    assert len(await accepted(records)) == 1


async def test_events_delivered_twice_at_once_are_recorded_once(open_door: Open, records: Records) -> None:
    client = await open_door()
    assert set(await asyncio.gather(*(send(client, direct()) for _ in range(8)))) == {200}
    assert len(await accepted(records)) == 1


async def test_events_in_the_wrong_order_are_each_recorded_once(open_door: Open, records: Records) -> None:
    client = await open_door()
    for ts in ("1712.000300", "1712.000100", "1712.000200", "1712.000100"):
        assert await send(client, direct(ts=ts)) == 200
    assert sorted(await accepted(records)) == [f"slack:{TEAM}/D0VOLUNTEER/1712.000{n}00" for n in (1, 2, 3)]


async def test_a_mention_that_comes_as_two_events_is_recorded_once(open_door: Open, records: Records) -> None:
    client = await open_door()
    said = {"channel": "C1", "user": USER, "text": f"<@{BOT}> can I?", "ts": "1712.000300"}
    assert await send(client, event(type="app_mention", **said)) == 200
    assert await send(client, event(type="message", channel_type="channel", **said)) == 200
    message = await waiting(records, f"slack:{TEAM}/C1/1712.000300")
    assert (message.text, message.private) == ("can I?", False)
    assert len(await accepted(records)) == 1


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"secret": "another"}, 401),
        ({"late": -600}, 401),
        ({"late": 600}, 401),
    ],
    ids=["wrong secret", "too old", "from the future"],
)
async def test_what_slack_did_not_sign_just_now_is_refused(
    how: dict[str, Any], status: int, open_door: Open, records: Records
) -> None:
    client = await open_door()
    if "late" in how:  # from now: the list of cases is made long before it is run
        how = {"at": time.time() + how["late"]}
    assert await send(client, direct(), **how) == status
    assert await accepted(records) == []


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"X-Slack-Request-Timestamp": "yesterday"}, 401),
        ({"X-Slack-Request-Timestamp": "-1"}, 401),
        ({"X-Slack-Request-Timestamp": "9" * 400}, 401),
        ({"X-Slack-Request-Timestamp": "\u0661\u0667"}, 401),
        ({"X-Slack-Signature": "v0=caf\u00e9"}, 401),
        ({"X-Slack-Signature": ""}, 401),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
    ],
)
async def test_a_malformed_request_gets_the_right_status_and_changes_nothing(
    changed: dict[str, str], status: int, open_door: Open, records: Records
) -> None:
    client = await open_door()
    body = direct()
    answer = await client.post(EVENTS, data=body, headers={**signed(body, JSON), **changed})
    assert (answer.status, await answer.text()) == (status, "")
    assert await accepted(records) == []


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b'"x"', b"{}", b'{"type": "event_callback"}', b'{"event": 1}']
)
async def test_a_signed_body_that_says_nothing_is_no_error_of_ours(
    body: bytes, open_door: Open, records: Records
) -> None:
    client = await open_door()
    assert await send(client, body) in (200, 400, 401)
    assert await accepted(records) == []


async def test_bytes_that_are_no_text_are_refused(open_door: Open) -> None:
    client = await open_door()
    answer = await client.post(EVENTS, data=b"\xff\xfe", headers=signed(b"x", JSON))
    assert answer.status == 401


async def test_a_huge_body_is_refused(open_door: Open) -> None:
    client = await open_door()
    body = direct("x" * 1_100_000)
    answer = await client.post(EVENTS, data=BytesIO(body), headers=signed(body, JSON))
    assert answer.status == 413


@pytest.mark.parametrize(
    "more",
    [
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"bot_id": "B1"},
        {"user": BOT},
        {"user": ""},
    ],
    ids=str,
)
async def test_edits_deletions_and_the_talk_of_bots_are_left_alone(
    more: dict[str, str], open_door: Open, records: Records
) -> None:
    client = await open_door()
    assert await send(client, direct(**more)) == 200
    assert await accepted(records) == []


async def test_talk_in_a_channel_is_left_alone(open_door: Open, records: Records) -> None:
    client = await open_door()
    said = {"type": "message", "channel": "C1", "channel_type": "channel", "user": USER, "text": "lunch?"}
    assert await send(client, event(**said, ts="1.1")) == 200
    assert await send(client, event(**said, ts="1.2", thread_ts="1.1")) == 200
    assert await accepted(records) == []


async def test_marks_of_slack_are_read_back_as_they_were_typed(open_door: Open, records: Records) -> None:
    client = await open_door()
    text = "a &lt;b&gt; &amp; <https://a.org/b|here> <http://a.org|a.org> <#C1|general> <!here> <@U9>"
    assert await send(client, direct(text)) == 200
    read = f"a <b> & here (https://a.org/b) a.org #general @here slack:{TEAM}/U9"
    assert (await waiting(records)).text == read


async def test_a_file_comes_with_its_message(open_door: Open, records: Records) -> None:
    client = await open_door()
    file = {"id": "F1", "name": "photo.png", "mimetype": "image/png", "size": 12}
    assert await send(client, direct("", subtype="file_share", files=[file])) == 200
    (attached,) = (await waiting(records)).files
    assert (attached.ref, attached.name, attached.media, attached.size) == (
        "F1",
        "photo.png",
        "image/png",
        12,
    )


async def test_a_press_is_recorded_with_its_action_and_the_card_shows_it(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    client = await open_door()
    button = {"type": "button", "action_id": "press-0", "text": {"type": "plain_text", "text": "Go on"}}
    blocks = [{"type": "actions", "block_id": "1", "elements": [button]}]
    message = {"ts": "1712.000200", "text": "a card", "blocks": blocks}
    assert await send(client, press(response_url=f"{slack.base}/respond", message=message), FORM) == 200
    assert (await waiting(records)).action == "induction:mine"
    (told,) = await _told(slack)
    assert told["replace_original"] is True
    assert "Chosen: Go on" in json.dumps(told)


async def test_a_press_pressed_twice_by_the_network_is_recorded_once(
    open_door: Open, records: Records
) -> None:
    client = await open_door()
    assert [await send(client, press(), FORM) for _ in range(2)] == [200, 200]
    assert len(await accepted(records)) == 1


async def test_a_double_click_is_one_press(open_door: Open, records: Records) -> None:
    client = await open_door()
    for moment in ("1712.50", "1712.61"):
        assert await send(client, press(moment=moment), FORM) == 200
    assert len(await accepted(records)) == 1


async def test_the_same_row_pressed_again_later_or_by_someone_else_is_another_press(
    open_door: Open, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await open_door()
    assert await send(client, press(moment="1712.50"), FORM) == 200
    assert await send(client, press(moment="1712.61", user={"id": "U9"}), FORM) == 200
    monkeypatch.setattr(presses, "_SECONDS", 0)
    assert await send(client, press(moment="1799.50"), FORM) == 200
    assert len(await accepted(records)) == 3


async def test_a_press_that_was_not_recorded_can_be_pressed_again_at_once(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    client = await open_door(away(records))
    for moment in ("1712.50", "1712.61"):
        body = press(response_url=f"{slack.base}/respond", moment=moment)
        assert await send(client, body, FORM) == 200
    assert [one["text"] for one in await _told(slack, 2)] == [NOT_RECORDED, NOT_RECORDED]


async def test_whoever_presses_on_the_home_tab_is_told_there_where_the_answer_is(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    client = await open_door()
    body = press(container={"type": "view", "view_id": "V1"}, channel={}, message={})
    assert await send(client, body, FORM) == 200
    assert (await waiting(records)).conversation == HERS
    (shown,) = await _told(slack, method="views.publish")
    assert "under Messages" in json.dumps(shown["view"])


async def test_nobody_is_answered_at_an_address_that_is_not_slacks(open_door: Open, settings: Any) -> None:
    client = await open_door(using=replace(settings, api="https://slack.com/api/"))
    assert await send(client, press(response_url="http://127.0.0.1:9/respond"), FORM) == 200


async def test_an_event_that_cannot_be_recorded_is_to_be_sent_again(
    open_door: Open, records: Records
) -> None:
    client = await open_door(away(records))
    assert await send(client, direct()) == 503


async def test_a_press_that_cannot_be_recorded_is_said_to_whoever_pressed_alone(
    open_door: Open, records: Records, slack: SlackStub
) -> None:
    client = await open_door(away(records))
    assert await send(client, press(response_url=f"{slack.base}/respond"), FORM) == 200
    (told,) = await _told(slack)
    assert (told["text"], told["response_type"], told["replace_original"]) == (
        NOT_RECORDED,
        "ephemeral",
        False,
    )


async def test_a_command_that_cannot_be_recorded_says_so(open_door: Open, records: Records) -> None:
    client = await open_door(away(records))
    body = form(command="/policy", team_id=TEAM, user_id=USER, text="x", trigger_id="1.1", channel_id="C1")
    answer = await client.post(EVENTS, data=body, headers=signed(body, FORM))
    assert answer.status == 200
    assert (await answer.json())["text"] == NOT_SENT


async def test_while_the_database_is_slow_slack_has_its_answer_in_time(
    open_door: Open, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot import inbox

    really = inbox.accept

    def slowly(records: Records, message: Message) -> bool:
        time.sleep(0.3)
        return really(records, message)

    monkeypatch.setattr(branch, "Intake", partial(intake.Intake, seconds=0.05))
    monkeypatch.setattr(inbox, "accept", slowly)
    client = await open_door()
    assert await send(client, direct()) == 503
    await asyncio.sleep(0.5)
    assert await send(client, direct()) in (200, 503)  # sent again, it is the same message
    await asyncio.sleep(0.5)
    assert len(await accepted(records)) == 1


async def test_whoever_joins_is_inducted_only_where_that_is_set(open_door: Open, records: Records) -> None:
    body = event(type="team_join", user={"id": USER})
    assert await send(await open_door(), body) == 200
    assert await accepted(records) == []
    assert await send(await open_door(inducts=True), body) == 200
    message = await waiting(records)
    assert (message.action, message.conversation, message.sender) == ("induction:joined", HERS, HERS)


@pytest.mark.parametrize("guest", ["is_bot", "is_restricted", "is_ultra_restricted"])
async def test_a_guest_or_a_bot_that_joins_is_not_inducted(
    guest: str, open_door: Open, records: Records
) -> None:
    body = event(type="team_join", user={"id": USER, guest: True})
    assert await send(await open_door(inducts=True), body) == 200
    assert await accepted(records) == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("/policy", "may I?", "may I?"),
        ("/policy", "", "help"),
        ("/induction", "", "induction"),
        ("/induction", "<@U9|x> as a volunteer", f"induction slack:{TEAM}/U9 as a volunteer"),
        ("/complaint", "", "complaint"),
        ("/complaint", "the notice came late", "raise in private: the notice came late"),
        ("/hearth", "", "help"),
        ("/hearth", "my cases", "my cases"),
    ],
)
async def test_a_command_is_a_message_in_private(
    name: str, text: str, said: str, open_door: Open, records: Records
) -> None:
    client = await open_door()
    body = form(command=name, team_id=TEAM, user_id=USER, text=text, trigger_id="1.1", channel_id="C1")
    assert await send(client, body, FORM) == 200
    message = await waiting(records)
    assert (message.text, message.private) == (said, True)


@pytest.mark.parametrize(
    ("callback", "said"),
    [
        ("check_policy", "I friended a family"),
        ("raise_private", "raise in private: I friended a family"),
    ],
)
async def test_a_shortcut_takes_the_message_into_the_private_conversation(
    callback: str, said: str, open_door: Open, records: Records, slack: SlackStub
) -> None:
    client = await open_door()
    more: dict[str, Any] = {
        "type": "message_action",
        "callback_id": callback,
        "action_ts": "1.5",
        "message": {"text": "I friended a family", "user": "U9"},
    }
    assert await send(client, press(response_url=f"{slack.base}/respond", **more), FORM) == 200
    message = await waiting(records)
    assert (message.text, message.conversation, message.private) == (said, HERS, True)
    (told,) = await _told(slack)
    assert told["response_type"] == "ephemeral"


async def _told(slack: SlackStub, times: int = 1, method: str = "response_url") -> list[dict[str, Any]]:
    for _ in range(200):
        if len(told := noted(slack, method)) >= times:
            return told
        await asyncio.sleep(0.02)
    return []
