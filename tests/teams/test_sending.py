"""What goes out: to whoever can be reached, again where that helps; else the operator is told."""

import json
import threading
from typing import Any

import pytest

from adapters.teams import web
from adapters.teams.activities import understood
from adapters.teams.channel import TeamsChannel
from adapters.teams.connector import Connector, NotInstalled
from adapters.teams.events import Installed, Said
from adapters.teams.platform import teams_channel
from adapters.teams.references import References
from bot import outbox
from bot.card import Card, Quote
from bot.channel import TryLater, Undeliverable
from bot.records.store import Records
from bot.records.tables import Sending
from tests.gallery import ANSWER, ASK_BACK, EVERY_ELEMENT, LONG
from tests.records.conftest import NotedJobs
from tests.records.stage import all_of
from tests.teams.caller import BOT, MANAGER, TENANT, VOLUNTEER, Settings, activity, in_channel
from tests.teams.services import Services
from tests.teams.shown import words

BLOCKED = {"error": {"code": "ConversationBlockedByUser"}}
HERS = f"teams:{TENANT}/{VOLUNTEER}"
THREAD = f"teams:{TENANT}/19:abc@thread.tacv2;messageid=1712"


@pytest.fixture
def channel(records: Records, settings: Settings) -> TeamsChannel:
    """What sends."""
    return teams_channel(records, settings.teams())


def met(records: Records, raw: dict[str, Any]) -> None:
    """Remember how whoever says this is spoken to."""
    said = understood(raw)
    assert isinstance(said, Said)
    with records.changing() as change:
        References(records).spoke(change, said.place)


@pytest.fixture
def known(records: Records, microsoft: Services) -> None:
    """Someone who has written in private, and in a channel."""
    met(records, activity(microsoft.base, text="hello"))
    met(records, in_channel(microsoft.base, "hello"))


@pytest.mark.usefixtures("known")
def test_a_card_goes_where_it_belongs(channel: TeamsChannel, microsoft: Services) -> None:
    names = [channel.send(HERS, ANSWER), channel.send(THREAD, ASK_BACK)]
    first, second = microsoft.log
    assert [first["name"], second["name"]] == names
    assert first["to"] == f"a:{VOLUNTEER}"
    assert second["to"] == "19:abc@thread.tacv2;messageid=1712"
    assert first["body"]["channelData"] == {"hearth": {"card": ANSWER.id}}
    assert channel.find(HERS, ANSWER.id) is None


@pytest.mark.usefixtures("known")
def test_someone_who_never_wrote_gets_a_private_conversation_of_her_own_once(
    channel: TeamsChannel, microsoft: Services
) -> None:
    for card in (EVERY_ELEMENT, ANSWER):
        channel.send(f"teams:{TENANT}/{MANAGER}", card)
    begun, first, second = microsoft.log
    assert begun["what"] == "begin"
    assert begun["body"]["members"] == [{"id": MANAGER}]
    assert begun["body"]["tenantId"] == TENANT
    assert begun["body"]["bot"] == {"id": BOT}
    assert first["to"] == second["to"] == f"a:{MANAGER}"


def test_the_first_word_to_an_organisation_goes_to_the_address_of_all(
    channel: TeamsChannel, microsoft: Services
) -> None:
    channel.send(HERS, ANSWER)
    assert [entry["what"] for entry in microsoft.log] == ["begin", "POST"]


