"""What a reader sees of an Adaptive Card: its words in order, and its buttons."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.teams.cards import render_cards
from bot.card import Card


def shown_by_teams(card: Card) -> str:
    """Return the words of a card as Teams shows them."""
    return " ".join(word for part in render_cards(card, carried="sealed") for word in words(part))


def words(block: Mapping[str, Any]) -> Iterator[str]:
    """Return the texts of a block in order, button titles among them."""
    match block.get("type"):
        case "TextRun":
            yield block["text"]
        case "Action.Execute" | "Action.Submit":
            yield block["title"]
        case _:
            for name in ("body", "items", "inlines", "actions"):
                for part in block.get(name, ()):
                    yield from words(part)


def buttons(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return the actions of a card in order."""
    for name in ("body", "items", "actions"):
        for part in block.get(name, ()):
            if part.get("type", "").startswith("Action."):
                yield part
            else:
                yield from buttons(part)
