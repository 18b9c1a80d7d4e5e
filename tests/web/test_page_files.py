"""Files on the page: chosen with mouse or keyboard, listed, sent, and never lost without a word."""

import pytest
from playwright.async_api import Browser, FilePayload, Page

from tests.cases.samples import EXE, JPEG, PDF
from tests.web.browser import PHONE, SCREENS, LiveServer, faults, focused, opened
from tests.web.doors import GalleryDoor

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]


def payload(name: str, content: bytes, media: str = "image/jpeg") -> FilePayload:
    """Return a file as a person chooses it."""
    return {"name": name, "mimeType": media, "buffer": content}


async def attach(page: Page, *files: FilePayload) -> None:
    """Choose files and wait until they are uploaded, or refused."""
    await page.set_input_files("#files", files)
    await page.wait_for_selector("#attached [aria-busy]", state="detached")


async def names(page: Page) -> list[str]:
    """Return the files that are listed."""
    return await page.locator("#attached span").all_inner_texts()


async def test_a_file_is_chosen_listed_and_sent_with_the_words(
    browser: Browser, server: LiveServer, door: GalleryDoor
) -> None:
    async with opened(browser, server) as page:
        await attach(page, payload("photo.jpg", JPEG), payload("letter.pdf", PDF, "application/pdf"))
        assert sorted(await names(page)) == ["letter.pdf", "photo.jpg"]
        assert "photo.jpg is attached." in await page.locator("#announcer").inner_text()
        await page.fill("#message", "look")
        await page.press("#message", "Enter")
        await page.locator(".answer").wait_for()
        assert "File: photo.jpg" in await page.locator(".said").inner_text()
        assert await page.locator("#attached").is_hidden()
    (message,) = door.messages
    assert message.text == "look"
    assert sorted(file.name for file in message.files) == ["letter.pdf", "photo.jpg"]


async def test_the_keyboard_alone_is_enough(browser: Browser, server: LiveServer, door: GalleryDoor) -> None:
    async with opened(browser, server) as page:
        async with page.expect_file_chooser() as asked:
            await page.focus("#message")
            await page.keyboard.press("Tab")
            assert await focused(page) == "attach"
            await page.keyboard.press("Enter")
        await (await asked.value).set_files([payload("a.jpg", JPEG), payload("b.jpg", JPEG)])
        await page.locator("#attached li:not([aria-busy])").nth(1).wait_for()
        await page.focus("#attach")
        await page.keyboard.press("Tab")
        assert await focused(page) == "Send"
        await page.keyboard.press("Tab")
        removed = await page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert removed in ("Remove a.jpg", "Remove b.jpg")
        await page.keyboard.press("Space")
        assert await focused(page) == "attach"
        assert len(await names(page)) == 1
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.locator(".answer").wait_for()
    assert len(door.messages[0].files) == 1


async def test_what_is_refused_is_said_and_the_others_stay(browser: Browser, server: LiveServer) -> None:
    async with opened(browser, server) as page:
        large = payload("large.jpg", JPEG + b"\0" * 20 * 1024 * 1024)
        await attach(
            page, payload("photo.jpg", EXE), payload("empty.jpg", b""), large, payload("b.jpg", JPEG)
        )
        await page.wait_for_selector("#message-error:has-text('says that it is a JPEG picture')")
        said = await page.locator("#message-error").inner_text()
        assert "“empty.jpg” is empty" in said
        assert "“large.jpg” is larger than 20 MB" in said
        assert await names(page) == ["b.jpg"]


@pytest.mark.parametrize("screen", SCREENS)
async def test_axe_finds_nothing_with_files_listed(browser: Browser, server: LiveServer, screen: str) -> None:
    async with opened(browser, server, **SCREENS[screen]) as page:
        await attach(page, payload("photo.jpg", JPEG), payload("letter.pdf", PDF))
        assert await faults(page) == ""


async def test_nothing_is_wider_than_a_phone(browser: Browser, server: LiveServer) -> None:
    async with opened(browser, server, viewport=PHONE) as page:
        await attach(page, payload("a-name-without-a-break-" * 6 + ".jpg", JPEG))
        await page.fill("#message", "words")
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        box = await page.locator("#attach").bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
