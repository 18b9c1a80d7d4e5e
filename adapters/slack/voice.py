"""Calling Slack from the event loop: by the courier, with the token of a workspace."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from adapters.slack.courier import Courier, Refused
from adapters.slack.installations import Installations
from bot.channel import TryLater, Undeliverable
from bot.records.database import RecordsUnavailable

_Value = TypeVar("_Value")

# What a call may raise. Nothing is lost by it: what is said here can be asked for again.
GONE_WRONG = (TryLater, Undeliverable, Refused, RecordsUnavailable)


class Voice:
    """Says things in workspaces."""

    def __init__(self, installations: Installations, courier: Courier) -> None:
        self._installations = installations
        self._courier = courier

    async def call(self, team: str, method: str, **given: Any) -> dict[str, Any]:
        """Call a method in a workspace and return its answer; raise one of `GONE_WRONG`."""
        installed = await asyncio.to_thread(self._installations.find, team)
        if installed is None:
            raise Undeliverable("the app is not installed in the workspace")
        return await self._on(self._courier.call(installed.token, method, **given))

    async def post(self, url: str, **given: Any) -> int:
        """Post to an address that Slack gave and return the status; raise one of `GONE_WRONG`."""
        return await self._on(self._courier.post(url, **given))

    async def _on(self, work: Coroutine[Any, Any, _Value]) -> _Value:
        return await asyncio.wrap_future(self._courier.start(work))
