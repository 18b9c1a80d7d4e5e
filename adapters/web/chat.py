"""The conversation over a websocket: frames in, what was said and answered out."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from aiohttp import WSCloseCode, WSMsgType, web

from adapters.web import entries
from adapters.web.bell import Bell
from adapters.web.frames import BadFrame, Frame, Pressed, read_frame
from adapters.web.html import render_html
from adapters.web.intake import Intake, Refused
from adapters.web.look import look
from adapters.web.settings import WebSettings
from adapters.web.tokens import Tokens
from bot.card import Card, Text
from bot.records.database import RecordsUnavailable
from bot.records.store import Records

log = logging.getLogger(__name__)

# Beyond this the connection is closed: what is larger is not held in memory only to be refused.
MAX_BYTES = 4 * 1024 * 1024
MAX_PAGES = 100
# A person waits no longer for a word on what she sent.
ACCEPT_SECONDS = 2.5
_AWAY_SECONDS = 1.0
# A page that vanished without a goodbye is noticed after that long.
_HEARTBEAT_SECONDS = 60.0

_Found = TypeVar("_Found")


class Chat:
    """Serves conversations to pages; several pages with one cookie share one conversation.

    The database is only ever asked in other threads.
    """

    def __init__(self, records: Records, settings: WebSettings, bell: Bell) -> None:
        self._records = records
        self._bell = bell
        self._intake = Intake(records, bell.ring, settings.sample_code)
        self._tokens = Tokens(records)
        self._run = _new_epoch()
        self._sockets: set[web.WebSocketResponse] = set()
        self._looking: asyncio.Task[None] | None = None

    async def open(self, request: web.Request) -> web.Response:
        """Give the browser a conversation, unless its cookie names one."""
        self._refuse_too_many()
        response = web.Response(status=204)
        if await self.conversation(request) is None:
            token = self._tokens.new()
            response.set_cookie(_cookie(request), token, httponly=True, samesite="Strict", path="/")
        return response

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one page: send what it has not seen, then accept its frames one after the other."""
        self._refuse_too_many()
        conversation = await self.conversation(request)
        if conversation is None:
            raise web.HTTPUnauthorized(text="There is no such conversation. Please reload the page.")
        last = (await _found(lambda: entries.newest(self._records, [conversation]))).get(conversation, 0)
        epoch, seen = _known(request, f"{self._run}-{conversation.removeprefix('web:')}", last)
        socket = web.WebSocketResponse(max_msg_size=MAX_BYTES, compress=False, heartbeat=_HEARTBEAT_SECONDS)
        await socket.prepare(request)
        self._sockets.add(socket)
        with self._bell.listening(conversation) as rung:
            self._look()
            await _welcome(socket, epoch, last)
            writer = asyncio.create_task(self._send_entries(socket, conversation, seen, rung))
            try:
                with suppress(ConnectionResetError):  # the page left: it will ask again
                    await self._read(socket, conversation)
            finally:
                writer.cancel()
                self._sockets.discard(socket)
        return socket

    async def close(self, _app: web.Application) -> None:
        """Say goodbye to every page, so that stopping does not wait for them."""
        for socket in tuple(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"Hearth was stopped")
        if self._looking is not None:
            self._looking.cancel()

    async def _read(self, socket: web.WebSocketResponse, conversation: str) -> None:
        async for incoming in socket:
            frame = None
            try:
                frame = read_frame(incoming.data if incoming.type is WSMsgType.TEXT else "")
                await self._take(socket, conversation, frame)
            except BadFrame as error:
                card = Card("not-read", "That could not be read.", (Text(str(error)),))
                answer = {"type": "error", "id": frame.id if frame else "", "html": render_html(card)}
                await socket.send_json(answer)

    async def _take(self, socket: web.WebSocketResponse, conversation: str, frame: Frame) -> None:
        """Accept a frame, or tell the page soon that it was not; what is accepted reaches it as an entry."""
        try:
            accepting = asyncio.to_thread(self._intake.take, conversation, frame)
            answered = await asyncio.wait_for(accepting, ACCEPT_SECONDS)
        except BadFrame:
            raise
        except Refused as refused:
            text = str(refused)
        except Exception as error:  # noqa: BLE001 - whatever it was, the person must hear that it came to nothing
            log.error("event.not_accepted", extra={"error": type(error).__name__})  # noqa: TRY400 - no words
            text = (
                f"That was not recorded. Please {'press' if isinstance(frame, Pressed) else 'send'} it again."
            )
        else:
            if answered:
                await socket.send_json({"type": "done", "id": frame.id})
            return
        await socket.send_json({"type": "refused", "id": frame.id, "text": text})

    async def _send_entries(
        self, socket: web.WebSocketResponse, conversation: str, seen: int, rung: asyncio.Event
    ) -> None:
        """Send each entry after entry `seen`, now and whenever it rings, until the page leaves."""
        with suppress(ConnectionResetError):
            while True:
                rung.clear()
                try:
                    found = await asyncio.to_thread(entries.after, self._records, conversation, seen)
                except RecordsUnavailable:
                    await asyncio.sleep(_AWAY_SECONDS)
                    continue
                if found is None:
                    seen = 0
                    await _welcome(socket, _new_epoch(), 0)
                    continue
                for entry in found:
                    await socket.send_json(entry.frame())
                    seen = entry.seq
                if not found:
                    await rung.wait()

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(look(self._records, self._bell))

    def _refuse_too_many(self) -> None:
        if len(self._sockets) >= MAX_PAGES:
            raise web.HTTPServiceUnavailable(text="Too many pages are open. Close one and try again.")

    async def conversation(self, request: web.Request) -> str | None:
        """Return the conversation that a request's cookie names, None where it names none of ours."""
        token = request.cookies.get(_cookie(request), "")
        return await _found(lambda: self._tokens.conversation(token))


async def _found(look_up: Callable[[], _Found]) -> _Found:
    try:
        return await asyncio.to_thread(look_up)
    except RecordsUnavailable as error:
        raise web.HTTPServiceUnavailable(
            text=f"Hearth cannot reach its records: {error}. What you typed is kept; it tries again."
        ) from error


async def _welcome(socket: web.WebSocketResponse, epoch: str, last: int) -> None:
    """Say which entry is the last of now; a page that knows another epoch forgets what it shows."""
    await socket.send_json({"type": "welcome", "epoch": epoch, "last": last})


def _known(request: web.Request, epoch: str, last: int) -> tuple[str, int]:
    """Return the epoch to go on with, and the entry after which to begin.

    The page's numbers mean nothing in another conversation, after a restart, which may be with other records,
    and where entries that it has are no longer kept.
    """
    after = request.query.get("after", "")
    known = request.query.get("epoch") == epoch and after.isascii() and after.isdigit()
    seen = int(after[:9]) if known else 0
    if seen > last:
        epoch, seen = _new_epoch(), 0
    return epoch, max(seen, last - entries.MAX_SHOWN)


def _new_epoch() -> str:
    return secrets.token_urlsafe(6)


def _cookie(request: web.Request) -> str:
    """Name the cookie after the port: cookies are shared by all ports of a host."""
    return f"hearth-{request.url.port}"
