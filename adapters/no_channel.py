"""Where a conversation's platform is not set: what is for it waits until it is."""

from bot.card import Card
from bot.channel import TryLater

_NOT_SET = "its platform is not set"


class NoChannel:
    """Sends nothing."""

    def send(self, conversation: str, card: Card) -> str:
        """Raise TryLater."""
        del conversation, card
        raise TryLater(_NOT_SET)

    def find(self, conversation: str, card_id: str) -> str | None:
        """Return None: it was not sent."""
        del conversation, card_id
        return None

    def fetch(self, conversation: str, ref: str) -> bytes:
        """Raise TryLater."""
        del conversation, ref
        raise TryLater(_NOT_SET)
