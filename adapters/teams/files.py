"""Files that go out: a document, for the person alone whose it is, into her own folder on Teams."""

import asyncio
import logging
from functools import partial

from adapters.documents import Given, document_of
from adapters.teams import outgoing
from adapters.teams.acceptance import Answer
from adapters.teams.asides import Asides
from adapters.teams.channel import TeamsChannel
from adapters.teams.events import Consented, Pressed, Room
from adapters.teams.places import Place
from bot.channel import TryLater, Undeliverable
from bot.records.database import RecordsUnavailable
from bot.records.store import Records

log = logging.getLogger(__name__)

DOCUMENT = "document:"

_ASKED = "For you alone. Teams asks where it may be kept."
_GIVEN = "It is in your files."
_NOT_GIVEN = "The file could not be put into your files. Please press its button again."
_LATER = "The file cannot be given at the moment. Please press again in a minute."
_PRIVATE = "Please ask for it in your private chat with me: files are given to you alone."


class Files:
    """Offers documents, and gives them to whoever accepts."""

    def __init__(self, records: Records, channel: TeamsChannel, asides: Asides) -> None:
        self._records, self._channel, self._asides = records, channel, asides

    async def asked(self, event: Pressed) -> Answer | None:
        """Offer a file where only its owner reads along."""
        place = event.place
        if not place.private:
            return outgoing.answer_with_words(_PRIVATE) if event.waits else None
        try:
            found = await asyncio.to_thread(self._offer, place, event.action.removeprefix(DOCUMENT))
        except (TryLater, Undeliverable, RecordsUnavailable):
            found = False
        if not event.waits:
            return None
        return outgoing.answer_with_words("Here it is." if found else _LATER)

    async def consented(self, event: Consented) -> Answer:
        """Put a file where there is room for it, and take the question away; also where she said no."""
        begin = partial(self._asides.begin, event.place.event)
        if event.room is None:
            begin(partial(self._withdraw, event))
        else:
            begin(partial(self._give, event, event.room), partial(self._not_given, event))
        return {}

    def _offer(self, place: Place, document: str) -> bool:
        made = self._made(place, document)
        if made is None:
            return False
        self._channel.tell(
            place.conversation, outgoing.file_offer(made.name, _ASKED, len(made.content), document)
        )
        return True

    def _give(self, event: Consented, room: Room) -> None:
        made = self._made(event.place, event.document)
        if made is None:
            raise Undeliverable("there is no such document for this person")
        self._channel.upload(room.upload, made.content)
        self._channel.tell(event.place.conversation, outgoing.file_kept(made.name, room, _GIVEN))
        self._withdraw(event)

    def _withdraw(self, event: Consented) -> None:
        """Take the question away; where that fails it stays, and yes once more puts the file there again."""
        if not event.card:
            return
        try:
            self._channel.take_back(event.place.conversation, event.card)
        except (TryLater, Undeliverable) as fault:
            log.info("teams.offer.stays", extra={"event": event.place.event, "fault": fault.fault})

    def _not_given(self, event: Consented) -> None:
        self._channel.tell(event.place.conversation, outgoing.words(_NOT_GIVEN))

    def _made(self, place: Place, document: str) -> Given | None:
        return document_of(self._records, place.account, document)
