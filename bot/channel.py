"""Channel: how cards reach people on one platform, and the ways in which that can fail."""

from typing import Protocol, runtime_checkable

from bot.card import Card


class TryLater(Exception):  # noqa: N818 - what to do about it
    """The card did not get through now; `after` says in how many seconds to try again, if the platform did.

    `fault` is why, in static words: no words of the card, of the person or of the platform's answer.
    `perhaps_sent` where it may have got through after all, such as when no answer came: then it is looked
    for before it is sent again.
    """

    def __init__(self, fault: str, after: float | None = None, *, perhaps_sent: bool = False) -> None:
        super().__init__(fault)
        self.fault = fault
        self.after = after
        self.perhaps_sent = perhaps_sent


class Undeliverable(Exception):  # noqa: N818 - what is the matter with it
    """The card will never get through: the account is gone, or the card is refused."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class Channel(Protocol):
    """One platform, for sending."""

    def send(self, conversation: str, card: Card) -> str:
        """Send a card and return what the platform calls it; raise TryLater or Undeliverable."""
        ...

    def find(self, conversation: str, card_id: str) -> str | None:
        """Return what the platform calls a card that may have been sent before, None where it is not there.

        Also None where the platform cannot be asked: then the same card is sent once more. Raise TryLater.
        """
        ...

    def fetch(self, conversation: str, ref: str) -> bytes:
        """Return a file that came with a message of a conversation; raise TryLater or Undeliverable."""
        ...


@runtime_checkable
class Whispers(Protocol):
    """A channel that can say something in a conversation with many to one of them alone."""

    def whisper(self, conversation: str, account: str, said: str, otherwise: str) -> None:
        """Say `said` to an account alone, or `otherwise` where she cannot be written to in private.

        Raise TryLater or Undeliverable.
        """
        ...
