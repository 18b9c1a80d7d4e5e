"""Sending on Slack: each card once, whatever Slack answers, over one shared session."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.slack import courier
from adapters.slack.channel import SlackChannel
from adapters.slack.courier import Courier
from adapters.slack.installations import Installations, Installed
from adapters.slack.settings import SlackSettings
from bot import outbox
from bot.card import Card, Quote, Text
from bot.channel import TryLater, Undeliverable
from bot.records.store import Records
from bot.records.tables import Sending, SlackInstallation
from tests.gallery import ANSWER, LONG
from tests.records.stage import all_of
from tests.slack.client import TEAM
from tests.slack.conftest import SlackStub, noted

HERS = f"slack:{TEAM}/U0VOLUNTEER"
BIG = Card("big", "Big", tuple(Quote(f"{number} " + "word " * 900, "source") for number in range(5)))


@pytest.fixture
def channel(records: Records, settings: SlackSettings) -> Iterator[SlackChannel]:
    """The channel, with the stub's one workspace."""
    made = SlackChannel(Installations(records, settings), Courier(settings.api))
    yield made
    made.close()


def test_a_card_goes_to_the_direct_conversation_which_is_opened_once(
    channel: SlackChannel, slack: SlackStub
) -> None:
    channel.send(HERS, ANSWER)
    channel.send(HERS, LONG)
    assert [post["channel"] for post in slack.posted] == ["D0VOLUNTEER", "D0VOLUNTEER"]
    assert len(noted(slack, "conversations.open")) == 1


def test_a_card_for_a_thread_goes_there(channel: SlackChannel, slack: SlackStub) -> None:
    channel.send(f"slack:{TEAM}/C1/1712.000300", ANSWER)
    assert (slack.posted[0]["channel"], slack.posted[0]["thread_ts"]) == ("C1", "1712.000300")


@pytest.mark.parametrize(
    ("refused", "said"), [({}, "in private"), ({"conversations.open": "cannot_dm_bot"}, "ring")]
)
def test_in_a_channel_one_alone_is_told_that_she_is_answered_in_private_or_whom_to_ring(
    channel: SlackChannel, slack: SlackStub, refused: dict[str, str], said: str
) -> None:
    slack.refused |= refused
    channel.whisper(f"slack:{TEAM}/C1/1712.000300", HERS, "in private", "ring")
    (given,) = noted(slack, "chat.postEphemeral")
    assert (given["channel"], given["user"], given["text"]) == ("C1", "U0VOLUNTEER", said)
    assert not slack.posted


def test_a_card_for_a_thread_of_the_direct_messages_goes_there(
    channel: SlackChannel, slack: SlackStub
) -> None:
    channel.send(f"{HERS}/1712.000300", ANSWER)
    assert (slack.posted[0]["channel"], slack.posted[0]["thread_ts"]) == ("D0VOLUNTEER", "1712.000300")


def test_cards_of_many_threads_at_once_share_few_connections(channel: SlackChannel, slack: SlackStub) -> None:
    cards = [replace(ANSWER, id=f"answer-{number}") for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda card: channel.send(HERS, card), cards))
    assert len(slack.posted) == 60
    assert len(slack.connections) <= 9


