"""Every platform shows every word of every card, in the card's order."""

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import chain
from typing import assert_never

import pytest

from adapters.printable import in_one_direction, printable
from adapters.text import render_text
from adapters.web.html import render_html
from bot.card import Buttons, Card, Document, Element, Facts, Progress, Quote, Text
from tests.gallery import GALLERY
from tests.slack.shown import shown_by_slack
from tests.teams.shown import shown_by_teams


class _TextOnly(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def _shown_by_html(card: Card) -> str:
    parser = _TextOnly()
    parser.feed(render_html(card))
    parser.close()
    return " ".join(parser.parts)


# A platform is a function from a card to what a reader sees of it, markup taken away.
PLATFORMS: dict[str, Callable[[Card], str]] = {
    "html": _shown_by_html,
    "slack": shown_by_slack,
    "teams": shown_by_teams,
    "text": render_text,
}


def _words(text: str) -> list[str]:
    return in_one_direction(printable(text)).split()


def _strings(element: Element) -> Iterator[str]:
    match element:
        case Text(text):
            yield text
        case Quote(text, source):
            yield from (text, source)
        case Facts(rows):
            yield from chain.from_iterable(rows)
        case Progress():
            yield element.words
        case Buttons(buttons):
            yield from (button.label for button in buttons)
        case Document(label, _):
            yield label
        case _:
            assert_never(element)


def _words_of(card: Card) -> list[str]:
    strings = [card.title, *(string for element in card.elements for string in _strings(element))]
    return [word for string in strings for word in _words(string)]


@pytest.mark.parametrize("card", GALLERY, ids=lambda card: card.id)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platform_shows_every_word_of_every_card_in_order(platform: str, card: Card) -> None:
    shown = PLATFORMS[platform](card)
    position = 0
    for word in _words_of(card):
        found = in_one_direction(shown).find(word, position)
        assert found >= 0, f"{platform} does not show {word!r} of card {card.id!r} where it belongs"
        position = found + len(word)


def test_the_gallery_has_every_element() -> None:
    elements = {type(element) for card in GALLERY for element in card.elements}
    assert elements == {Text, Quote, Facts, Progress, Buttons, Document}