def test_someone_met_in_a_channel_alone_is_written_to_by_the_name_that_she_has_there(
    channel: TeamsChannel, records: Records, microsoft: Services
) -> None:
    met(records, in_channel(microsoft.base, "hello"))
    channel.send(HERS, ANSWER)
    assert microsoft.log[0]["body"]["members"] == [{"id": f"29:{VOLUNTEER}"}]


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("fault", "words_of_it", "after", "perhaps"),
    [
        ({"status": 429, "headers": {"Retry-After": "7"}}, "teams asks to wait", 7, False),
        ({"status": 429, "headers": {"Retry-After": "Mon, 2 Mar 2026"}}, "teams asks to wait", None, False),
        ({"status": 412}, "teams asks to wait", None, False),
        ({"status": 500}, "teams failed", None, True),
        ({"status": 502}, "teams failed", None, True),
        ({"status": 503, "headers": {"Retry-After": "30"}}, "teams failed", 30, False),
        ({"status": 504}, "teams failed", None, True),
    ],
)
def test_what_may_pass_is_tried_again(
    fault: dict[str, Any],
    words_of_it: str,
    after: float | None,
    perhaps: bool,  # noqa: FBT001 - a case of the table
    channel: TeamsChannel,
    microsoft: Services,
) -> None:
    microsoft.set("faults", [fault])
    with pytest.raises(TryLater) as error:
        channel.send(HERS, ANSWER)
    assert (error.value.fault, error.value.after, error.value.perhaps_sent) == (words_of_it, after, perhaps)
    channel.send(HERS, ANSWER)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("fault", "words_of_it"),
    [
        ({"status": 400}, "teams refuses the card"),
        ({"status": 413}, "the card is too large for teams"),
        (
            {"status": 403, "body": {"error": {"code": "ConversationBlockedByUser"}}},
            "the app is blocked there",
        ),
    ],
)
def test_what_will_not_pass_is_told(
    fault: dict[str, Any], words_of_it: str, channel: TeamsChannel, microsoft: Services
) -> None:
    microsoft.set("faults", [fault])
    with pytest.raises(Undeliverable) as error:
        channel.send(HERS, ANSWER)
    assert error.value.fault == words_of_it


@pytest.mark.usefixtures("known")
def test_a_channel_that_is_gone_is_told(channel: TeamsChannel, microsoft: Services) -> None:
    microsoft.set("faults", [{"status": 404}])
    with pytest.raises(Undeliverable, match="the conversation is gone"):
        channel.send(THREAD, ANSWER)
    with pytest.raises(Undeliverable, match="the conversation is not known"):
        channel.send(THREAD, ANSWER)


@pytest.mark.usefixtures("known")
def test_without_an_answer_the_card_may_have_been_sent(
    records: Records, settings: Settings, microsoft: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "SECONDS", 0.2)
    microsoft.set("faults", [{}, {"seconds": 0.6}])
    channel = teams_channel(records, settings.teams())
    channel.send(HERS, ASK_BACK)
    with pytest.raises(TryLater, match="no answer from teams") as error:
        channel.send(HERS, ANSWER)
    assert error.value.perhaps_sent


def test_a_service_that_cannot_be_reached_has_nothing(channel: TeamsChannel, records: Records) -> None:
    met(records, activity("http://127.0.0.1:9", text="hello"))
    with pytest.raises(TryLater, match="teams cannot be reached") as error:
        channel.send(HERS, ANSWER)
    assert not error.value.perhaps_sent


def test_an_address_without_encryption_is_not_spoken_to(channel: TeamsChannel, records: Records) -> None:
    met(records, activity("http://connector.example/", text="hello"))
    with pytest.raises(Undeliverable, match="not safe"):
        channel.send(HERS, ANSWER)


