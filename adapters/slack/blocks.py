"""Cards as Block Kit: pure, and the only place where blocks are made of what someone wrote.

What someone wrote goes only where Slack reads no markup: into `text` elements of rich text, and into plain
text objects. So no mention, channel, link or emoji can come of it, and a clause stays as it is written.

Limits: docs.slack.dev/reference/block-kit. Of rich text no limit is published; a message holds 12,000
characters, of which a page here keeps clear.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, assert_never

from adapters.printable import in_one_direction, printable
from bot.card import Button, Buttons, Card, Document, Element, Facts, Progress, Quote, Text

Block = dict[str, Any]

MAX_HEADER = 150
MAX_LABEL = 75
MAX_BUTTONS = 25  # of one block
MAX_BLOCKS = 50  # of one message
MAX_CHARACTERS = 9_000  # of one page, markup not counted
_PART = 2_900  # characters of one element of rich text
_MAX_NOTICE = 3_000
PRESS, OFFER = "press", "document"  # how the ids of buttons begin


def render_pages(card: Card) -> tuple[list[Block], ...]:
    """Return the blocks of the messages that show a card: one, or several where it is too long for one.

    The first block of each page has the `block_id` that `marks` gives, by which the page is known again.
    """
    elements = (block for part in card.elements for block in _element(part))
    blocks = [block for block in (*_title(card.title), *elements) if block.get("elements") or "text" in block]
    for number, block in enumerate(blocks):
        block["block_id"] = f"{number}"
    pages = _paged(blocks or [_rich(_section("\u2026"))])
    for page, mark in zip(pages, marks(card.id, len(pages)), strict=True):
        page[0]["block_id"] = mark
    return tuple(pages)


def marks(card_id: str, pages: int) -> tuple[str, ...]:
    """Return what the first blocks of a card's pages are called; it tells nothing of the card."""
    digest = sha256(card_id.encode(errors="replace")).hexdigest()[:32]
    return tuple(f"card-{digest}-{number}-{pages}" for number in range(1, pages + 1))


def pages_sent(card_id: str, messages: Sequence[Block]) -> dict[tuple[int, int], Block]:
    """Return the messages that show pages of a card, by (number, how many there are)."""
    start = marks(card_id, 1)[0].removesuffix("1-1")
    sent: dict[tuple[int, int], Block] = {}
    for message in messages:
        mark = str((message.get("blocks") or [{}])[0].get("block_id", ""))
        if mark.startswith(start):
            number, _, of = mark.removeprefix(start).partition("-")
            sent[int(number), int(of)] = message
    return sent


def notice(card: Card) -> str:
    """Return what notifications and screen readers say of a card; Slack reads markup there."""
    return _escaped(_shown(card.summary or card.title) or "Hearth")[:_MAX_NOTICE]


def after_press(blocks: Sequence[Block], block_id: str, action_id: str) -> list[Block]:
    """Return the blocks of a message with the row of the pressed button replaced by which one it was."""
    return [_pressed(block, action_id) if block.get("block_id") == block_id else block for block in blocks]


def plain(text: str) -> Block:
    """Return a plain text object."""
    return {"type": "plain_text", "text": _shown(text), "emoji": False}


def paragraph(text: str) -> Block:
    """Return a block with a paragraph."""
    return _rich(*(_section(part) for part in _parts(text)))


def facts(rows: Sequence[tuple[str, str]]) -> Block:
    """Return a block with labelled values."""
    return _rich(*(_row(label, value) for label, value in rows if _shown(label + value).strip()))


def button(one: Button, number: int, kind: str = PRESS) -> Block:
    """Return a button; its label is cut where it is too long."""
    label = " ".join(_shown(one.label).split()) or "\u2026"
    made = {
        "type": "button",
        "text": plain(label if len(label) <= MAX_LABEL else f"{label[: MAX_LABEL - 1].rstrip()}\u2026"),
        "action_id": f"{kind}-{number}",
        "value": one.action[:2_000],
    }
    return made if one.style == "plain" else {**made, "style": one.style}


