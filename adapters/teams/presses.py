"""Presses: the one who pressed is answered at once, and the card shows to all what became of it."""

import json
from functools import partial

from sqlalchemy import select

from adapters.teams import outgoing
from adapters.teams.acceptance import Acceptance, Answer, NotTaken, message_at
from adapters.teams.asides import Asides
from adapters.teams.carried import carried
from adapters.teams.channel import TeamsChannel
from adapters.teams.events import Pressed, Rated, Viewed
from adapters.teams.places import Place
from adapters.teams.ratings import rating
from bot.card import Card
from bot.records.store import Records
from bot.records.tables import Sending

_NOT_RECORDED = "That was not recorded. Please press again."
_NOT_HERS = "These buttons are for whoever asked. Mention me, and I answer you."
_ONLY_WHETHER = (
    "Thank you. Only whether it helped is kept, not what you wrote there. If somebody is to read it, say it "
    "here, or press Ask a person."
)


class Presses:
    """Takes what is done to a card that was sent."""

    def __init__(
        self, records: Records, channel: TeamsChannel, acceptance: Acceptance, asides: Asides
    ) -> None:
        self._records, self._channel = records, channel
        self._acceptance, self._asides = acceptance, asides

    async def pressed(self, event: Pressed) -> Answer | None:
        """Take a press and return the answer to it, None where nobody waits for one; raise NotTaken."""
        place, card = event.place, self._carried(event.place, event.carried)
        if card is None and event.carried and not place.private:
            return outgoing.answer_with_words(_NOT_HERS) if event.waits else None
        try:
            await self._acceptance.spoken(place, message_at(place, action=event.action))
        except NotTaken:
            if event.waits:
                return outgoing.answer_with_words(_NOT_RECORDED)
            if place.private:
                self._tell(place, _NOT_RECORDED)
            raise
        shown = outgoing.pressed(card, event.action, private=place.private) if card else None
        if shown is not None and event.card:
            replace = partial(self._channel.replace, place.conversation, event.card, shown)
            self._asides.begin(place.event, replace)
        if not event.waits:
            return None
        return outgoing.answer_with_card(shown) if shown else outgoing.answer_with_words("Done.")

    async def viewed(self, event: Viewed) -> Answer:
        """Show a card with its buttons to the one who asked."""
        card = self._carried(event.place, event.carried)
        if card is None:
            return outgoing.answer_with_words(_NOT_HERS)
        asker = str(json.loads(event.place.reference)["user"]["id"])
        return outgoing.answer_to_view(card, event.carried, asker)

    async def rated(self, event: Rated) -> Answer:
        """Take a thumb below a message as a press of the card's own button; raise NotTaken."""
        place = event.place
        card = await self._acceptance.in_time(partial(self._sent_as, place.conversation, event.card))
        if card and place.private:
            action = rating(card, helped=event.helped)
            await self._acceptance.spoken(place, message_at(place, action=action))
            if event.wrote:
                self._tell(place, _ONLY_WHETHER)
        return {}

    def _carried(self, place: Place, text: str) -> Card | None:
        """Return the card that a press gave along: hers, or where nobody is known to have asked, anyone's."""
        vault, of_all = self._records.vault, partial(carried, self._records.vault, place.conversation, text)
        if place.private:
            return of_all()
        return carried(vault, place.conversation, text, place.account) or of_all()

    def _sent_as(self, conversation: str, name: str) -> str:
        """Return the id of the card that Teams calls by a name, empty where it is not known any more."""
        named = select(Sending.id).where(
            Sending.organisation == self._records.organisation,
            Sending.conversation == conversation,
            Sending.sent_as == name,
        )
        with self._records.reading() as session:
            return session.scalars(named).first() or ""

    def _tell(self, place: Place, text: str) -> None:
        self._asides.begin(place.event, partial(self._channel.tell, place.conversation, outgoing.words(text)))