@pytest.mark.usefixtures("known")
def test_a_wrong_password_is_tried_later_and_said_to_the_operator(
    records: Records, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    channel = teams_channel(records, settings.teams(known=False))
    with pytest.raises(TryLater, match="the app's id or password is refused"):
        channel.send(HERS, ANSWER)
    assert "teams.password.refused" in caplog.messages


@pytest.mark.usefixtures("known")
def test_a_token_that_is_refused_is_asked_for_anew_once(
    records: Records, settings: Settings, microsoft: Services
) -> None:
    connector = Connector(settings.teams(), web.new_pool())
    channel = TeamsChannel(records, settings.teams(), connector)
    channel.send(HERS, ANSWER)
    microsoft.set("faults", [{"status": 401}])
    channel.send(HERS, ANSWER)
    assert len(microsoft.cards) == 2
    microsoft.set("faults", [{"status": 401}, {"status": 401}])
    with pytest.raises(TryLater, match="does not take the app's token"):
        channel.send(HERS, ANSWER)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("status", [403, 404])
def test_what_is_for_someone_without_the_app_waits_until_she_has_it(
    status: int, channel: TeamsChannel, records: Records, jobs: NotedJobs, microsoft: Services
) -> None:
    for card in (ANSWER, ASK_BACK):
        with records.changing() as change:
            outbox.put(change, HERS, (card,))
    # Her conversation is no more, and none can be begun.
    microsoft.set("faults", [{"status": status}, {"status": 403}])
    outbox.deliver(records, HERS, channel)
    assert {row.fault for row in all_of(records, Sending)} == {
        "the app is not installed for this person",
        None,
    }
    with pytest.raises(NotInstalled):
        channel.send(HERS, ANSWER)
    jobs.noted.clear()
    installed = understood(activity(microsoft.base, "installationUpdate", action="add"))
    assert isinstance(installed, Installed)
    References(records).reached(installed.place)
    assert {(job.name, job.about) for job in jobs.noted} == {("deliver", HERS)}
    outbox.deliver(records, HERS, channel)
    assert [card["channelData"]["hearth"]["card"] for card in microsoft.cards] == [ANSWER.id, ASK_BACK.id]


@pytest.mark.usefixtures("known")
def test_a_long_card_is_sent_whole(channel: TeamsChannel, microsoft: Services) -> None:
    channel.send(HERS, LONG)
    shown = [word for sent in microsoft.cards for word in words(sent["attachments"][0]["content"])]
    assert any("never cut" in word for word in shown)
    assert all(len(json.dumps(sent)) < 28_000 for sent in microsoft.cards)


@pytest.mark.usefixtures("known")
def test_of_a_card_in_parts_those_that_got_through_are_not_sent_again(
    channel: TeamsChannel, microsoft: Services
) -> None:
    long = Card("parts", "Long", tuple(Quote("word " * 2_000, f"Clause {number}") for number in range(5)))
    microsoft.set("faults", [{}, {"status": 429}])
    with pytest.raises(TryLater):
        channel.send(HERS, long)
    channel.send(HERS, long)
    sources = [
        word
        for sent in microsoft.cards
        for word in words(sent["attachments"][0]["content"])
        if word.startswith("Clause")
    ]
    assert sources == [f"Clause {number} [{number + 1}]" for number in range(5)]
    assert len(microsoft.cards) > 2


@pytest.mark.usefixtures("known")
def test_what_is_for_someone_who_blocked_the_app_comes_when_she_writes_again(
    channel: TeamsChannel, records: Records, jobs: NotedJobs, microsoft: Services
) -> None:
    with records.changing() as change:
        outbox.put(change, HERS, (ANSWER,))
    microsoft.set("faults", [{"status": 403, "body": BLOCKED}])
    outbox.deliver(records, HERS, channel)
    (stuck,) = all_of(records, Sending)
    assert (stuck.fault, stuck.stuck_at is None) == ("the app is blocked there", False)
    met(records, activity(microsoft.base, text="hello again"))
    assert ("deliver", HERS) in {(job.name, job.about) for job in jobs.noted}
    outbox.deliver(records, HERS, channel)
    assert [card["channelData"]["hearth"]["card"] for card in microsoft.cards] == [ANSWER.id]


@pytest.mark.usefixtures("known")
def test_eight_threads_send_at_once(channel: TeamsChannel, microsoft: Services) -> None:
    threads = [
        threading.Thread(target=lambda: [channel.send(HERS, ANSWER) for _ in range(5)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(microsoft.cards) == 40


@pytest.mark.usefixtures("known")
def test_a_file_is_fetched_from_teams_alone_and_not_above_20_mb(
    channel: TeamsChannel, microsoft: Services
) -> None:
    assert channel.fetch(HERS, f"{microsoft.base}/files/5") == b"xxxxx"
    with pytest.raises(Undeliverable, match="too large"):
        channel.fetch(HERS, f"{microsoft.base}/files/{20 * 1024 * 1024 + 1}")
    for elsewhere in (
        "http://169.254.169.254/latest",
        "https://example.org/files/5",
        "file:///etc/passwd",
        "x",
    ):
        with pytest.raises(Undeliverable, match="not on teams"):
            channel.fetch(HERS, elsewhere)
