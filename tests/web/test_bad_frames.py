"""What cannot be read is told in words, and the conversation goes on."""

from contextlib import suppress

import pytest
from aiohttp import WSMsgType

from adapters.web.chat import MAX_BYTES
from tests.web.conftest import Page
from tests.web.doors import GalleryDoor


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "no json",
        "[]",
        "1",
        "null",
        '"say"',
        "{}",
        '{"type": "say"}',
        '{"type": "say", "id": 1, "text": "x"}',
        '{"type": "say", "id": "message-1", "text": null}',
        '{"type": "say", "id": "short", "text": "x"}{"type": "say", "id": "<script>-", "text": "x"}',
        '{"type": "say", "id": "' + "a" * 65 + '", "text": "x"}',
        '{"type": "sing", "id": "message-1", "text": "x"}',
        "[" * 100_000,
        "1" * 5000,
        '{"type": "press", "id": "message-1"}',
        '{"type": "roles", "id": "message-1", "roles": [], "code": ""}',
        '{"type": "roles", "id": "message-1", "roles": [1], "code": ""}',
        '{"type": "roles", "id": "message-1", "roles": ["admin"], "code": ""}'
        '{"type": "roles", "id": "message-1", "roles": [["volunteer"]], "code": ""}'
        '{"type": "roles", "id": "message-1", "roles": ["unknown", "staff"], "code": ""}',
    ],
    ids=lambda raw: raw[:60],
)
async def test_a_frame_that_cannot_be_read_is_answered_and_the_conversation_goes_on(
    page: Page, door: GalleryDoor, raw: str, caplog: pytest.LogCaptureFixture
) -> None:
    await page.send_raw(raw)
    frame = await page.frame()
    assert frame["type"] == "error"
    assert "That could not be read." in frame["html"]
    assert door.messages == []
    assert len(await page.say("hello")) == 2
    assert "Traceback" not in caplog.text


async def test_a_binary_frame_is_answered_and_the_conversation_goes_on(page: Page) -> None:
    assert page.socket is not None
    await page.socket.send_bytes(b"\x00\xff")
    assert (await page.frame())["type"] == "error"
    assert len(await page.say("hello")) == 2


async def test_forty_thousand_characters_are_the_doors_business(page: Page, door: GalleryDoor) -> None:
    await page.say("🙂" * 40_000)
    assert len(door.messages[0].text) == 40_000


async def test_a_megabyte_is_refused_in_words_and_the_conversation_goes_on(
    page: Page, door: GalleryDoor
) -> None:
    await page.send(type="say", id="message-1", text="x" * 1_000_000)
    frame = await page.frame()
    assert frame["type"] == "error"
    assert "too long to read" in frame["html"]
    assert door.messages == []
    assert len(await page.say("hello")) == 2


async def test_what_is_larger_than_that_closes_the_connection_and_can_be_opened_again(page: Page) -> None:
    assert page.socket is not None
    with suppress(ConnectionError):  # it may be closed while this is still being sent
        await page.socket.send_str("x" * (MAX_BYTES + 1))
    closed = await page.socket.receive(timeout=20)
    assert closed.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR)
    await page.open()
    assert len(await page.say("hello")) == 2


async def test_half_of_a_surrogate_pair_is_no_trouble(page: Page, door: GalleryDoor) -> None:
    await page.send_raw('{"type": "say", "id": "message-1", "text": "a\\ud800b"}')
    await page.until_answered("message-1")
    assert door.messages[0].text == "a\ufffdb"
    await page.send_raw('{"type": "roles", "id": "message-2", "roles": ["manager"], "code": "\\ud800"}')
    await page.until_answered("message-2")
    assert door.messages[1].action == "join:\ufffd"


async def test_markup_in_a_message_is_shown_as_text(page: Page) -> None:
    said, *_ = await page.say("<img src=x onerror=alert(1)>")
    assert said["html"] == '<p dir="auto">&lt;img src=x onerror=alert(1)&gt;</p>'
