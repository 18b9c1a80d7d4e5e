"""Ratings: Teams shows its own thumbs below an answer, in place of the card's two buttons.

Where several read along, everybody could press them: there the card's own stay, which the asker alone sees.
"""

from dataclasses import replace

from bot.card import Buttons, Card, buttons_of

_RATES = "helpful:"


def may_be_rated(card: Card) -> bool:
    """Say whether a card asks if it helped."""
    return any(button.action.startswith(_RATES) for button in buttons_of(card))


def without_rating(card: Card) -> Card:
    """Return a card without the buttons that say whether it helped."""
    kept = (_kept(element) if isinstance(element, Buttons) else element for element in card.elements)
    return replace(card, elements=tuple(kept))


def rating(card_id: str, *, helped: bool) -> str:
    """Return the action of the button that a thumb stands for."""
    return f"{_RATES}{'y' if helped else 'n'}:{card_id}"


def _kept(row: Buttons) -> Buttons:
    return Buttons(tuple(button for button in row.buttons if not button.action.startswith(_RATES)))
