"""The platform of a soak: takes cards over HTTP, remembers them, and is not always well."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any

from benchmarks.soaking.child import Server
from bot.card import Card
from bot.stored import load_card

# Conversations that begin so are on a platform that can be asked what it was sent.
ASKED = "ask:"


@dataclass
class Platform:
    """What was sent. `slowed` is the share of cards that are put off, `lost` that whose answer is lost."""

    random: random.Random
    slowed: float = 0
    lost: float = 0
    sent: list[tuple[str, str, str]] = field(default_factory=list)
    lost_answers: int = 0
    _by_id: dict[tuple[str, str], int] = field(default_factory=dict)
    _first: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def listening(self) -> Iterator[int]:
        """Give the port at which it can be reached, for as long as the block runs."""
        server = Server(0, self._answer)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def _answer(self, path: str, asked: Any) -> tuple[int, Any] | None:
        with self._lock:
            key = (asked["conversation"], asked["id"])
            if path == "/find":
                known = self._by_id.get(key) if key[0].startswith(ASKED) else None
                return 200, {"as": None if known is None else f"m{known}"}
            if self.random.random() < self.slowed:
                return 429, {"after": 0.5}
            self.sent.append((*key, asked["card"]))
            self._first[key[0]].setdefault(key[1], asked["card"])
            number = self._by_id.setdefault(key, len(self.sent))
            if self.random.random() < self.lost:
                self.lost_answers += 1
                return None
            return 200, {"as": f"m{number}"}

    def cards(self, conversation: str) -> list[Card]:
        """Return the cards of a conversation, each once, in the order in which they came first."""
        with self._lock:
            mine = list(self._first[conversation].values())
        return [load_card(card) for card in mine]

    def came(self, conversation: str) -> int:
        """Return how many cards of a conversation came, each counted once."""
        return len(self._first[conversation])

    def first_came(self) -> Mapping[str, list[str]]:
        """Return the ids of each conversation's cards, each once, in the order in which they came first."""
        with self._lock:
            return {conversation: list(cards) for conversation, cards in self._first.items() if cards}

    def repeats(self) -> Counter[bool]:
        """Return how many cards came again: where it can be asked (True), and where it cannot (False)."""
        again = Counter((conversation, card_id) for conversation, card_id, _ in self.sent)
        counted: Counter[bool] = Counter()
        for (conversation, _), times in again.items():
            counted[conversation.startswith(ASKED)] += times - 1
        return counted

    def changed_on_the_way(self) -> list[str]:
        """Return the ids of cards that came again and were not the same."""
        first: dict[str, str] = {}
        return [card_id for _, card_id, card in self.sent if first.setdefault(card_id, card) != card]
