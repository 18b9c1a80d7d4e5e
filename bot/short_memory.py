"""Conversations that are remembered only as long as the program runs: the command line's."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot import safeguarding, words
from bot.card import Card
from bot.conversation import Conversation, Outcome, State
from bot.errands import Warn
from bot.message import Message
from knowledge.reading import Role


@dataclass(slots=True)
class _Remembered:
    state: State = field(default_factory=State)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ShortMemory:
    """Handles messages. One conversation's messages are taken one at a time, different ones side by side."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._remembered: dict[str, _Remembered] = {}

    async def handle(self, message: Message) -> tuple[Card, ...]:
        """Return the cards that answer a message."""
        return (await self.respond(message)).cards

    async def respond(self, message: Message) -> Outcome:
        """Return the cards that answer a message, with what it was taken for."""
        remembered = self._remembered.setdefault(message.conversation, _Remembered())
        async with remembered.lock:
            outcome = await asyncio.to_thread(self._conversation.respond, message, remembered.state)
        if any(isinstance(errand, Warn) for errand in outcome.errands):
            return replace(outcome, cards=(safeguarding.card(f"{message.id}.1"),))
        if outcome.cards or not outcome.errands:
            return outcome
        return replace(outcome, cards=(words.no_records(f"{message.id}.1"),))

    def words_behind(self, text: str) -> Mapping[str, str]:
        """Return the words of a message on which each of its facts rests; slow, for explaining."""
        return self._conversation.words_behind(text)

    def begin(self, conversation: str, roles: tuple[Role, ...]) -> None:
        """Start a conversation afresh, with the sender's roles where they are known."""
        self._remembered[conversation] = _Remembered(State(roles=roles))
