"""What is done at once with what comes in: it is accepted, and the one who pressed a button is answered."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import assert_never

from adapters.teams import outgoing
from adapters.teams.acceptance import Acceptance, Answer, NotTaken, message_at, private_message
from adapters.teams.asides import Asides
from adapters.teams.channel import TeamsChannel
from adapters.teams.events import (
    Consented,
    Event,
    Installed,
    Joined,
    Nothing,
    Overheard,
    Picked,
    Pressed,
    Rated,
    Removed,
    Said,
    Unclear,
    Viewed,
)
from adapters.teams.files import DOCUMENT, Files
from adapters.teams.places import Place
from adapters.teams.presses import Presses
from bot.commands import in_private
from bot.message import Message
from bot.overhearing import Ears, Reads
from bot.records.store import Records

_TAKEN_FURTHER = (
    "I have answered in your private chat with me. If you do not see it there, add me under Apps, Hearth."
)
_NOT_TAKEN = "That was not taken further. Please try again in a minute."
_NO_WORDS = "There are no words in that message."

# What a command on a message stands for, with the message's words; it goes to the private chat.
COMMANDS: Mapping[str, Callable[[str], str]] = {"check": lambda text: text, "raise": in_private}


class NotKnownHere(Exception):  # noqa: N818 - what is the matter
    """Teams asks for something that Hearth does not do."""


class Hand:
    """Takes what comes in.

    `inducts` says that whoever joins is inducted; `overhears` checks what is said in channels to others, None
    where nothing does.
    """

    def __init__(
        self,
        records: Records,
        channel: TeamsChannel,
        *,
        inducts: bool = False,
        overhears: Reads | None = None,
    ) -> None:
        self._records, self._references, self._inducts = records, channel.references, inducts
        self._ears = (
            Ears(records, overhears, lambda message, said, _: channel.tell_alone(message.sender, said))
            if overhears
            else None
        )
        self._acceptance = Acceptance(records, self._references)
        self._asides = Asides()
        self._presses = Presses(records, channel, self._acceptance, self._asides)
        self._files = Files(records, channel, self._asides)

    async def take(self, event: Event) -> Answer | None:
        """Take an event and return the body of the answer to it, None for an empty one.

        Raises:
            NotTaken: it could not be accepted in time.
            NotKnownHere: it waits for an answer that Hearth has not.
        """
        match event:
            case Said(place, text, files):
                await self._acceptance.spoken(place, message_at(place, text=text, files=files))
            case Overheard(place, text):
                if self._ears is not None:
                    self._ears.hear(message_at(place, text=text))
            case Installed() | Removed() | Joined():
                await self._changed(event)
            case Nothing(waits):
                if waits:
                    raise NotKnownHere
            case _:
                return await self._answered(event)
        return None

    async def finish(self) -> None:
        """Wait for what was begun beside the answers."""
        await self._asides.finish()
        if self._ears is not None:
            await asyncio.to_thread(self._ears.close)

    async def _answered(
        self, event: Pressed | Viewed | Rated | Picked | Consented | Unclear
    ) -> Answer | None:
        match event:
            case Pressed() if event.action.startswith(DOCUMENT):
                return await self._files.asked(event)
            case Pressed():
                return await self._presses.pressed(event)
            case Viewed():
                return await self._presses.viewed(event)
            case Rated():
                return await self._presses.rated(event)
            case Picked():
                return await self._picked(event)
            case Consented():
                return await self._files.consented(event)
            case Unclear():
                return outgoing.answer_unclear()
            case _:
                assert_never(event)

    async def _changed(self, event: Installed | Removed | Joined) -> None:
        match event:
            case Installed():
                await self._installed(event)
            case Removed(place):
                await self._acceptance.in_time(lambda: self._references.forget(place.conversation))
            case Joined(places):
                await self._joined(places)
            case _:
                assert_never(event)

    async def _picked(self, event: Picked) -> Answer:
        """Take a command on a message to the private chat of whoever chose it."""
        place, command = event.place, COMMANDS.get(event.command)
        if command is None or not (event.text or event.command == "raise"):
            return outgoing.answer_to_command(_NO_WORDS)
        try:
            await self._acceptance.elsewhere(place, private_message(place, text=command(event.text)))
        except NotTaken:
            return outgoing.answer_to_command(_NOT_TAKEN)
        return outgoing.answer_to_command(_TAKEN_FURTHER)

    async def _installed(self, event: Installed) -> None:
        """Send what waited for the conversation, and say hello there; a newer version says nothing."""
        place = event.place
        await self._acceptance.in_time(lambda: self._references.reached(place))
        if not event.anew:
            return
        if place.private:
            await self._acceptance.spoken(place, self._welcome(place))
        else:
            await self._acceptance.spoken(place, message_at(place, text="help"))

    async def _joined(self, places: tuple[Place, ...]) -> None:
        """Remember how those who came are spoken to; induct them where that is set."""
        for place in places:
            if not self._inducts:
                await self._acceptance.in_time(partial(self._noted, place))
            elif not place.private:  # who installs the app for herself is welcomed by that
                await self._acceptance.elsewhere(place, self._welcome(place))

    def _noted(self, place: Place) -> None:
        with self._records.changing() as change:
            self._references.met(change, place)

    def _welcome(self, place: Place) -> Message:
        if self._inducts:
            welcome = private_message(place, action="induction:joined")
            return replace(welcome, id=f"{place.event}/{place.account}")
        return private_message(place, text="help")
