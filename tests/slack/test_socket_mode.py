"""Socket Mode: the connection comes back by itself, and what was not recorded is not acknowledged."""

import json
import time
from collections.abc import Callable, Iterator

import pytest

from adapters.slack import socket as slack_socket
from adapters.slack.branch import Branch
from adapters.slack.platform import Slack
from adapters.slack.settings import SlackSettings
from bot.inbox import next_waiting
from bot.records.store import Records
from tests.slack.client import APP_TOKEN, TEAM, TOKEN
from tests.slack.conftest import away
from tests.slack.sender import USER, direct
from tests.slack.socket_stub import SocketStub
from tests.slack.stage import serving
from tests.teams.playground import free_port

HERS = f"slack:{TEAM}/{USER}"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_socket, "TRY_EVERY", 0.2)
    monkeypatch.setattr(slack_socket, "LOOK_EVERY", 0.3)
    monkeypatch.setattr(slack_socket, "AT_FIRST", 0.5)


@pytest.fixture
def stub() -> Iterator[SocketStub]:
    """Slack's side."""
    with SocketStub().serving() as stub:
        yield stub


def app(records: Records, stub: SocketStub) -> Slack:
    """Return the app, in Socket Mode."""
    return Slack([Branch(records, SlackSettings("", TOKEN, app_token=APP_TOKEN, api=stub.api))])


def until(is_so: Callable[[], object]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def test_an_event_is_recorded_and_then_acknowledged(records: Records, stub: SocketStub) -> None:
    with serving(app(records, stub), free_port()):
        assert stub.connected.wait(10)
        stub.send("E1", json.loads(direct("can I?")))
        until(lambda: stub.acknowledged == ["E1"])
    found = next_waiting(records, HERS)
    assert found is not None
    assert found.message.text == "can I?"


def test_what_cannot_be_recorded_is_not_acknowledged_so_that_slack_sends_it_again(
    records: Records, stub: SocketStub
) -> None:
    with serving(app(away(records), stub), free_port()):
        assert stub.connected.wait(10)
        stub.send("E1", json.loads(direct("can I?")))
        stub.send("E2", {"type": "event_callback", "team_id": TEAM, "event": {"type": "nothing for us"}})
        until(lambda: stub.acknowledged)
        assert stub.acknowledged == ["E2"]


def test_while_slack_is_away_the_server_is_up_and_connects_when_slack_is_back(
    records: Records, stub: SocketStub
) -> None:
    stub.away = True
    with serving(app(records, stub), free_port()):
        assert not stub.connected.is_set()
        stub.away = False
        assert stub.connected.wait(10)


def test_an_address_that_is_used_up_is_not_tried_for_ever(records: Records, stub: SocketStub) -> None:
    stub.broken = 1
    with serving(app(records, stub), free_port()):
        assert stub.connected.wait(10)
    assert len(stub.addresses) > 1


def test_a_connection_that_ended_is_begun_anew_and_that_is_told(
    records: Records, stub: SocketStub, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(app(records, stub), free_port()):
        assert stub.connected.wait(10)
        stub.broken = 2
        stub.drop()
        assert stub.connected.wait(10)
        until(lambda: {"slack.socket.lost", "slack.socket.back"} <= {one.message for one in caplog.records})


def test_a_server_that_is_stopped_while_slack_is_away_ends(records: Records, stub: SocketStub) -> None:
    stub.away = True
    with serving(app(records, stub), free_port()):
        pass
