"""The page in a real browser: for everybody, on every screen."""

import pytest
from playwright.async_api import Browser

from tests.gallery import GALLERY
from tests.web.browser import SCREENS, LiveServer, faults, focused, opened, say
from tests.web.doors import GalleryDoor

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("screen", SCREENS)
async def test_axe_finds_nothing_before_and_after_every_kind_of_card(
    browser: Browser, server: LiveServer, screen: str
) -> None:
    async with opened(browser, server, **SCREENS[screen]) as page:
        assert await faults(page) == ""
        await say(page, "everything", cards=len(GALLERY))
        assert await page.locator(".answer").count() == len(GALLERY)
        assert await faults(page) == ""


@pytest.mark.parametrize("width", [360, 320])
async def test_nothing_is_wider_than_a_phone(browser: Browser, server: LiveServer, width: int) -> None:
    async with opened(browser, server, viewport={"width": width, "height": 740}) as page:
        await say(page, "everything", cards=len(GALLERY))
        assert await page.evaluate("document.documentElement.scrollWidth") == width


async def test_the_keyboard_alone_is_enough(browser: Browser, server: LiveServer, door: GalleryDoor) -> None:
    async with opened(browser, server) as page:
        await page.keyboard.press("Tab")
        assert await focused(page) == "Skip to the message box"
        await page.keyboard.press("Tab")
        assert await focused(page) == "volunteer"
        await page.keyboard.press("Space")
        await page.keyboard.press("Enter")
        await page.locator(".answer").first.wait_for()
        assert await focused(page) == "message"
        await page.keyboard.type("can I friend this family?")
        await page.keyboard.press("Shift+Enter")
        await page.keyboard.type("they are nice")
        await page.keyboard.press("Enter")
        await page.locator(".answer").nth(1).wait_for()
        assert await focused(page) == "message"
        for expected in ("Ask the manager", "Not what I asked", "Show the whole clause"):
            await page.keyboard.press("Shift+Tab")
            assert await focused(page) == expected
        await page.keyboard.press("Enter")
        await page.locator(".answer").nth(2).wait_for()
        assert "You pressed a button." in await focused(page)
        await page.keyboard.press("Tab")
        assert await focused(page) == "message"
    assert [message.action or message.text for message in door.messages] == [
        "role:volunteer",
        "can I friend this family?\nthey are nice",
        "clause:4.3",
    ]


async def test_the_skip_link_leads_to_the_message_box(browser: Browser, server: LiveServer) -> None:
    async with opened(browser, server) as page:
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        assert await focused(page) == "message"


async def test_whatever_has_the_focus_shows_it(browser: Browser, server: LiveServer) -> None:
    async with opened(browser, server) as page:
        await say(page, "can I friend this family?")
        await page.reload()
        await page.locator(".answer").first.wait_for()
        seen: list[str] = []
        while not seen or seen[-1] != "Send":
            await page.keyboard.press("Tab")
            seen.append(await focused(page))
            outline = await page.evaluate("getComputedStyle(document.activeElement).outline")
            assert "solid 3px" in outline, seen[-1]
        assert len(seen) > 8


async def test_answers_are_announced_and_ones_own_words_are_not(browser: Browser, server: LiveServer) -> None:
    async with opened(browser, server) as page:
        await say(page, "can I friend this family?")
        log = page.get_by_role("log", name="Conversation")
        assert await log.get_attribute("aria-live") == "polite"
        assert await log.get_attribute("aria-busy") is None
        assert await page.locator(".said").get_attribute("aria-live") == "off"
        assert await page.locator(".answer").get_attribute("aria-live") is None
        assert await page.locator("#announcer").text_content() == ""


async def test_a_card_with_a_summary_is_announced_by_it_alone(browser: Browser, server: LiveServer) -> None:
    async with opened(browser, server) as page:
        await say(page, "every")
        assert await page.locator(".answer").get_attribute("aria-live") == "off"
        assert await page.locator("#announcer").text_content() == "You have a private item."
        await page.reload()
        await page.locator(".answer").wait_for()
        assert await page.locator("#announcer").text_content() == ""


async def test_nothing_in_a_card_or_a_message_becomes_part_of_the_page(
    browser: Browser, server: LiveServer
) -> None:
    async with opened(browser, server) as page:
        await say(page, "everything", cards=len(GALLERY))
        await say(page, "<img src=x onerror='window.hacked = true'><script>window.hacked = true</script>")
        for button in await page.locator(".card button").all():
            await button.focus()
        assert await page.evaluate("window.hacked") is None
        links = "a:not([href^='/document/'])"
        assert (
            await page.locator(
                f"main :is(script, img, svg:not(.attach svg), {links}, b, i, h1, iframe, style)"
            ).count()
            == 0
        )
        assert (
            await page.locator(
                "main [onfocus], main [onclick], main [onerror], main [style]:not(#message)"
            ).count()
            == 0
        )


async def test_an_example_is_asked_when_it_is_pressed(
    browser: Browser, server: LiveServer, door: GalleryDoor
) -> None:
    async with opened(browser, server) as page:
        await page.click("text=Can I friend this family?")
        await page.locator(".answer").wait_for()
        assert await page.locator("#intro").is_hidden()
    assert door.messages[0].text == "Can I friend this family?"


async def test_what_is_far_too_long_stays_in_the_box_with_a_word(
    browser: Browser, server: LiveServer
) -> None:
    async with opened(browser, server) as page:
        await page.fill("#message", "x" * 100_001)
        await page.press("#message", "Enter")
        assert "too long to send" in await page.locator("#message-error").inner_text()
        assert len(await page.input_value("#message")) == 100_001


async def test_dark_mode_is_dark_and_reduced_motion_does_not_move(
    browser: Browser, server: LiveServer
) -> None:
    paper = "getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/g).map(Number)"
    async with opened(browser, server, color_scheme="dark", reduced_motion="reduce") as page:
        assert max(await page.evaluate(paper)) < 60
        assert (
            await page.evaluate("getComputedStyle(document.querySelector('.dots')).animationName") == "none"
        )
    async with opened(browser, server, color_scheme="light") as page:
        assert min(await page.evaluate(paper)) > 200
