"""Every card of the gallery is read by Microsoft's own library without a complaint."""

import json
import subprocess
from pathlib import Path

import pytest

from adapters.teams.cards import render_cards, render_for_asker, render_pressed, render_shared
from bot.card import buttons_of
from tests.gallery import GALLERY
from tests.npm import installed, node

pytestmark = pytest.mark.needs("teams client")
FOLDER = Path(__file__).parent


def test_every_card_is_valid_for_the_library_that_shows_it() -> None:
    modules, program = installed(FOLDER), node()
    assert modules is not None
    assert program is not None
    cards = [part for card in GALLERY for part in render_cards(card, carried="sealed")]
    cards += [
        part for card in GALLERY for one in buttons_of(card)[:1] for part in render_pressed(card, one.action)
    ]
    cards += [part for card in GALLERY for part in render_shared(card, "sealed", "29:someone")]
    cards += [render_for_asker(card, "sealed", "29:someone") for card in GALLERY]
    broken = {**cards[0], "body": [{"type": "TextBlok", "text": "a slip"}]}
    told = subprocess.run(  # noqa: S603 - our own script
        [program, str(FOLDER / "check_cards.js")],
        input="\n".join(map(json.dumps, [*cards, broken])),
        env={"NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        check=True,
    )
    *found, of_broken = [json.loads(line) for line in told.stdout.splitlines()]
    assert len(found) == len(cards)
    assert [one["found"] for one in found] == [[]] * len(cards)
    assert [one["items"] for one in found] == [len(card["body"]) for card in cards]
    assert of_broken["found"] != []
