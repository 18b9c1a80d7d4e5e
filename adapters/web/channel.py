"""Sending to the page: a card is written to the conversation, and the pages that show it are told."""

from adapters.web import entries, uploads
from adapters.web.bell import Bell
from bot.card import Card
from bot.channel import TryLater, Undeliverable
from bot.records.database import RecordsUnavailable
from bot.records.store import Records

_AWAY = "the records are away"


class WebChannel:
    """The web chat, for sending; used by a worker's threads, in the pages' process or in another.

    `bell` is rung for the pages of this process; those of another look by themselves.
    """

    def __init__(self, records: Records, bell: Bell) -> None:
        self._records = records
        self._bell = bell

    def send(self, conversation: str, card: Card) -> str:
        """Show a card on the conversation's pages, now or when one is opened; again, it changes nothing.

        Raises:
            TryLater: the records are away; nothing was written.
        """
        try:
            with self._records.changing() as change:
                entry_id = entries.add_card(change, conversation, card)
        except RecordsUnavailable as error:
            raise TryLater(_AWAY) from error
        self._bell.ring(conversation)
        return entry_id

    def find(self, conversation: str, card_id: str) -> str | None:
        """Return what a card that may have been sent is called here, or None; raise TryLater."""
        try:
            return entries.find_card(self._records, conversation, card_id)
        except RecordsUnavailable as error:
            raise TryLater(_AWAY) from error

    def fetch(self, conversation: str, ref: str) -> bytes:
        """Return a file that a page sent; raise TryLater, or Undeliverable where it is kept no longer."""
        try:
            content = uploads.fetch(self._records, conversation, ref)
        except RecordsUnavailable as error:
            raise TryLater(_AWAY) from error
        if content is None:
            raise Undeliverable("the file is kept no longer")
        return content
