"""Cards as Adaptive Cards: pure. Words stand in text runs, which no client reads as Markdown.

Limits: an action set holds more than six actions only behind a menu (Teams), and some clients leave the sixth
out; a message of a bot is refused above about 28 KB, so a card that is larger goes out in parts.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, assert_never

from adapters.printable import in_one_direction, printable
from bot.card import Button, Buttons, Card, Document, Element, Facts, Progress, Quote, Style, Text

# Action.Execute came with 1.4; Teams shows cards of bots up to 1.5 on desktop, web and phones.
VERSION = "1.4"
MOST_BYTES = 20_000
MOST_ACTIONS = 5
CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
# What the buttons of a card carry beside their own action, by name.
CARRIED = "card"
# With this verb a client asks how a card looks for whoever views it; no button has it.
VIEW = "teams:view"
# Teams refuses a message that cites more (Microsoft, "Bot messages with AI-generated content").
MOST_CITATIONS = 20

Block = dict[str, Any]

_FOR_THE_ASKER = "Whoever asked sees buttons here, or goes on by writing to me."
_STYLES: Mapping[Style, str] = {"plain": "default", "primary": "positive", "danger": "destructive"}


def render_cards(card: Card, carried: str = "") -> tuple[Block, ...]:
    """Return the card as one Adaptive Card, or as several in order where one would be too large.

    `carried` comes back with every press; it is left out where it would make the card too large.
    """
    blocks = _blocks(card, carried)
    if carried and _size(blocks) > MOST_BYTES:
        blocks = _blocks(card, "")
    return tuple(_adaptive(part) for part in _parts(blocks))


def render_shared(card: Card, carried: str, asker: str) -> tuple[Block, ...]:
    """Return the card as all see it where several read along: its buttons are shown to the asker alone.

    Her client, as Teams calls her in `asker`, asks at once for the card as she is to see it. A card without
    buttons, or too large to be asked for, is the same for everybody.
    """
    parts = render_cards(card, carried)
    if len(parts) > 1 or not _has_buttons(card):
        return parts
    common = tuple(element for element in card.elements if not isinstance(element, Buttons))
    seen = render_cards(Card(card.id, card.title, (*common, Text(_FOR_THE_ASKER)), card.summary))
    return tuple(_refreshed(part, carried, asker) for part in seen)


def render_for_asker(card: Card, carried: str, asker: str) -> Block:
    """Return a card of `render_shared` as the asker is to see it."""
    return _refreshed(render_cards(card, carried)[0], carried, asker)


def render_pressed(card: Card, action: str) -> tuple[Block, ...]:
    """Return the card without its buttons, with a line that says which of them was pressed."""
    labels = [
        button.label
        for element in card.elements
        if isinstance(element, Buttons)
        for button in element.buttons
        if button.action == action
    ]
    rest = tuple(element for element in card.elements if not isinstance(element, Buttons))
    chosen = tuple(Text(f"Chosen: {label}") for label in labels[:1])
    return render_cards(Card(card.id, card.title, (*rest, *chosen), card.summary))


def citations(card: Card) -> list[Block]:
    """Return the clauses that a card quotes as Teams' own citations, in order; at most `MOST_CITATIONS`."""
    quotes = [element for element in card.elements if isinstance(element, Quote)][:MOST_CITATIONS]
    return [
        {
            "@type": "Claim",
            "position": position,
            "appearance": {
                "@type": "DigitalDocument",
                "name": _shortened(quote.source, 80) or "The policy",  # an empty one is refused
                "abstract": _shortened(quote.text, 160),
            },
        }
        for position, quote in enumerate(quotes, 1)
    ]


def _refreshed(part: Block, carried: str, asker: str) -> Block:
    """Return a card whose look the clients of the asker, and nobody else's, ask for by themselves."""
    ask = {"type": "Action.Execute", "title": "Show the buttons", "verb": VIEW, "data": {CARRIED: carried}}
    return {**part, "refresh": {"action": ask, "userIds": [asker]}}


def _adaptive(body: Sequence[Block]) -> Block:
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "msteams": {"width": "Full"},
        "body": list(body),
    }


def _blocks(card: Card, carried: str) -> list[Block]:
    title = _lines(card.title, {"weight": "Bolder", "size": "Medium"}) if card.title else []
    quoted = 0
    blocks = [*title]
    for element in card.elements:
        quoted += isinstance(element, Quote)
        blocks += _element(element, carried, quoted)
    return blocks


def _element(element: Element, carried: str, quoted: int) -> list[Block]:
    match element:
        case Text(text):
            return _lines(text)
        case Quote(text, source):
            source_line = _lines(f"{source} [{quoted}]", {"isSubtle": True, "size": "Small"})
            return [{"type": "Container", "style": "emphasis", "items": [*_lines(text), *source_line]}]
        case Facts(rows):
            return [_fact(label, value) for label, value in rows]
        case Progress():
            return _lines(element.words, {"isSubtle": True, "size": "Small"})
        case Buttons(buttons):
            return [_action_set(some, carried) for some in _rows(buttons, MOST_ACTIONS)]
        case Document(label, document):
            return [_action_set((Button(label, f"document:{document}"),), "")]
        case _:
            assert_never(element)


def _lines(text: str, look: Mapping[str, object] | None = None) -> list[Block]:
    """Return a block for each line that has words; the first keeps a distance from what is above."""
    lines = [line for line in _safe(text).splitlines() if line.strip()]
    return [
        {
            "type": "RichTextBlock",
            "inlines": [_run(line, look)],
            "spacing": "Small" if number else "Default",
        }
        for number, line in enumerate(lines)
    ]


def _fact(label: str, value: str) -> Block:
    value = " ".join(_safe(value).split())
    return {
        "type": "RichTextBlock",
        "inlines": [_run(f"{' '.join(_safe(label).split())}: ", {"weight": "Bolder"}), _run(value)],
        "spacing": "Small",
    }


def _run(text: str, look: Mapping[str, object] | None = None) -> Block:
    return {"type": "TextRun", "text": text, **(look or {})}


def _action_set(buttons: Iterable[Button], carried: str) -> Block:
    return {"type": "ActionSet", "actions": [_action(button, carried) for button in buttons]}


def _action(button: Button, carried: str) -> Block:
    """Return a button; clients without Action.Execute submit its action as a message instead."""
    looks = {"title": " ".join(_safe(button.label).split()), "style": _STYLES[button.style]}
    data = {CARRIED: carried} if carried else {}
    return {
        "type": "Action.Execute",
        "verb": button.action,
        "data": data,
        **looks,
        "fallback": {"type": "Action.Submit", "data": {**data, "verb": button.action}, **looks},
    }


def _has_buttons(card: Card) -> bool:
    return any(isinstance(element, Buttons) and element.buttons for element in card.elements)


def _rows(buttons: Sequence[Button], most: int) -> Iterator[Sequence[Button]]:
    for start in range(0, len(buttons), most):
        yield buttons[start : start + most]


def _parts(blocks: Sequence[Block]) -> list[list[Block]]:
    """Return the blocks in parts that are not too large; a block is never cut, a clause is one block."""
    parts: list[list[Block]] = [[]]
    for block in blocks:
        if parts[-1] and _size([*parts[-1], block]) > MOST_BYTES:
            parts.append([])
        parts[-1].append(block)
    return parts


def _size(blocks: Sequence[Block]) -> int:
    return len(json.dumps(blocks))


def _safe(text: str) -> str:
    return in_one_direction(printable(text))


def _shortened(text: str, most: int) -> str:
    text = " ".join(_safe(text).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
