"""Stand-ins for the assistant: they answer with cards of the gallery, and remember what they were asked."""

import threading
from collections.abc import Sequence
from typing import Protocol

from bot.card import Card, Text
from bot.message import Message
from tests.gallery import ANSWER, ASK_BACK, GALLERY


class Door(Protocol):
    """What answers a message."""

    def handle(self, message: Message) -> Sequence[Card]:
        """Return the cards that answer the message."""
        ...


class GalleryDoor:
    """Answers a question with an answer, a name with that card, "everything" with all of them."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def handle(self, message: Message) -> Sequence[Card]:
        """Answer at once."""
        self.messages.append(message)
        if message.action is not None and message.action.startswith(("role:", "join:")):
            return (Card("role", "Thank you. What would you like to know?", ()),)
        if message.action is not None:
            return (Card("pressed", "You pressed a button.", (Text(message.action),)),)
        if message.text == "everything":
            return GALLERY
        named = tuple(card for card in GALLERY if card.id == message.text)
        return named or ((ASK_BACK,) if "former" in message.text else (ANSWER,))


class SlowDoor(GalleryDoor):
    """Answers once it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = threading.Event()

    def handle(self, message: Message) -> Sequence[Card]:
        """Wait, then answer."""
        cards = super().handle(message)
        assert self.let_go.wait(20), "nobody let it go"
        return cards
