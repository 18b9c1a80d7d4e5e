"""Files that a page sends: kept until the message that they belong to is handled, and fetched from there."""

import asyncio
import base64
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import unquote

from aiohttp import web
from sqlalchemy import func, select

from bot.cases.files import Refused, checked, shown_name, too_large
from bot.message import LARGEST_FILE
from bot.records.database import RecordsUnavailable
from bot.records.store import Records
from bot.records.tables import WebFile, new_id

log = logging.getLogger(__name__)

# So many files of one conversation may wait at a time: three messages' worth.
MOST_WAITING = 30
_WAITING_FOR = timedelta(hours=24)
_NO_CONVERSATION = "There is no such conversation. Please reload the page."
_AWAY = "Hearth cannot reach its records at the moment. The file was not sent; please try again."
_TOO_MANY = "Too many files were sent at once. Please send a message with those that are there first."


class Uploads:
    """Takes in files; `conversation` names the one of a request, None where it has none."""

    def __init__(
        self, records: Records, conversation: Callable[[web.Request], Awaitable[str | None]]
    ) -> None:
        self._records = records
        self._conversation = conversation

    async def take(self, request: web.Request) -> web.Response:
        """Keep the file that is the request's body, named by its header `X-File-Name`; answer with its id.

        What is empty, too large or of another type than its name says is refused here already, in words
        for the person; nothing of it is kept.
        """
        conversation = await self._conversation(request)
        if conversation is None:
            raise web.HTTPUnauthorized(text=_NO_CONVERSATION)
        name = shown_name(unquote(request.headers.get("X-File-Name", ""), errors="replace"))
        content = await _body(request, name)
        try:
            media = checked(name, content)
            kept = await asyncio.to_thread(keep, self._records, conversation, content)
        except Refused as reason:
            raise web.HTTPUnsupportedMediaType(text=str(reason)) from reason
        except RecordsUnavailable as error:
            raise web.HTTPServiceUnavailable(text=_AWAY) from error
        if kept is None:
            raise web.HTTPTooManyRequests(text=_TOO_MANY)
        told = {"id": kept, "name": name, "media": media, "size": len(content)}
        return web.json_response(told, status=201)


def keep(records: Records, conversation: str, content: bytes) -> str | None:
    """Keep a file of a conversation, sealed, and return its id; None where too many wait already."""
    with records.changing() as change:
        since = records.now() - _WAITING_FOR
        mine = WebFile.organisation == records.organisation, WebFile.conversation == conversation
        waiting = change.session.scalar(select(func.count()).where(*mine, WebFile.at > since)) or 0
        if waiting >= MOST_WAITING:
            return None
        row = WebFile(
            id=new_id(), organisation=records.organisation, conversation=conversation, at=records.now()
        )
        row.content = records.seal(WebFile.content, row, base64.b64encode(content).decode())
        change.add(row)
        return row.id


def fetch(records: Records, conversation: str, ref: str) -> bytes | None:
    """Return a file of a conversation; None where it is not there any more, or is another conversation's."""
    of_it = WebFile.organisation == records.organisation, WebFile.conversation == conversation
    with records.reading() as session:
        row = session.scalars(select(WebFile).where(*of_it, WebFile.id == ref)).one_or_none()
        return base64.b64decode(records.open(WebFile.content, row)) if row else None


def are_there(records: Records, conversation: str, refs: set[str]) -> bool:
    """Say whether all files are there for a conversation."""
    found = select(func.count()).where(
        WebFile.organisation == records.organisation,
        WebFile.conversation == conversation,
        WebFile.id.in_(refs),
    )
    with records.reading() as session:
        return session.scalar(found) == len(refs)


async def _body(request: web.Request, name: str) -> bytes:
    """Read a request's body, no more of it than may be kept."""
    if (request.content_length or 0) > LARGEST_FILE:
        raise _refuse_large(request, name)
    parts, size = [], 0
    async for part in request.content.iter_chunked(256 * 1024):
        size += len(part)
        if size > LARGEST_FILE:
            raise _refuse_large(request, name)
        parts.append(part)
    return b"".join(parts)


def _refuse_large(request: web.Request, name: str) -> web.HTTPException:
    """Return the refusal; the rest of the body is not read, so nothing else can come over the connection."""
    refused = web.HTTPRequestEntityTooLarge(LARGEST_FILE, request.content_length or 0, text=too_large(name))
    refused.force_close()
    return refused
