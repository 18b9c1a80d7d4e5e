"""The conversation scripts on no platform at all: the real desk, and cards as plain text."""

from collections.abc import Callable, Sequence
from pathlib import Path

from adapters.text import render_text
from bot.card import Card, buttons_of
from bot.contact import Office
from bot.records.store import Records
from tests.induction.conftest import Someone
from tests.records.stage import Platform, appoint

OFFICES: tuple[Office, ...] = ("manager", "chair")


class InProcess:
    """A stage in this process."""

    people: Sequence[str] = ("volunteer", *OFFICES)

    def __init__(self, records: Records, platform: Platform, meet: Callable[[str], Someone]) -> None:
        for office in OFFICES:
            appoint(records, _account(office), office)
        self._met = {who: meet(_account(who)) for who in self.people}
        self._platform = platform

    def say(self, who: str, text: str) -> None:
        """Type a text."""
        self._met[who].says(text)

    def press(self, who: str, label: str) -> None:
        """Press the newest button with this label."""
        cards = [card for card in self._met[who].cards if _has(card, label)]
        assert cards, f"{who} was shown no button {label!r}"
        self._met[who].presses(label, cards[-1])

    def show(self, who: str, file: Path, text: str) -> None:
        """Files cannot be sent without a platform."""
        raise NotImplementedError

    def cards(self, who: str) -> Sequence[Card]:
        """Return the cards that someone was sent so far."""
        return self._met[who].cards

    def texts(self, who: str) -> Sequence[str]:
        """Return the cards as plain text; the marks of wrapped quotes are no words."""
        return [render_text(card).replace("\n  | ", "\n") for card in self._met[who].cards]


def _account(who: str) -> str:
    return f"web:{who}"


def _has(card: Card, label: str) -> bool:
    return any(one.label.startswith(label) for one in buttons_of(card))
