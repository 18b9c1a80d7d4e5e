"""Cards as plain text: for the terminal, for logs of a test, for platforms without cards."""

import textwrap
from typing import assert_never

from adapters.printable import in_one_direction, printable
from bot.card import Buttons, Card, Document, Element, Facts, Progress, Quote, Text

WIDTH = 78


def render_text(card: Card, first_button: int = 1) -> str:
    """Return the card as lines of at most `WIDTH` characters; a longer word keeps a line of its own.

    Buttons are numbered from `first_button`, so that they can be chosen by typing a number; the order is
    that of `bot.card.buttons_of`.
    """
    blocks = [_wrapped(card.title)] if card.title else []
    number = first_button
    for element in card.elements:
        blocks.append(_element(element, number))
        if isinstance(element, Buttons):
            number += len(element.buttons)
    return "\n\n".join(block for block in blocks if block)


def _element(element: Element, first_button: int) -> str:
    match element:
        case Text(text):
            return _wrapped(text)
        case Quote(text, source):
            return _wrapped(text, "  | ") + "\n" + _wrapped(source, "  | -- ", "  |    ")
        case Facts(rows):
            return "\n".join(_wrapped(f"{label}: {value}", "  ", "    ") for label, value in rows)
        case Progress():
            return element.words
        case Buttons(buttons):
            numbered = enumerate(buttons, first_button)
            return "\n".join(_wrapped(button.label, f"  [{n}] ", "      ") for n, button in numbered)
        case Document(label, document):
            command = f"hearth induction {document.replace(':', ' ')}"
            return _wrapped(label, "  ", "    ") + "\n" + _wrapped(command, "    ")
        case _:
            assert_never(element)


def _wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    """Wrap each line of `text`; `first` goes before the first line, `rest` before all others."""
    rest = first if rest is None else rest
    lines: list[str] = []
    for line in in_one_direction(printable(text)).splitlines():
        lines += textwrap.wrap(
            line,
            WIDTH,
            initial_indent=rest if lines else first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return "\n".join(lines)
