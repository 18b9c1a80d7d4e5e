"""Choosing who one is, in a real browser."""

from dataclasses import replace

import pytest
from playwright.async_api import Browser

from adapters.web import Bell, WebSettings
from bot import inbox
from bot.records.store import Records
from tests.web.browser import SCREENS, LiveServer, faults, focused, opened, serving
from tests.web.conftest import SAMPLE_CODE
from tests.web.doors import GalleryDoor
from tests.web.test_refused import away

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.asyncio(loop_scope="session")]


async def test_several_roles_can_be_chosen_together(
    browser: Browser, server: LiveServer, door: GalleryDoor
) -> None:
    async with opened(browser, server) as page:
        await page.check("text=Trustee")
        await page.check("text=Volunteer")
        await page.click("#who [type=submit]")
        await page.locator(".answer").wait_for()
        await page.click("#who-unknown")
        await page.locator(".answer").nth(1).wait_for()
        assert await page.locator("[name=role]:checked").count() == 0
    assert [message.action for message in door.messages] == ["role:trustee+volunteer", "role:unknown"]


async def test_choosing_nobody_is_told_beside_the_choice(browser: Browser, server: LiveServer) -> None:
    async with opened(browser, server) as page:
        await page.click("#who [type=submit]")
        assert "choose at least one" in await page.locator("#who-error").inner_text()
        assert await focused(page) == "volunteer"


async def test_with_sample_data_anyone_may_be_the_manager(
    browser: Browser, server: LiveServer, door: GalleryDoor
) -> None:
    async with opened(browser, server) as page:
        await page.check("text=Manager")
        assert await page.locator("#code").is_hidden()
        await page.click("#who [type=submit]")
        await page.locator(".answer").wait_for()
    assert door.messages[0].action == f"join:{SAMPLE_CODE}"


async def test_with_a_real_organisation_the_manager_needs_a_code(
    browser: Browser, door: GalleryDoor, records: Records, settings: WebSettings, bell: Bell
) -> None:
    settings = replace(settings, sample_code=None)
    async with serving(records, settings, bell) as server, opened(browser, server) as page:
        await page.check("text=Manager")
        await page.click("#who [type=submit]")
        assert await page.locator("#who-error").inner_text() == "Please enter the one-time code."
        assert await focused(page) == "code"
        assert await page.locator("#intro").is_visible()
        assert await faults(page) == ""
        assert door.messages == []
        await page.fill("#code", "BBBB-CCCC-DDDD")
        await page.press("#code", "Enter")
        await page.locator(".answer").wait_for()
        assert await page.input_value("#code") == ""
        assert "BBBB" not in str(await page.evaluate("JSON.stringify(sessionStorage)"))
    assert [message.action for message in door.messages] == ["join:BBBB-CCCC-DDDD"]


async def test_a_choice_that_was_not_recorded_stays_as_it_was_made(
    browser: Browser,
    door: GalleryDoor,
    records: Records,
    settings: WebSettings,
    bell: Bell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = replace(settings, sample_code=None)
    async with serving(records, settings, bell) as server, opened(browser, server) as page:
        await page.check("text=Trustee")
        await page.check("text=Manager")
        await page.fill("#code", "BBBB-CCCC-DDDD")
        with monkeypatch.context() as patched:
            patched.setattr(inbox, "accept", away)
            await page.press("#code", "Enter")
            await page.wait_for_selector("#who-error:has-text('That was not recorded.')")
        assert await page.locator("#waiting").inner_text() == ""
        checked = await page.locator("[name=role]:checked").all()
        assert [await box.input_value() for box in checked] == ["trustee", "manager"]
        assert await focused(page) == "code"
        await page.press("#code", "Enter")
        await page.locator(".answer").wait_for()
        assert await page.locator("#who-error").inner_text() == ""
    assert [message.action for message in door.messages] == ["join:BBBB-CCCC-DDDD"]


async def test_on_a_phone_the_choice_closes_and_opens_again(browser: Browser, server: LiveServer) -> None:
    async with opened(browser, server, **SCREENS["phone"]) as page:
        await page.check("text=Volunteer")
        await page.click("#who [type=submit]")
        await page.locator(".answer").wait_for()
        assert await page.locator("#who").is_hidden()
        await page.click("#who-toggle")
        assert await page.locator("#who").is_visible()
