"""Files that go out: a document, for the person alone whose it is, into her own folder on Teams."""

from adapters.documents import Given, document_of
from adapters.teams import outgoing
from adapters.teams.activities import Place
from adapters.teams.channel import TeamsChannel
from bot.channel import Undeliverable
from bot.records.store import Records

_ASKED = "For you alone. Teams asks where it may be kept."
_GIVEN = "It is in your files."


class Files:
    """Offers documents, and gives them to whoever accepts."""

    def __init__(self, records: Records, channel: TeamsChannel) -> None:
        self._records, self._channel = records, channel

    def offer(self, place: Place, document: str) -> bool:
        """Offer a document; return False where there is none for this person.

        Raises TryLater, Undeliverable, RecordsUnavailable.
        """
        made = self._made(place, document)
        if made is None:
            return False
        self._channel.tell(
            place.conversation, outgoing.file_offer(made.name, _ASKED, len(made.content), document)
        )
        return True

    def give(self, place: Place, document: str, address: str) -> None:
        """Put a document where Teams gave room for it; as `offer`."""
        made = self._made(place, document)
        if made is None:
            raise Undeliverable("there is no such document for this person")
        self._channel.upload(address, made.content)
        self._channel.tell(place.conversation, outgoing.words(_GIVEN))

    def _made(self, place: Place, document: str) -> Given | None:
        return document_of(self._records, place.account, document)
