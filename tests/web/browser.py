"""The chat as it is really served and really seen: a server that can be cut off, a page in Chromium."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import unused_port
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from playwright.async_api import Browser, Page, async_playwright

from adapters.web import Bell, WebSettings, create_app
from bot.records.store import Records

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {},
    "desktop-dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
    "phone-dark": {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark"},
}


class LiveServer:
    """Serves an application on one port; can be cut off and come back, and can be started again."""

    def __init__(self, records: Records, settings: WebSettings, bell: Bell) -> None:
        self._chat = (records, settings, bell)
        self.port = unused_port()
        self.url = f"http://127.0.0.1:{self.port}/"

    async def start(self) -> None:
        """Start, with nothing in memory."""
        self._runner = web.AppRunner(create_app(*self._chat), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await self.come_back()

    async def come_back(self) -> None:
        """Listen again."""
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await self._site.start()

    async def be_cut_off(self) -> None:
        """Break every connection without a goodbye, and refuse new ones."""
        assert self._runner.server is not None
        stopping = asyncio.ensure_future(self._site.stop())
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()
        await stopping

    async def stop(self) -> None:
        """Stop."""
        await self._runner.cleanup()


@asynccontextmanager
async def serving(records: Records, settings: WebSettings, bell: Bell) -> AsyncIterator[LiveServer]:
    """Serve for as long as the block runs."""
    server = LiveServer(records, settings, bell)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def chromium(path: str) -> AsyncIterator[Browser]:
    """Run Chromium without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(browser: Browser, server: LiveServer, **options: Any) -> AsyncIterator[Page]:
    """Open the page in a fresh profile; fail if it logs an error, or asks for anything from elsewhere."""
    context = await browser.new_context(**{"viewport": DESKTOP, **options})
    context.set_default_timeout(20_000)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if _is_bad(message.text) else None)
    page.on(
        "request", lambda asked: None if asked.url.startswith(server.url) else complaints.append(asked.url)
    )
    await page.goto(server.url)
    await page.wait_for_selector('#composer[data-connection="open"]')
    yield page
    await context.close()
    assert complaints == []


def _is_bad(logged: str) -> bool:
    """Say whether a console line is a fault: a lost connection or a refused file, logged too, is none."""
    harmless = ("ERR_CONNECTION", "ERR_EMPTY_RESPONSE", "status of 415")
    return not any(part in logged for part in harmless)


async def say(page: Page, text: str, cards: int = 1) -> None:
    """Type a message and send it with Enter; wait until it is answered, with so many cards."""
    before = await page.locator(".answer").count()
    await page.fill("#message", text)
    await page.press("#message", "Enter")
    await page.locator(".answer").nth(before + cards - 1).wait_for()
    await page.wait_for_selector("#busy", state="hidden")


async def faults(page: Page) -> str:
    """Return what axe-core finds, or nothing."""
    found = await Axe().run(page)
    return str(found.generate_report()) if found.violations_count else ""


async def focused(page: Page) -> str:
    """Return the id, value or text of what has the focus."""
    element = "({id, name, value, innerText}) => id || (name === 'role' ? value : innerText)"
    return str(await page.evaluate(f"({element})(document.activeElement)"))