def _pressed(block: Block, action_id: str) -> Block:
    labels = [one["text"]["text"] for one in block.get("elements", ()) if one.get("action_id") == action_id]
    shown = f"Chosen: {labels[0]}" if labels else "Chosen."  # not by whom: others may read along
    return {"type": "context", "elements": [plain(shown)], "block_id": str(block.get("block_id", ""))}


def _title(title: str) -> Iterator[Block]:
    shown = _shown(title).strip()
    if not shown:
        return
    if len(shown) <= MAX_HEADER and "\n" not in shown:
        yield {"type": "header", "text": plain(shown)}
    else:
        yield _rich(*(_section(part, bold=True) for part in _parts(shown)))


def _element(element: Element) -> Iterator[Block]:
    match element:
        case Text(text):
            yield paragraph(text)
        case Quote(text, source):
            yield from _quote(text, source)
        case Facts(rows):
            yield facts(rows)
        case Progress():
            yield {"type": "context", "elements": [plain(element.words)]}
        case Buttons(buttons):
            yield from _buttons(buttons)
        case Document(label, document):
            yield {"type": "actions", "elements": [button(Button(label, document), 0, OFFER)]}
        case _:
            assert_never(element)


def _quote(text: str, source: str) -> Iterator[Block]:
    for part in _parts(text):
        yield _rich({"type": "rich_text_quote", "elements": [_words(part)]})
    if _shown(source).strip():
        yield {"type": "context", "elements": [plain(part) for part in _parts(source)]}


def _buttons(buttons: Sequence[Button]) -> Iterator[Block]:
    """Give the rows of buttons; where a label is too long for a button, all stand in full above, numbered."""
    if any(len(_shown(one.label)) > MAX_LABEL for one in buttons):
        for number, one in enumerate(buttons, 1):
            yield paragraph(f"{number}. {one.label}")
        buttons = [
            Button(f"{number}. {one.label}", one.action, one.style) for number, one in enumerate(buttons, 1)
        ]
    for start in range(0, len(buttons), MAX_BUTTONS):
        row = buttons[start : start + MAX_BUTTONS]
        yield {"type": "actions", "elements": [button(one, start + place) for place, one in enumerate(row)]}


def _row(label: str, value: str) -> Block:
    parts = [_words(part, bold=True) for part in _parts(f"{label}:")]
    return {
        "type": "rich_text_section",
        "elements": [*parts, *(_words(f" {part}") for part in _parts(value)), _words("\n")],
    }


def _section(text: str, *, bold: bool = False) -> Block:
    return {"type": "rich_text_section", "elements": [_words(text, bold=bold)]}


def _words(text: str, *, bold: bool = False) -> Block:
    words: Block = {"type": "text", "text": text}
    return {**words, "style": {"bold": True}} if bold else words


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def _parts(text: str) -> list[str]:
    """Cut a text at white space into parts that fit; together they are the text."""
    rest, parts = _shown(text), []
    while len(rest) > _PART:
        cut = max(rest.rfind(" ", 0, _PART), rest.rfind("\n", 0, _PART)) + 1 or _PART
        parts.append(rest[:cut])
        rest = rest[cut:]
    return [part for part in (*parts, rest) if part.strip()]


def _paged(blocks: Sequence[Block]) -> list[list[Block]]:
    pages: list[list[Block]] = [[]]
    room = MAX_CHARACTERS
    for block in blocks:
        size = _size(block)
        if pages[-1] and (size > room or len(pages[-1]) == MAX_BLOCKS):
            pages.append([])
            room = MAX_CHARACTERS
        pages[-1].append(block)
        room -= size
    return pages


def _size(part: object) -> int:
    if isinstance(part, dict):
        own = len(part["text"]) if isinstance(part.get("text"), str) else 0
        return own + sum(_size(value) for value in part.values() if not isinstance(value, str))
    return sum(map(_size, part)) if isinstance(part, list) else 0


def _shown(text: str) -> str:
    return in_one_direction(printable(text))


def _escaped(text: str) -> str:
    """Escape what Slack reads as markup in a message's text (docs.slack.dev, formatting message text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
