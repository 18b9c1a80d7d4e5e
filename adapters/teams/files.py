"""Files that go out: a certificate, for the person alone whose it is, into her own folder on Teams."""

from adapters.certificate_of import certificate_of
from adapters.teams import outgoing
from adapters.teams.activities import Place
from adapters.teams.channel import TeamsChannel
from bot.channel import Undeliverable
from bot.records.store import Records

_NAME = "certificate.pdf"
_ASKED = "Your certificate. Teams asks where it may be kept."
_GIVEN = "Your certificate is in your files."


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
        self._channel.tell(place.conversation, outgoing.file_offer(_NAME, _ASKED, len(made), document))
        return True

    def give(self, place: Place, document: str, address: str) -> None:
        """Put a document where Teams gave room for it; as `offer`."""
        made = self._made(place, document)
        if made is None:
            raise Undeliverable("there is no such document for this person")
        self._channel.upload(address, made)
        self._channel.tell(place.conversation, outgoing.words(_GIVEN))

    def _made(self, place: Place, document: str) -> bytes | None:
        kind, _, given = document.partition(":")
        return certificate_of(self._records, place.account, given) if kind == "certificate" else None
