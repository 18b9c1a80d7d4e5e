"""Documents: what a card offers to be fetched, for the person alone whose it is."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web

from adapters.documents import document_of
from bot.records.database import RecordsUnavailable
from bot.records.store import Records

# Someone else's is answered as one that is not there.
_NOT_HERE = "There is no such document here. Open it from the chat in which you were given it."
_AWAY = "Hearth cannot reach its records at the moment. Please try again in a minute."


class Documents:
    """Gives out documents; `conversation` names the one of a request, None where it has none."""

    def __init__(
        self, records: Records, conversation: Callable[[web.Request], Awaitable[str | None]]
    ) -> None:
        self._records = records
        self._conversation = conversation

    async def give(self, request: web.Request) -> web.Response:
        """Give a document to whoever it is for, to be saved and never to be shown as a page."""
        conversation = await self._conversation(request)
        if conversation is None:
            raise web.HTTPNotFound(text=_NOT_HERE)
        try:
            found = await asyncio.to_thread(
                document_of, self._records, conversation, request.match_info["document"]
            )
        except RecordsUnavailable as error:
            raise web.HTTPServiceUnavailable(text=_AWAY) from error
        if found is None:
            raise web.HTTPNotFound(text=_NOT_HERE)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
            "Cache-Control": "no-store",
        }
        return web.Response(body=found.content, content_type=found.media, headers=headers)
