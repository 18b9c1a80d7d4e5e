"""Messages as slack-blocks-to-jsx shows them in a browser, and pictures of them to be looked at.

HEARTH_PICTURES=FOLDER pytest tests/slack/test_card_browser.py tests/scripts/test_cards_on_slack.py
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.conftest import find_chromium
from tests.npm import installed, node

FOLDER = Path(__file__).parent
WIDTHS = {"desktop": 640, "phone": 340}
_SCRIPT = "show_cards.mjs"

Messages = Sequence[Sequence[Any]]


def draw(shown: Sequence[Messages], folder: Path) -> Sequence[str]:
    """Return a page of HTML for each list of messages, made in a folder."""
    modules, program = installed(FOLDER), node()
    assert modules is not None
    assert program is not None
    (folder / "node_modules").symlink_to(modules)
    shutil.copy(FOLDER / _SCRIPT, folder)
    done = subprocess.run(  # noqa: S603 - our own script
        [program, str(folder / _SCRIPT)], input=json.dumps(shown), capture_output=True, text=True, check=True
    )
    pages: list[str] = json.loads(done.stdout)
    return pages


@contextmanager
def browser_page() -> Iterator[Page]:
    """Give a page of a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def show(page: Page, html: str, width: str, name: str) -> None:
    """Show a page at a width, and keep pictures of it and of each message where that is asked for."""
    page.set_viewport_size({"width": WIDTHS[width], "height": 300})
    page.set_content(html)
    if folder := os.environ.get("HEARTH_PICTURES"):
        page.screenshot(path=Path(folder) / f"slack-{name}-{width}.png", full_page=True)
        sections = page.locator("section").all()
        for number, section in enumerate(sections if len(sections) > 1 else (), 1):
            section.screenshot(path=Path(folder) / f"slack-{name}-{width}-{number}.png")
