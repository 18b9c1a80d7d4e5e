"""Choosing who one is, in a real browser."""

from dataclasses import replace

import pytest
from playwright.async_api import Browser

from adapters.web import WebSettings, issue
from tests.web.browser import SCREENS, LiveServer, faults, focused, opened, serving
from tests.web.doors import GalleryDoor

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
    assert door.messages[0].action == "role:manager"


async def test_with_a_real_organisation_the_manager_needs_the_code(
    browser: Browser, door: GalleryDoor, settings: WebSettings
) -> None:
    settings = replace(settings, organisation_configured=True)
    async with serving(door, settings) as server, opened(browser, server) as page:
        await page.check("text=Manager")
        await page.click("#who [type=submit]")
        assert await page.locator("#who-error").inner_text() == "Please enter the one-time code."
        await page.fill("#code", "a guess")
        await page.click("#who [type=submit]")
        await page.wait_for_selector("#who-error:has-text('That code is not right.')")
        assert await focused(page) == "code"
        assert await page.locator("#intro").is_visible()
        assert await faults(page) == ""
        assert door.messages == []
        await page.fill("#code", issue(settings.data_folder, "manager"))
        await page.press("#code", "Enter")
        await page.locator(".answer").wait_for()
        assert await page.input_value("#code") == ""
        assert "code" not in str(await page.evaluate("JSON.stringify(sessionStorage)"))
    assert [message.action for message in door.messages] == ["role:manager"]


async def test_on_a_phone_the_choice_closes_and_opens_again(browser: Browser, server: LiveServer) -> None:
    async with opened(browser, server, **SCREENS["phone"]) as page:
        await page.check("text=Volunteer")
        await page.click("#who [type=submit]")
        await page.locator(".answer").wait_for()
        assert await page.locator("#who").is_hidden()
        await page.click("#who-toggle")
        assert await page.locator("#who").is_visible()
