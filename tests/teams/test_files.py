"""Files that go out: into her own folder once she allows it, and not lost on the way."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from adapters.documents import Given
from adapters.teams import asides
from adapters.teams.activities import understood
from adapters.teams.hand import Hand
from adapters.teams.platform import teams_channel
from bot.records.store import Records
from tests.teams.caller import MANAGER, VOLUNTEER, Settings, activity, in_channel, press
from tests.teams.sender import HERS
from tests.teams.services import Services

Made = Callable[[Records, str, str], Given | None]


@pytest.fixture
def hand(records: Records, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Hand:
    """What takes presses, where the volunteer has a certificate."""
    made = Given("certificate.pdf", "application/pdf", b"%PDF-1.7")
    hers: Made = lambda _, account, given: made if (account, given) == (HERS, "certificate:c1") else None  # noqa: E731 - a stand-in of one line
    monkeypatch.setattr("adapters.teams.files.document_of", hers)
    monkeypatch.setattr(asides, "PAUSES", (0.01, 0.01, 0.01))
    return Hand(records, teams_channel(records, settings.teams()))


def log_of(microsoft: Services) -> list[dict[str, Any]]:
    """Return what was asked of the connector, but for the conversation that had to be begun."""
    return [entry for entry in microsoft.log if entry["what"] != "begin"]


async def press_it(hand: Hand, service: str, who: str = VOLUNTEER) -> Any:
    """Press the button of the certificate; return the answer."""
    return await hand.take(understood(press(service, "document:certificate:c1", who)))


async def consent(hand: Hand, microsoft: Services, verb: str) -> None:
    """Answer the newest question where it may be kept."""
    asked = next(entry for entry in reversed(microsoft.log) if entry["what"] == "POST")
    value = {
        "action": verb,
        "context": asked["body"]["attachments"][0]["content"]["acceptContext"],
        "uploadInfo": {
            "uploadUrl": f"{microsoft.base}/files/certificate.pdf",
            "contentUrl": "https://a.sharepoint.com/certificate.pdf",
            "uniqueId": "u1",
            "fileType": "pdf",
        },
    }
    consented = activity(
        microsoft.base, "invoke", name="fileConsent/invoke", value=value, replyToId=asked["name"]
    )
    assert await hand.take(understood(consented)) == {}


async def test_a_certificate_is_put_into_her_own_folder_once_she_allows_it(
    hand: Hand, microsoft: Services
) -> None:
    for who in (VOLUNTEER, MANAGER):
        await press_it(hand, microsoft.base, who)
    (offer,) = log_of(microsoft)
    assert offer["body"]["attachments"][0]["content"]["sizeInBytes"] == 8
    await consent(hand, microsoft, "accept")
    await hand.finish()
    _, file, shown, taken_back = log_of(microsoft)
    assert file == {"what": "file", "size": 8, "range": "bytes 0-7/8", "begins": "%PDF-"}
    (kept,) = shown["body"]["attachments"]
    assert kept["contentType"] == "application/vnd.microsoft.teams.card.file.info"
    assert kept["contentUrl"] == "https://a.sharepoint.com/certificate.pdf"
    assert kept["content"] == {"uniqueId": "u1", "fileType": "pdf"}
    assert (taken_back["what"], taken_back["name"]) == ("DELETE", offer["name"])


async def test_whoever_does_not_want_it_gets_none_and_is_not_asked_again(
    hand: Hand, microsoft: Services
) -> None:
    await press_it(hand, microsoft.base)
    await consent(hand, microsoft, "decline")
    await hand.finish()
    assert [entry["what"] for entry in log_of(microsoft)] == ["POST", "DELETE"]


async def test_a_file_that_finds_no_room_for_the_moment_is_put_there_soon(
    hand: Hand, microsoft: Services
) -> None:
    await press_it(hand, microsoft.base)
    microsoft.set("file_faults", [503, 429])
    await consent(hand, microsoft, "accept")
    for _ in range(100):
        await asyncio.sleep(0.02)
        if any(entry["what"] == "DELETE" for entry in log_of(microsoft)):
            break
    assert [entry["what"] for entry in log_of(microsoft)] == ["POST", "file", "POST", "DELETE"]


async def test_whoever_allowed_a_file_that_cannot_be_put_there_is_told(
    hand: Hand, microsoft: Services
) -> None:
    await press_it(hand, microsoft.base)
    microsoft.set("file_faults", [404])
    await consent(hand, microsoft, "accept")
    await hand.finish()
    assert microsoft.cards[-1]["text"].startswith("The file could not be put into your files.")


async def test_in_a_channel_no_file_is_given(hand: Hand, microsoft: Services) -> None:
    pressed = press(microsoft.base, "document:certificate:c1")
    answer = await hand.take(
        understood({**pressed, "conversation": in_channel(microsoft.base, "")["conversation"]})
    )
    assert answer is not None
    assert "private chat" in answer["value"]
    assert log_of(microsoft) == []