@pytest.mark.parametrize(
    ("fault", "after", "perhaps"),
    [
        (429, 7.0, False),
        ("ratelimited", 1.0, False),
        (500, None, True),
        (503, None, True),
        ("internal_error", None, True),
        ("reset", None, True),
        ("posted, then reset", None, True),
        ("token_revoked", None, False),
        ("invalid_auth", None, False),
        ("missing_scope", None, False),
        ("silence", None, True),
        ("posted, then silence", None, True),
    ],
    ids=str,
)
def test_what_may_pass_is_tried_later(
    fault: int | str,
    after: float | None,
    perhaps: object,
    channel: SlackChannel,
    slack: SlackStub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(courier, "SECONDS", 0.2)
    slack.faults.append(fault)
    with pytest.raises(TryLater) as raised:
        channel.send(HERS, ANSWER)
    assert (raised.value.after, raised.value.perhaps_sent) == (after, perhaps)
    assert len(noted(slack, "chat.postMessage")) == 1  # nothing is tried twice behind the outbox's back


@pytest.mark.parametrize(
    "fault",
    [
        *("is_archived", "user_disabled", "channel_not_found", "msg_too_long", "invalid_blocks"),
        *("thread_not_found", "some_new_word"),
    ],
)
def test_what_never_passes_is_said_to_be_so(fault: str, channel: SlackChannel, slack: SlackStub) -> None:
    slack.faults.append(fault)
    with pytest.raises(Undeliverable) as raised:
        channel.send(HERS, ANSWER)
    assert fault not in raised.value.fault


@pytest.mark.parametrize("fault", ["missing_scope", "token_revoked", "some_new_word"])
def test_whoever_runs_it_is_told_in_the_log_why_slack_said_no(
    fault: str, channel: SlackChannel, slack: SlackStub, caplog: pytest.LogCaptureFixture
) -> None:
    slack.faults.append(fault)
    with pytest.raises((TryLater, Undeliverable)):
        channel.send(HERS, ANSWER)
    assert [(record.message, vars(record)["fault"]) for record in caplog.records] == [
        ("slack.refused", fault)
    ]


def test_nobody_at_the_address_is_tried_later(records: Records, settings: SlackSettings) -> None:
    gone = replace(settings, api="http://127.0.0.1:9/api/")
    channel = SlackChannel(Installations(records, gone), Courier(gone.api))
    with pytest.raises(TryLater) as raised:
        channel.send(HERS, ANSWER)
    assert not raised.value.perhaps_sent
    channel.close()


def test_a_conversation_of_another_platform_is_refused(channel: SlackChannel) -> None:
    with pytest.raises(Undeliverable):
        channel.send("web:1", ANSWER)


@pytest.mark.parametrize("place", [HERS, f"{HERS}/1712.000300", f"slack:{TEAM}/C1/1712.000300"])
def test_a_card_that_got_through_is_found_again(place: str, channel: SlackChannel, slack: SlackStub) -> None:
    assert channel.find(place, ANSWER.id) is None
    slack.faults.append("posted, then reset")
    with pytest.raises(TryLater):
        channel.send(place, ANSWER)
    assert channel.find(place, ANSWER.id) is not None
    assert channel.find(place, "another") is None


def test_a_card_that_got_through_is_found_on_the_last_page_of_a_long_thread(
    channel: SlackChannel, slack: SlackStub
) -> None:
    slack.posted.extend({"text": "talk", "ts": f"1711.{number:06}"} for number in range(450))
    slack.faults.append("posted, then reset")
    with pytest.raises(TryLater):
        channel.send(f"slack:{TEAM}/C1/1711.000000", ANSWER)
    assert channel.find(f"slack:{TEAM}/C1/1711.000000", ANSWER.id) is not None


def test_of_a_card_on_several_messages_only_the_missing_ones_are_posted_again(
    channel: SlackChannel, slack: SlackStub
) -> None:
    slack.faults.extend(["posted", 500])
    slack.faults[0] = "posted, then reset"
    with pytest.raises(TryLater):
        channel.send(HERS, BIG)
    assert channel.find(HERS, BIG.id) is None  # not all of it is there
    slack.faults.clear()
    channel.send(HERS, BIG)
    marks = [post["blocks"][0]["block_id"] for post in slack.posted]
    assert len(marks) == len(set(marks)) > 1
    assert channel.find(HERS, BIG.id) is not None


@pytest.mark.parametrize(
    "faults",
    [
        [429, "reset"],
        ["posted, then reset"],
        [500, 500],
        ["token_revoked"],
        ["silence", "posted, then silence"],
    ],
    ids=str,
)
def test_through_every_fault_each_card_arrives_once_and_in_order(
    faults: list[int | str],
    channel: SlackChannel,
    slack: SlackStub,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(courier, "SECONDS", 0.2)
    slack.faults.extend(faults)
    cards = [Card(f"c{number}", f"Card {number}", (Text("x"),)) for number in range(3)]
    with records.changing() as change:
        outbox.put(change, HERS, cards)
    clock = [records.now()]
    moved = replace(records, now=lambda: clock[0])
    for _ in range(6):
        outbox.deliver(moved, HERS, channel)
        clock[0] += timedelta(seconds=30)
    assert [post["text"] for post in slack.posted] == ["Card 0", "Card 1", "Card 2"]
    assert all(row.sent_at is not None for row in all_of(records, Sending))


def test_a_workspace_speaks_by_the_token_of_its_installation(records: Records, slack: SlackStub) -> None:
    settings = SlackSettings("s", client_id="1", client_secret="2", workspaces=(TEAM,), api=slack.api)  # noqa: S106 - no secret
    kept = Installations(records, settings)
    channel = SlackChannel(Installations(records, settings), Courier(slack.api))
    with pytest.raises(TryLater):
        channel.send(HERS, ANSWER)
    kept.save(Installed(TEAM, "xoxb-1", "U0HEARTH"), "chat:write", None)
    channel.send(HERS, ANSWER)
    assert kept.find(TEAM) == Installed(TEAM, "xoxb-1", "U0HEARTH")
    (row,) = all_of(records, SlackInstallation)
    assert row.token is not None
    assert b"xoxb" not in row.token
    kept.remove(TEAM, records.now())
    assert kept.find(TEAM) is None
    channel.close()
