"""Cards as Microsoft's library shows them in a browser, on a desktop and on a phone.

HEARTH_PICTURES=FOLDER pytest tests/teams/test_card_browser.py      leaves pictures, to be looked at
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from adapters.printable import in_one_direction, printable
from adapters.teams.cards import render_cards
from bot.card import Card, buttons_of
from tests.conftest import find_chromium
from tests.gallery import ANSWER, GALLERY
from tests.npm import installed

pytestmark = [pytest.mark.needs("teams client"), pytest.mark.needs("chromium")]
WIDTHS = {"desktop": 720, "phone": 340}
# As Teams draws cards on a light ground: its colours, distances and buttons.
LOOK = """
  body { margin: 12px; background: #f5f5f5; overflow-wrap: anywhere; font-family: "Segoe UI", sans-serif; }
  .card { background: #fff; border-radius: 6px; box-shadow: 0 1px 3px #0003; margin-bottom: 8px; }
  .ac-pushButton { background: #fff; border: 1px solid #d1d1d1; border-radius: 4px; padding: 5px 12px;
    font: 600 14px "Segoe UI", sans-serif; color: #242424; }
  .ac-pushButton.style-positive { background: #5b5fc7; border-color: #5b5fc7; color: #fff; }
  .ac-pushButton.style-destructive { color: #c4314b; }
"""
HOST = {
    "fontFamily": '"Segoe UI", sans-serif',
    "fontSizes": {"small": 12, "default": 14, "medium": 16, "large": 18, "extraLarge": 22},
    "spacing": {"small": 6, "default": 12, "medium": 16, "padding": 16},
    "containerStyles": {
        "default": {
            "backgroundColor": "#ffffff",
            "foregroundColors": {"default": {"default": "#242424", "subtle": "#616161"}},
        },
        "emphasis": {
            "backgroundColor": "#f0f0f0",
            "foregroundColors": {"default": {"default": "#242424", "subtle": "#616161"}},
        },
    },
    "actions": {"maxActions": 6, "buttonSpacing": 8, "spacing": "default"},
}
SHOW = """([cards, host]) => {
  document.body.innerHTML = "";
  window.pressed = [];
  host.actions.actionsOrientation = innerWidth < 400 ? "vertical" : "horizontal";
  for (const payload of cards) {
    const card = new AdaptiveCards.AdaptiveCard();
    card.hostConfig = new AdaptiveCards.HostConfig(host);
    card.onExecuteAction = action => window.pressed.push(action.verb);
    card.parse(payload);
    const frame = document.body.appendChild(document.createElement("div"));
    frame.className = "card";
    frame.appendChild(card.render());
  }
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A browser's page with the library."""
    modules = installed(Path(__file__).parent)
    assert modules is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(f"<!doctype html><meta charset=utf-8><style>{LOOK}</style><body>")
        page.add_script_tag(path=modules / "adaptivecards" / "dist" / "adaptivecards.js")
        yield page
        browser.close()


def _show(page: Page, card: Card, width: str) -> None:
    page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    page.evaluate(SHOW, [json.loads(json.dumps(render_cards(card, carried="sealed"))), HOST])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("card", GALLERY, ids=lambda card: card.id)
def test_every_card_is_shown_whole_and_runs_nothing(card: Card, width: str, page: Page) -> None:
    _show(page, card, width)
    shown = " ".join(page.inner_text("body").split())
    for word in in_one_direction(printable(card.title)).split():
        assert word in shown
    assert page.locator("button").count() >= len(buttons_of(card))
    assert page.evaluate("window.hacked") is None
    assert page.locator("script, img, a, h1, iframe, svg").count() == page.locator("head script").count()
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]
    if folder := os.environ.get("HEARTH_PICTURES"):  # to be looked at
        page.locator("body").screenshot(path=Path(folder) / f"teams-{card.id}-{width}.png")


def test_a_press_brings_the_buttons_own_action(page: Page) -> None:
    _show(page, ANSWER, "desktop")
    page.get_by_role("button", name="Ask the manager").click()
    assert page.evaluate("window.pressed") == ["person:q1"]
