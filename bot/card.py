"""What goes out: the one card vocabulary that every platform renders."""

from dataclasses import dataclass, field
from typing import Literal

Style = Literal["plain", "primary", "danger"]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of plain text; never markup."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A clause word for word, with where it stands ("4.3", policy title, version)."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled values, one a row."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far along something is: step `step` of `of`, None where nobody knows yet how many there will be."""

    step: int
    of: int | None

    @property
    def words(self) -> str:
        """How it is said."""
        return f"Step {self.step}" if self.of is None else f"Step {self.step} of {self.of}"


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press; `action` comes back as the message's action. Ids only, never content."""

    label: str
    action: str
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Buttons:
    """A row of buttons."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Something to be fetched as a file, for the person alone to whom the card goes.

    `document` is what it is and its id ("certificate:3f9a…"), opaque to the platform.
    """

    label: str
    document: str


Element = Text | Quote | Facts | Progress | Buttons | Document


@dataclass(frozen=True, slots=True)
class Card:
    """One thing said: a title, then elements in order.

    `summary` is what a notification or a screen reader announces: neutral where the card is confidential.
    `id` lets a resend be recognised.
    """

    id: str
    title: str
    elements: tuple[Element, ...] = field(default=())
    summary: str = ""


def buttons_of(card: Card) -> tuple[Button, ...]:
    """Return the card's buttons in the order in which they are shown."""
    return tuple(button for part in card.elements if isinstance(part, Buttons) for button in part.buttons)
