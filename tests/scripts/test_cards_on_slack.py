"""Every card of every conversation script is valid Block Kit, and shown whole in a browser."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from slack_sdk.models.blocks import Block

from adapters.slack.blocks import notice, render_pages
from adapters.slack.home import home_view
from bot.records.store import Records
from tests.induction.conftest import Someone
from tests.records.stage import Platform
from tests.scripts import play
from tests.scripts.in_process import InProcess
from tests.slack.drawing import WIDTHS, browser_page, draw, show

Meet = Callable[[str], Someone]
_QUESTION = "as a volunteer, can I friend a family I support on facebook?"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of a browser."""
    with browser_page() as page:
        yield page


@pytest.fixture
def stage(adopted: Records, platform: Platform, meet: Meet) -> InProcess:
    """The real desk."""
    return InProcess(adopted, platform, meet)


def _is_valid(blocks: Sequence[Any]) -> None:
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()


def _typed(script: str) -> list[str]:
    return [step.says for step in play.read(script) if len(step.says.split()) > 4]


@pytest.mark.parametrize("script", play.scripts())
def test_every_card_of_a_script_is_valid_and_its_notification_says_nothing_that_was_typed(
    script: str, stage: InProcess
) -> None:
    play.play(stage, script)
    cards = [card for who in stage.people for card in stage.cards(who)]
    assert cards
    for card in cards:
        for blocks in render_pages(card):
            _is_valid(blocks)
        assert not [text for text in _typed(script) if text.lower() in notice(card).lower()]


@pytest.mark.needs("slack client")
@pytest.mark.needs("chromium")
@pytest.mark.parametrize("script", play.scripts())
def test_every_card_of_a_script_is_shown_whole(
    script: str, stage: InProcess, page: Page, tmp_path: Path
) -> None:
    play.play(stage, script)
    cards = [card for who in stage.people for card in stage.cards(who)]
    (html,) = draw([[blocks for card in cards for blocks in render_pages(card)]], tmp_path)
    for width in WIDTHS:
        show(page, html, width, script)
        seen = " ".join(page.inner_text("main").split())
        assert [word for card in cards for word in card.title.split() if word not in seen] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]


@pytest.mark.needs("slack client")
@pytest.mark.needs("chromium")
def test_the_home_tabs_of_a_volunteer_and_of_an_officer_are_shown_whole(
    stage: InProcess, adopted: Records, page: Page, tmp_path: Path
) -> None:
    stage.say("volunteer", _QUESTION)
    stage.press("volunteer", "Ask a person")
    stage.press("volunteer", "Pass it on")
    views = [home_view(adopted, f"web:{who}")["blocks"] for who in ("volunteer", "manager")]
    for blocks in views:
        assert len(blocks) <= 100  # of a view; docs.slack.dev/reference/views
        _is_valid(blocks)
    pages = draw([[view] for view in views], tmp_path)
    for width in WIDTHS:
        for name, html in zip(("volunteer", "manager"), pages, strict=True):
            show(page, html, width, f"home-{name}")
            assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[width]
            assert ("Waiting for you" in page.inner_text("main")) == (name == "manager")
