"""The page over a bad connection: nothing typed is lost, nothing is answered twice."""

import pytest
from playwright.async_api import Browser

from adapters.web import chat as chat_module
from tests.web.browser import LiveServer, faults, opened, say
from tests.web.doors import GalleryDoor, SlowDoor

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]
answered_slowly = pytest.mark.parametrize("door", [SlowDoor], indirect=True)


async def test_axe_finds_nothing_while_the_connection_is_lost(browser: Browser, server: LiveServer) -> None:
    async with opened(browser, server) as page:
        await server.be_cut_off()
        await page.wait_for_selector("#try-now")
        await page.fill("#message", "hello")
        await page.press("#message", "Enter")
        assert await faults(page) == ""


async def test_a_message_typed_while_the_connection_is_lost_is_sent_once_when_it_is_back(
    browser: Browser, server: LiveServer, door: GalleryDoor
) -> None:
    async with opened(browser, server) as page:
        await say(page, "can I friend this family?")
        await server.be_cut_off()
        line = page.locator("#connection")
        await page.wait_for_selector("#connection:has-text('Connection lost, trying again.')")
        assert await line.get_attribute("role") == "status"
        await page.fill("#message", "and their sister?")
        await page.press("#message", "Enter")
        assert await page.locator("#waiting").inner_text() == "You said, not sent yet:\n\nand their sister?"
        await page.fill("#message", "half a quest")
        await server.come_back()
        await page.locator(".answer").nth(1).wait_for()
        assert await page.locator("#waiting").inner_text() == ""
        assert await line.inner_text() == ""
        assert await page.locator("#announcer").text_content() == "Connected again."
        assert await page.input_value("#message") == "half a quest"
        assert await page.locator(".said p:not(.unseen)").all_inner_texts() == [
            "can I friend this family?",
            "and their sister?",
        ]
    assert [message.text for message in door.messages] == ["can I friend this family?", "and their sister?"]


@answered_slowly
async def test_an_answer_that_came_while_the_connection_was_lost_is_shown_once(
    browser: Browser, server: LiveServer, door: SlowDoor
) -> None:
    async with opened(browser, server) as page:
        await page.fill("#message", "can I friend this family?")
        await page.press("#message", "Enter")
        await page.wait_for_selector("#log .said")
        await server.be_cut_off()
        await page.wait_for_selector("#try-now")
        door.let_go.set()
        await server.come_back()
        await page.click("#try-now")
        await page.locator(".answer").wait_for()
        await page.wait_for_selector("#busy", state="hidden")
        assert await page.locator(".answer").count() == 1
        assert len(door.messages) == 1


async def test_after_a_restart_the_conversation_is_there_and_what_waited_is_answered(
    browser: Browser, server: LiveServer
) -> None:
    async with opened(browser, server) as page:
        await say(page, "can I friend this family?")
        await server.be_cut_off()
        await page.wait_for_selector("#try-now")
        await page.fill("#message", "and their sister?")
        await page.press("#message", "Enter")
        await server.stop()
        await server.start()
        await page.wait_for_selector("#log .said:has-text('and their sister?')")
        await page.wait_for_selector("#busy", state="hidden")
        assert await page.locator("#log .entry").evaluate_all(
            "entries => entries.map(entry => entry.classList[1])"
        ) == ["said", "answer", "said", "answer"]
        assert await page.locator("#waiting").inner_text() == ""
        assert await page.locator("#intro").is_hidden()
        assert await page.locator("#log").get_attribute("aria-busy") is None


@answered_slowly
async def test_a_button_pressed_twice_is_one_message(
    browser: Browser, server: LiveServer, door: SlowDoor
) -> None:
    door.let_go.set()
    async with opened(browser, server) as page:
        await say(page, "can I friend this family?")
        door.let_go.clear()
        await page.dblclick("button:has-text('Ask the manager')")
        door.let_go.set()
        await page.locator(".answer").nth(1).wait_for()
        await page.wait_for_selector("#busy", state="hidden")
    assert [message.action for message in door.messages] == [None, "person:q1"]


async def test_a_page_that_is_turned_away_is_told_why(
    browser: Browser, server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_module, "MAX_PAGES", 0)
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(server.url)
    await page.wait_for_selector("#connection:has-text('Too many pages are open.')")
    await context.close()


async def test_a_reload_loses_neither_the_conversation_nor_a_word_that_was_typed(
    browser: Browser, server: LiveServer, door: GalleryDoor
) -> None:
    async with opened(browser, server) as page:
        await say(page, "can I friend this family?")
        await page.fill("#message", "half a quest")
        await page.reload()
        await page.locator(".answer").wait_for()
        assert await page.input_value("#message") == "half a quest"
        await page.wait_for_selector("#log:not([aria-busy])")
    assert len(door.messages) == 1
