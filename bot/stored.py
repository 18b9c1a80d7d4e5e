"""Values as they are stored: messages, states and cards as JSON, and back."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from bot.card import Buttons, Card, Document, Element, Facts, Progress, Quote, Text
from bot.conversation import State
from bot.message import Message

_STATES = TypeAdapter(State)
_MESSAGES = TypeAdapter(Message)
_ELEMENTS: Mapping[str, TypeAdapter[Any]] = {
    kind.__name__: TypeAdapter(kind) for kind in (Text, Quote, Facts, Progress, Buttons, Document)
}


def dump_message(message: Message) -> str:
    """Return a message as JSON."""
    return _MESSAGES.dump_json(message).decode()


def load_message(text: str) -> Message:
    """Return the message that `dump_message` wrote."""
    return _MESSAGES.validate_json(text)


def dump_state(state: State) -> str:
    """Return what a conversation remembers as JSON."""
    return _STATES.dump_json(state).decode()


def load_state(text: str) -> State:
    """Return the state that `dump_state` wrote; raise ValueError for one that is not understood."""
    return _STATES.validate_json(text)


def dump_card(card: Card) -> str:
    """Return a card as JSON; each element says what it is."""
    elements = [
        {"is": type(element).__name__, "of": _ELEMENTS[type(element).__name__].dump_python(element)}
        for element in card.elements
    ]
    return json.dumps({"id": card.id, "title": card.title, "summary": card.summary, "elements": elements})


def load_card(text: str) -> Card:
    """Return the card that `dump_card` wrote; raise ValueError for an element that is not known."""
    stored = json.loads(text)
    elements = tuple(_element(part) for part in stored["elements"])
    return Card(stored["id"], stored["title"], elements, stored["summary"])


def _element(part: Mapping[str, Any]) -> Element:
    kind = _ELEMENTS.get(part["is"])
    if kind is None:
        raise ValueError(f"a stored card has an element {part['is']!r}, which this version does not know")
    element: Element = kind.validate_python(part["of"])
    return element
