"""What was said in each conversation, remembered for as long and as far as the page needs it."""

import asyncio
import secrets
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from hashlib import sha256

from adapters.web.html import render_html, render_said
from bot.card import Button, Card, buttons_of

MAX_CONVERSATIONS = 100
MAX_ENTRIES = 300
MAX_IDS = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of a conversation as the page gets it.

    `kind` is "said" (by the person), "card", or "done" (the message `message_id` is answered). `announce`
    is the card's summary: where there is one, it is read out instead of the card.
    """

    seq: int
    kind: str
    message_id: str
    html: str = ""
    announce: str = ""
    buttons: tuple[Button, ...] = ()

    def frame(self) -> dict[str, str | int]:
        """Return what is sent to the page."""
        return {
            "type": self.kind,
            "seq": self.seq,
            "id": self.message_id,
            "html": self.html,
            "announce": self.announce,
        }


@dataclass(slots=True)
class Transcript:
    """The last `MAX_ENTRIES` entries of one conversation, numbered from 1.

    `epoch` tells this memory from one of an earlier run of the server. `turn` lets one message be answered
    at a time; `changed` wakes whoever sends entries to a page.
    """

    conversation: str
    epoch: str = field(default_factory=lambda: secrets.token_urlsafe(6))
    last: int = 0
    pages: int = 0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=MAX_ENTRIES))
    _ids: OrderedDict[str, bool] = field(default_factory=OrderedDict)

    def knows(self, message_id: str) -> bool:
        """Say whether a message with this id was taken before."""
        return message_id in self._ids

    def take(self, message_id: str) -> None:
        """Note a message's id, before it is answered."""
        self._ids[message_id] = False
        if len(self._ids) > MAX_IDS:
            self._ids.popitem(last=False)

    def is_done(self, message_id: str) -> bool:
        """Say whether the message was answered."""
        return self._ids.get(message_id, False)

    async def said(self, message_id: str, text: str) -> None:
        """Add what the person said or pressed."""
        await self._add(Entry(self.last + 1, "said", message_id, render_said(text)))

    async def answered(self, message_id: str, cards: tuple[Card, ...]) -> None:
        """Add the cards that answer a message, and that it is answered."""
        for card in cards:
            html, buttons = render_html(card), buttons_of(card)
            await self._add(Entry(self.last + 1, "card", message_id, html, card.summary, buttons))
        self._ids[message_id] = True
        await self._add(Entry(self.last + 1, "done", message_id))

    def after(self, seq: int) -> tuple[Entry, ...]:
        """Return the remembered entries that follow entry `seq`."""
        return tuple(entry for entry in self._entries if entry.seq > seq)

    def of(self, message_id: str) -> tuple[Entry, ...]:
        """Return the remembered entries of one message."""
        return tuple(entry for entry in self._entries if entry.message_id == message_id)

    def button(self, action: str) -> Button | None:
        """Return the latest button that was shown with this action, or None."""
        shown = (button for entry in reversed(self._entries) for button in entry.buttons)
        return next((button for button in shown if button.action == action), None)

    async def wait_beyond(self, seq: int) -> None:
        """Return once there are entries after entry `seq`."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.last > seq)

    async def _add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self.last = entry.seq
        async with self.changed:
            self.changed.notify_all()


class Transcripts:
    """The transcripts of at most `MAX_CONVERSATIONS` conversations, found by the page's secret token."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Transcript] = OrderedDict()

    def find(self, token: str) -> Transcript | None:
        """Return the conversation of a token, and keep it longest; None for a token that is not ours."""
        transcript = self._kept.get(token)
        if transcript is not None:
            self._kept.move_to_end(token)
        return transcript

    def start(self) -> str | None:
        """Start a conversation and return its token.

        The conversation unused for longest is forgotten for it; None if all are open in a page.
        """
        if len(self._kept) >= MAX_CONVERSATIONS:
            idle = next((token for token, kept in self._kept.items() if not kept.pages), None)
            if idle is None:
                return None
            del self._kept[idle]
        token = secrets.token_urlsafe(32)
        # The door and the records never see the secret, only what cannot be turned back into it.
        self._kept[token] = Transcript("web:" + sha256(token.encode()).hexdigest()[:24])
        return token
