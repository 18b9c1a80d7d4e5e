"""Cards as slack-blocks-to-jsx shows them in a browser, on a desktop and on a phone."""

from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Page

from adapters.printable import in_one_direction, printable
from adapters.slack.blocks import after_press, render_pages
from bot.card import Card, buttons_of
from tests.gallery import ANSWER, GALLERY
from tests.slack.drawing import WIDTHS, browser_page, draw, show

pytestmark = [pytest.mark.needs("slack client"), pytest.mark.needs("chromium")]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Sequence[str]:
    """The gallery as HTML, card by card, and last a card on which something was chosen."""
    (answer,) = render_pages(ANSWER)
    row = next(block for block in answer if block["type"] == "actions")
    pressed = [after_press(answer, row["block_id"], "press-1")]
    return draw([*(render_pages(card) for card in GALLERY), pressed], tmp_path_factory.mktemp("cards"))


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a browser."""
    with browser_page() as page:
        yield page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("card", GALLERY, ids=lambda card: card.id)
def test_every_card_is_shown_whole_and_runs_nothing(
    card: Card, width: str, drawn: Sequence[str], page: Page
) -> None:
    show(page, drawn[GALLERY.index(card)], width, card.id)
    seen = " ".join(page.inner_text("main").split())
    for word in in_one_direction(printable(card.title)).split():
        assert word in seen or "<" in word  # this library leaves out what looks like HTML; Slack does not
    assert page.locator("button").count() >= len(buttons_of(card))
    assert page.evaluate("window.hacked") is None
    assert page.locator("main :is(script, a, iframe, svg, .slack_user, .slack_channel)").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]


def test_a_pressed_card_shows_what_was_chosen(drawn: Sequence[str], page: Page) -> None:
    show(page, drawn[-1], "desktop", "pressed")
    assert "Chosen: Not what I asked" in page.inner_text("main")
    assert page.locator("button").count() == 0
