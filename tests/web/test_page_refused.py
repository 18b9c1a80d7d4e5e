"""The page when something was not recorded: it is told, nothing is lost, nothing is recorded twice."""

import asyncio

import pytest
from playwright.async_api import Browser, Page

from adapters.web import Bell, WebChannel
from adapters.web import chat as chat_module
from bot import inbox
from bot.records.store import Records
from tests.web.browser import LiveServer, faults, opened, say
from tests.web.doors import GalleryDoor
from tests.web.test_pushed import HANDOFF
from tests.web.test_refused import PRESS_AGAIN, SEND_AGAIN, away, locked

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]


async def told(page: Page, text: str) -> None:
    """Wait until the page says it beside the message box."""
    await page.wait_for_selector(f"#message-error:has-text('{text}')")


async def test_a_message_that_was_not_recorded_is_in_the_box_again(
    browser: Browser, server: LiveServer, door: GalleryDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(browser, server) as page:
        with monkeypatch.context() as patched:
            patched.setattr(inbox, "accept", away)
            await page.fill("#message", "can I friend\nthis family?")
            await page.press("#message", "Enter")
            await told(page, SEND_AGAIN)
        assert await page.input_value("#message") == "can I friend\nthis family?"
        assert await page.locator(".said").count() == 0
        assert await page.locator("#busy").is_hidden()
        assert await page.locator("#intro").is_visible()
        assert await faults(page) == ""
        await page.reload()
        assert await page.input_value("#message") == "can I friend\nthis family?"
        await page.press("#message", "Enter")
        await page.locator(".answer").wait_for()
        assert await page.input_value("#message") == ""
        assert await page.locator("#message-error").inner_text() == ""
    assert [message.text for message in door.messages] == ["can I friend\nthis family?"]


async def test_what_was_typed_meanwhile_stays_in_the_box_too(
    browser: Browser, server: LiveServer, records: Records
) -> None:
    async with opened(browser, server) as page:
        with locked(records):
            await page.fill("#message", "can I friend this family?")
            await page.press("#message", "Enter")
            await page.fill("#message", "they are nice")
            await told(page, SEND_AGAIN)
        assert await page.input_value("#message") == "can I friend this family?\nthey are nice"


async def test_a_press_that_was_not_recorded_can_be_made_again(
    browser: Browser, server: LiveServer, door: GalleryDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(browser, server) as page:
        await say(page, "can I friend this family?")
        await page.fill("#message", "half a quest")
        with monkeypatch.context() as patched:
            patched.setattr(inbox, "accept", away)
            await page.click("button:has-text('Show the whole clause')")
            await told(page, PRESS_AGAIN)
        assert await page.input_value("#message") == "half a quest"
        await page.click("button:has-text('Show the whole clause')")
        await page.locator(".answer").nth(1).wait_for()
        assert await page.locator("#message-error").inner_text() == ""
    assert [message.action for message in door.messages] == [None, "clause:4.3"]


async def test_a_message_that_was_recorded_too_late_leaves_the_box(
    browser: Browser,
    server: LiveServer,
    records: Records,
    door: GalleryDoor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chat_module, "ACCEPT_SECONDS", 0.05)
    async with opened(browser, server) as page:
        with locked(records):
            await page.fill("#message", "can I friend this family?")
            await page.press("#message", "Enter")
            await told(page, SEND_AGAIN)
        await page.locator(".answer").wait_for()
        assert await page.input_value("#message") == ""
        assert await page.locator("#message-error").inner_text() == ""
    assert len(door.messages) == 1


async def test_a_message_that_is_sent_again_before_it_is_recorded_too_late_is_recorded_once(
    browser: Browser,
    server: LiveServer,
    records: Records,
    door: GalleryDoor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chat_module, "ACCEPT_SECONDS", 0.05)
    async with opened(browser, server) as page:
        with locked(records):
            await page.fill("#message", "can I friend this family?")
            await page.press("#message", "Enter")
            await told(page, SEND_AGAIN)
            monkeypatch.undo()
            await page.press("#message", "Enter")
        await page.locator(".answer").wait_for()
        await page.wait_for_selector("#busy", state="hidden")
        await say(page, "can I friend this family?")  # said again on purpose, it is another message
        assert await page.locator("#log .said").count() == 2
    assert len(door.messages) == 2


async def test_a_card_that_nobody_asked_for_is_announced(
    browser: Browser, server: LiveServer, records: Records, door: GalleryDoor, bell: Bell
) -> None:
    async with opened(browser, server) as page:
        await say(page, "hello")
        await page.fill("#message", "half a quest")
        channel = WebChannel(records, bell)
        await asyncio.to_thread(channel.send, door.messages[0].conversation, HANDOFF)
        await page.locator(".answer").nth(1).wait_for()
        assert await page.locator("#announcer").text_content() == "A private item."
        assert await page.input_value("#message") == "half a quest"
