"""Accepting what comes in, in time: Teams is told that it is recorded once it is, never before."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from adapters.teams.places import Place
from adapters.teams.references import References
from bot import inbox
from bot.message import Attached, Message
from bot.records.database import RecordsUnavailable
from bot.records.store import Change, Records

# Teams waits 15 seconds at most, people wait less: after so many it is said that nothing was recorded.
SECONDS = 2.5

Answer = Mapping[str, Any]
_Value = TypeVar("_Value")


class NotTaken(Exception):  # noqa: N818 - what is the matter
    """Nothing was accepted: Teams is to send it again."""


class Acceptance:
    """Accepts messages, and notes how those who wrote them are spoken to."""

    def __init__(self, records: Records, references: References) -> None:
        self._records, self._references = records, references

    async def spoken(self, place: Place, message: Message) -> None:
        """Accept what was said or pressed at a place; raise NotTaken."""
        await self._accept(message, lambda change: self._references.spoke(change, place))

    async def elsewhere(self, place: Place, message: Message) -> None:
        """Accept, for her private conversation, what someone did at another place; raise NotTaken.

        Of that place nothing is noted.
        """
        note = self._references.spoke if place.private else self._references.met
        await self._accept(message, lambda change: note(change, place))

    async def _accept(self, message: Message, beside: Callable[[Change], None]) -> None:
        await self.in_time(lambda: inbox.accept(self._records, message, beside=beside))

    async def in_time(self, act: Callable[[], _Value]) -> _Value:
        """Do something in a thread; raise NotTaken where the records are away, or where it takes too long.

        What takes too long goes on: sent again, it is found done.
        """
        try:
            async with asyncio.timeout(SECONDS):
                return await asyncio.shield(asyncio.to_thread(act))
        except (TimeoutError, RecordsUnavailable) as error:
            raise NotTaken from error


def message_at(
    place: Place, text: str = "", action: str | None = None, files: tuple[Attached, ...] = ()
) -> Message:
    """Return what was said or pressed at a place."""
    return Message(
        place.event,
        place.conversation,
        text,
        action,
        sender=place.account,
        private=place.private,
        files=files,
    )


def private_message(place: Place, text: str = "", action: str | None = None) -> Message:
    """Return what someone did at a place, as said in her private conversation."""
    return Message(place.event, place.account, text, action, sender=place.account)
