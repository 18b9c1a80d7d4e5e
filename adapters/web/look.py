"""Looking for what other processes wrote, as long as a page is open."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from adapters.web import entries
from adapters.web.bell import Bell
from bot.records.database import RecordsUnavailable
from bot.records.store import Records

LOOK_SECONDS = 0.25


async def look(records: Records, bell: Bell) -> None:
    """Ring for each open conversation that has something new, until no page is open."""
    seen: Mapping[str, int] = {}
    while conversations := bell.conversations():
        with suppress(RecordsUnavailable):  # the next look may find them; who writes says that they are away
            found = await asyncio.to_thread(entries.newest, records, conversations)
            for conversation in conversations:
                if seen.get(conversation) != found.get(conversation):
                    bell.ring(conversation)
            seen = found
        await asyncio.sleep(LOOK_SECONDS)
