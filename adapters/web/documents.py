"""Documents: what a card offers to be fetched, for the person alone whose it is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import quote

from aiohttp import web

from adapters.certificate_of import certificate_of
from adapters.file_of import file_of
from bot.records.database import RecordsUnavailable
from bot.records.store import Records

# Someone else's is answered as one that is not there.
_NOT_HERE = "There is no such document here. Open it from the chat in which you were given it."
_AWAY = "Hearth cannot reach its records at the moment. Please try again in a minute."

_Found = TypeVar("_Found")


class Documents:
    """Gives out certificates and files of cases.

    `conversation` names the one of a request, None where it has none.
    """

    def __init__(
        self, records: Records, conversation: Callable[[web.Request], Awaitable[str | None]]
    ) -> None:
        self._records = records
        self._conversation = conversation

    async def certificate(self, request: web.Request) -> web.Response:
        """Give the certificate of an acknowledgement to whoever made it; to anyone else there is none."""
        made = await self._hers(request, certificate_of)
        headers = {"Content-Disposition": 'attachment; filename="certificate.pdf"'}
        return web.Response(body=made, content_type="application/pdf", headers=headers)

    async def file(self, request: web.Request) -> web.Response:
        """Give a file of a case to one who may see it, to be saved and never to be shown as a page."""
        found = await self._hers(request, file_of)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}",
            "Cache-Control": "no-store",
        }
        return web.Response(body=found.content, content_type=found.media, headers=headers)

    async def _hers(
        self, request: web.Request, look_up: Callable[[Records, str, str], _Found | None]
    ) -> _Found:
        conversation = await self._conversation(request)
        if conversation is None:
            raise web.HTTPNotFound(text=_NOT_HERE)
        try:
            found = await asyncio.to_thread(look_up, self._records, conversation, request.match_info["id"])
        except RecordsUnavailable as error:
            raise web.HTTPServiceUnavailable(text=_AWAY) from error
        if found is None:
            raise web.HTTPNotFound(text=_NOT_HERE)
        return found
