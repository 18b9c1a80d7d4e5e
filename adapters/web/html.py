"""Cards as HTML: pure, and the only place where HTML is made of what someone wrote."""

from html import escape
from typing import assert_never
from urllib.parse import quote

from adapters.printable import printable
from bot.card import Button, Buttons, Card, Document, Element, Facts, Progress, Quote, Style, Text

_BUTTON_CLASS: dict[Style, str] = {
    "plain": "button",
    "primary": "button primary",
    "danger": "button danger",
}


def render_html(card: Card) -> str:
    """Return the card as one `article`.

    Every string of the card is text or a quoted attribute, never markup. Blocks carry `dir="auto"`, which
    isolates them: characters that turn the writing direction end where the block ends.
    """
    title = f'<h3 class="verdict" dir="auto">{safe(card.title)}</h3>' if card.title else ""
    return f'<article class="card">{title}{"".join(map(_element, card.elements))}</article>'


def render_said(text: str) -> str:
    """Return what the person said as one paragraph."""
    return _paragraph(text)


def _element(element: Element) -> str:
    match element:
        case Text(text):
            return _paragraph(text)
        case Quote(text, source):
            return (
                f'<figure class="quote"><blockquote dir="auto">{safe(text)}</blockquote>'
                f'<figcaption dir="auto">{safe(source)}</figcaption></figure>'
            )
        case Facts(rows):
            return f'<dl class="facts">{"".join(_row(*row) for row in rows)}</dl>' if rows else ""
        case Progress(step, of):
            bar = f'<progress value="{step}" max="{of}" aria-hidden="true"></progress>' if of else ""
            return f'<div class="progress"><p>{element.words}</p>{bar}</div>'
        case Buttons(buttons):
            return f'<div class="buttons">{"".join(map(_button, buttons))}</div>' if buttons else ""
        case Document(label, document):
            return f'<div class="buttons">{_link(label, document)}</div>'
        case _:
            assert_never(element)


def _paragraph(text: str) -> str:
    return f'<p dir="auto">{safe(text)}</p>'


def _row(label: str, value: str) -> str:
    return f'<div><dt dir="auto">{safe(label)}</dt><dd dir="auto">{safe(value)}</dd></div>'


def _button(button: Button) -> str:
    action = escape(button.action, quote=True)
    attributes = f'type="button" class="{_BUTTON_CLASS[button.style]}" dir="auto" data-action="{action}"'
    return f"<button {attributes}>{safe(button.label)}</button>"


def _link(label: str, document: str) -> str:
    address = f"/document/{quote(document, safe='', errors='replace')}"
    return f'<a class="button" dir="auto" href="{address}" download>{safe(label)}</a>'


def safe(text: str) -> str:
    """Return a text as it may stand between tags or in a quoted attribute."""
    return escape(printable(text), quote=True)
