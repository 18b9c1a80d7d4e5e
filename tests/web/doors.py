"""Stand-ins for the door: they answer with cards of the gallery, and remember what they were asked."""

import asyncio

from bot.card import Card, Text
from bot.message import Message
from tests.gallery import ANSWER, ASK_BACK, GALLERY


class GalleryDoor:
    """Answers a question with an answer, a name with that card, "everything" with all of them."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def handle(self, message: Message) -> tuple[Card, ...]:
        """Answer at once."""
        self.messages.append(message)
        if message.action is not None and message.action.startswith("role:"):
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
        self.let_go = asyncio.Event()

    async def handle(self, message: Message) -> tuple[Card, ...]:
        """Wait, then answer."""
        cards = await super().handle(message)
        await self.let_go.wait()
        return cards


class BrokenDoor:
    """Fails on every message."""

    async def handle(self, _message: Message) -> tuple[Card, ...]:
        """Raise, as a fault in the program would."""
        raise RuntimeError("a fault in the door")
