"""What is done at once with what comes in: it is accepted, and the one who pressed a button is answered."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, assert_never

from adapters.teams import outgoing
from adapters.teams.activities import (
    Consented,
    Event,
    Installed,
    Joined,
    Nothing,
    Picked,
    Place,
    Pressed,
    Removed,
    Said,
)
from adapters.teams.carried import carried
from adapters.teams.channel import TeamsChannel
from adapters.teams.files import Files
from adapters.teams.references import References
from bot import inbox
from bot.channel import TryLater, Undeliverable
from bot.commands import in_private
from bot.faults import told
from bot.message import Message
from bot.records.database import RecordsUnavailable
from bot.records.store import Records

log = logging.getLogger(__name__)

# Teams waits 15 seconds at most, people wait less: after so many it is said that nothing was recorded.
SECONDS = 2.5
Answer = Mapping[str, Any]

_NOT_RECORDED = "That was not recorded. Please press again."
_TAKEN_FURTHER = (
    "I have answered in your private chat with me. If you do not see it there, add me under Apps, Hearth."
)
_NOT_TAKEN = "That was not taken further. Please try again in a minute."
_FILE_LATER = "The file cannot be given at the moment. Please press again in a minute."
_FILE_PRIVATE = "Please ask for it in your private chat with me: files are given to you alone."

# What a command on a message stands for, with the message's words; it goes to the private chat.
COMMANDS: Mapping[str, Callable[[str], str]] = {"check": lambda text: text, "raise": in_private}


class NotTaken(Exception):  # noqa: N818 - what is the matter
    """Nothing was accepted: Teams is to send it again."""


class Hand:
    """Takes what comes in. `inducts` says that whoever joins is inducted."""

    def __init__(self, records: Records, channel: TeamsChannel, *, inducts: bool = False) -> None:
        self._records, self._channel, self._inducts = records, channel, inducts
        self._references = References(records)
        self._files = Files(records, channel)
        self._running: set[asyncio.Task[None]] = set()

    async def take(self, event: Event) -> Answer | None:
        """Take an event and return the body of the answer to it, None for an empty one.

        Raises:
            NotTaken: it could not be accepted in time.
        """
        match event:
            case Said(place, text, files):
                await self._accept(place, _message(place, text=text, files=files))
            case Pressed() | Picked() | Consented():
                return await self._answered(event)
            case Installed() | Removed() | Joined():
                await self._changed(event)
            case Nothing(waits):
                return {} if waits else None
            case _:
                assert_never(event)
        return None

    async def _answered(self, event: Pressed | Picked | Consented) -> Answer | None:
        match event:
            case Pressed():
                return await self._pressed(event)
            case Picked():
                return await self._picked(event)
            case Consented():
                return await self._consented(event)
            case _:
                assert_never(event)

    async def _changed(self, event: Installed | Removed | Joined) -> None:
        match event:
            case Installed(place):
                await self._installed(place)
            case Removed(place):
                await self._in_time(lambda: self._references.forget(place.conversation))
            case Joined(places):
                await self._joined(places)
            case _:
                assert_never(event)

    async def finish(self) -> None:
        """Wait for what was begun beside the answers."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _accept(self, place: Place, message: Message) -> None:
        await self._in_time(
            lambda: inbox.accept(
                self._records, message, beside=lambda change: self._references.remember(change, place)
            )
        )

    async def _in_time(self, act: Callable[[], object]) -> None:
        """Do something in a thread; raise NotTaken where the records are away, or where it takes too long.

        What takes too long goes on: sent again, it is found done.
        """
        try:
            async with asyncio.timeout(SECONDS):
                await asyncio.shield(asyncio.to_thread(act))
        except (TimeoutError, RecordsUnavailable) as error:
            raise NotTaken from error

    async def _pressed(self, event: Pressed) -> Answer | None:
        place, action = event.place, event.action
        if action.startswith("document:"):
            return await self._offered(event)
        try:
            await self._accept(place, _message(place, action=action))
        except NotTaken:
            if event.waits:
                return outgoing.answer_with_words(_NOT_RECORDED)
            self._beside(place, lambda: self._tell(place, _NOT_RECORDED))
            raise
        card = carried(self._records.vault, place.conversation, event.carried)
        shown = outgoing.pressed(card, action) if card else None
        if shown is not None and event.card:
            self._beside(place, lambda: self._channel.replace(place.conversation, event.card, shown))
        if not event.waits:
            return None
        return outgoing.answer_with_card(shown) if shown else outgoing.answer_with_words("Done.")

    async def _picked(self, event: Picked) -> Answer:
        """Take a command on a message to the private chat of whoever chose it."""
        place, command = event.place, COMMANDS.get(event.command)
        if command is None or not (event.text or event.command == "raise"):
            return outgoing.answer_to_command("There are no words in that message.")
        message = replace(_message(place, text=command(event.text)), conversation=place.account, private=True)
        try:
            await self._accept(place, message)
        except NotTaken:
            return outgoing.answer_to_command(_NOT_TAKEN)
        return outgoing.answer_to_command(_TAKEN_FURTHER)

    async def _offered(self, event: Pressed) -> Answer | None:
        """Offer a file where only its owner reads along."""
        place = event.place
        if not place.private:
            return outgoing.answer_with_words(_FILE_PRIVATE) if event.waits else None
        document = event.action.removeprefix("document:")
        try:
            found = await asyncio.to_thread(self._files.offer, place, document)
        except (TryLater, Undeliverable, RecordsUnavailable):
            found = False
        if not event.waits:
            return None
        return outgoing.answer_with_words("Here it is." if found else _FILE_LATER)

    async def _consented(self, event: Consented) -> Answer:
        if event.upload:
            self._beside(event.place, lambda: self._files.give(event.place, event.document, event.upload))
        return {}

    async def _installed(self, place: Place) -> None:
        """Send what waited for the conversation, and welcome the person."""
        await self._in_time(lambda: self._references.reached(place))
        if place.private:
            await self._accept(place, self._welcome(place))

    async def _joined(self, places: tuple[Place, ...]) -> None:
        """Remember how those who came are spoken to; induct them where that is set."""
        for place in places:
            if not self._inducts:
                await self._in_time(partial(self._noted, place))
            elif not place.private:  # who installs the app for herself is welcomed by that
                message = replace(self._welcome(place), conversation=place.account, private=True)
                await self._accept(place, message)

    def _noted(self, place: Place) -> None:
        with self._records.changing() as change:
            self._references.remember(change, place)

    def _welcome(self, place: Place) -> Message:
        if self._inducts:
            return replace(_message(place, action="induction:joined"), id=f"{place.event}/{place.account}")
        return _message(place, text="help")

    def _tell(self, place: Place, text: str) -> None:
        if place.private:
            self._channel.tell(place.conversation, outgoing.words(text))

    def _beside(self, place: Place, act: Callable[[], object]) -> None:
        """Do something that nobody waits for, once; if it fails, the log says so."""

        async def run() -> None:
            try:
                await asyncio.to_thread(act)
            except (TryLater, Undeliverable) as fault:
                log.warning("teams.aside.failed", extra={"event": place.event, "fault": fault.fault})
            except Exception as error:  # noqa: BLE001 - nobody else would hear of it
                log.error("teams.aside.failed", extra={"event": place.event, **told(error)})  # noqa: TRY400 - no words of it

        task = asyncio.get_running_loop().create_task(run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _message(place: Place, text: str = "", action: str | None = None, files: tuple[Any, ...] = ()) -> Message:
    return Message(
        place.event,
        place.conversation,
        text,
        action,
        sender=place.account,
        private=place.private,
        files=files,
    )
