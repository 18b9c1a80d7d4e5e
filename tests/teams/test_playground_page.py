"""One person at the playground's own page, in a browser: what she types, presses and sees.

HEARTH_PICTURES=FOLDER pytest tests/teams/test_playground_page.py      leaves pictures, to be looked at
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FloatRect, Page, expect, sync_playwright

from adapters.teams import acceptance
from tests.conftest import find_chromium
from tests.teams.playground import Playground
from tests.teams.playing import Begin
from tests.web.browser import FLAGS

pytestmark = [pytest.mark.needs("teams client"), pytest.mark.needs("chromium")]
QUESTION = "as a volunteer, can I friend a family I support on facebook?"
# On a machine that is busy a browser, Microsoft's client and the assistant together take their time.
PATIENCE = 60_000  # milliseconds
WELCOME = "I answer questions on the"  # the words with which whoever installs the app is greeted
CHAT: FloatRect = {"x": 330, "y": 48, "width": 620, "height": 780}  # the page without its list and log
FOLDER = os.environ.get("HEARTH_PICTURES")  # where pictures go, to be looked at


@pytest.fixture
def page(stage: Begin, client: Playground, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """The playground's page, with the assistant behind it; nothing is fetched from the internet.

    The assistant has all the time that the page has: unlike Teams, this client presses nothing again.
    """
    monkeypatch.setattr(acceptance, "SECONDS", PATIENCE / 1000)
    stage()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        page.route(lambda address: not address.startswith(client.base), lambda route: route.abort())
        page.goto(client.base, wait_until="domcontentloaded")
        expect(page.get_by_text(WELCOME).first).to_be_visible()  # before, what is typed goes nowhere
        yield page
        browser.close()


def picture(page: Page, name: str) -> None:
    """Take a picture where a folder for them is named."""
    if FOLDER:
        page.screenshot(path=Path(FOLDER) / f"teams-page-{name}.png", clip=CHAT)


def say(page: Page, text: str) -> None:
    """Type a text and send it, which empties the box."""
    box = page.locator("[contenteditable=true], textarea").first
    box.click()
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(box).to_be_empty()


def test_someone_asks_presses_a_button_and_begins_a_complaint(page: Page) -> None:
    say(page, QUESTION)
    expect(page.get_by_text("Clause 4.3").first).to_be_visible()
    picture(page, "answer")
    page.get_by_role("button", name="Ask a person").first.click()
    expect(page.get_by_text("Chosen: Ask a person")).to_be_visible()
    expect(page.get_by_text("You can reach a person here")).to_be_visible()
    picture(page, "pressed")

    say(page, "complaint")
    expect(page.get_by_role("button", name="Raise it").first).to_be_visible()
    picture(page, "complaint")
