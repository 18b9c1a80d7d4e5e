"""The conversation over a websocket: frames in, the door's cards out, nothing answered twice."""

import asyncio
import logging
from contextlib import suppress
from typing import Protocol, assert_never

from aiohttp import WSCloseCode, WSMsgType, web

from adapters.web.codes import CodeDesk, Outcome
from adapters.web.frames import BadFrame, Chose, Frame, Pressed, Role, Typed, read_frame
from adapters.web.html import render_html
from adapters.web.settings import WebSettings
from adapters.web.transcripts import Transcript, Transcripts
from bot.card import Card, Text
from bot.message import Message

log = logging.getLogger(__name__)

# Beyond this the connection is closed: what is larger is not held in memory only to be refused.
MAX_BYTES = 4 * 1024 * 1024

_ROLE_WORDS: dict[Role, str] = {
    "volunteer": "a volunteer",
    "staff": "a member of staff",
    "trustee": "a trustee",
    "manager": "the manager",
}
_FAILED = Card(
    "failed", "Something went wrong here.", (Text("Your message was not answered. Please send it again."),)
)


class Door(Protocol):
    """What answers a message: `bot.conversation.Conversation`, or a stand-in."""

    async def handle(self, message: Message) -> tuple[Card, ...]:
        """Return the cards that answer the message."""
        ...


class Refused(Exception):  # noqa: N818 - not an error of the program: what the person asked for is not given
    """The role was not accepted; the message says why and what to do."""


class Chat:
    """Serves conversations to pages; several pages with one cookie share one conversation."""

    def __init__(self, door: Door, settings: WebSettings) -> None:
        self._door = door
        self._codes_needed = settings.organisation_configured
        self._codes = CodeDesk(settings.data_folder, "manager")
        self._transcripts = Transcripts()
        self._sockets: set[web.WebSocketResponse] = set()
        self._answers: set[asyncio.Task[None]] = set()

    async def open(self, request: web.Request) -> web.Response:
        """Give the browser a conversation, unless its cookie names one that is still remembered."""
        if self._transcript(request) is not None:
            return web.Response(status=204)
        token = self._transcripts.start()
        if token is None:
            raise web.HTTPServiceUnavailable(
                text="Too many conversations are open. Close a page and try again."
            )
        response = web.Response(status=204)
        response.set_cookie(_cookie(request), token, httponly=True, samesite="Strict", path="/")
        return response

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one page: send what it has not seen, then answer its frames one after the other."""
        transcript = self._transcript(request)
        if transcript is None:
            raise web.HTTPUnauthorized(text="There is no such conversation. Please reload the page.")
        socket = web.WebSocketResponse(max_msg_size=MAX_BYTES, compress=False)
        await socket.prepare(request)
        self._sockets.add(socket)
        transcript.pages += 1
        seen = _seen(request, transcript)
        await socket.send_json({"type": "welcome", "epoch": transcript.epoch, "last": transcript.last})
        writer = asyncio.create_task(_send_entries(socket, transcript, seen))
        try:
            with suppress(ConnectionResetError):  # the page left while it was answered: it will ask again
                await self._read(socket, transcript)
        finally:
            writer.cancel()
            transcript.pages -= 1
            self._sockets.discard(socket)
        return socket

    async def close(self, _app: web.Application) -> None:
        """Say goodbye to every page, so that stopping does not wait for them."""
        for socket in tuple(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"Hearth was stopped")
        for task in self._answers:
            task.cancel()
        await asyncio.gather(*self._answers, return_exceptions=True)

    async def _read(self, socket: web.WebSocketResponse, transcript: Transcript) -> None:
        async for incoming in socket:
            frame = None
            try:
                frame = read_frame(incoming.data if incoming.type is WSMsgType.TEXT else "")
                await self._take(socket, transcript, frame)
            except BadFrame as error:
                card = Card("not-read", "That could not be read.", (Text(str(error)),))
                answer = {"type": "error", "id": frame.id if frame else "", "html": render_html(card)}
                await socket.send_json(answer)

    async def _take(self, socket: web.WebSocketResponse, transcript: Transcript, frame: Frame) -> None:
        if transcript.knows(frame.id):
            await _send_again(socket, transcript, frame.id)
            return
        try:
            action, words = self._admit(transcript, frame)
        except Refused as refused:
            await socket.send_json({"type": "refused", "id": frame.id, "text": str(refused)})
            return
        transcript.take(frame.id)
        text = frame.text if isinstance(frame, Typed) else ""
        message = Message(f"{transcript.conversation}/{frame.id}", transcript.conversation, text, action)
        answer = asyncio.create_task(self._answer(transcript, frame.id, words, message))
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)
        await asyncio.shield(answer)  # a page that leaves does not stop its answer

    async def _answer(self, transcript: Transcript, frame_id: str, words: str, message: Message) -> None:
        async with transcript.turn:
            await transcript.said(frame_id, words)
            await transcript.answered(frame_id, await self._ask(message))

    def _admit(self, transcript: Transcript, frame: Frame) -> tuple[str | None, str]:
        """Return the message's action, and what to show as said; a button is pressed only if it was shown."""
        match frame:
            case Typed():
                return None, frame.text
            case Pressed():
                button = transcript.button(frame.action)
                if button is None:
                    raise BadFrame("That button is no longer there. Please ask again.")
                if self._codes_needed and _claims_manager(frame.action):
                    raise Refused("Please enter a one-time code to speak as the manager.")
                return frame.action, button.label
            case Chose():
                if self._codes_needed and "manager" in frame.roles:
                    self._check(frame.code)
                return f"role:{'+'.join(frame.roles)}", _in_words(frame.roles)
            case _:
                assert_never(frame)

    def _check(self, code: str) -> None:
        if not code:
            raise Refused("Please enter a one-time code to speak as the manager.")
        outcome = self._codes.redeem(code)
        if outcome is not Outcome.ACCEPTED:
            raise Refused(outcome.value)

    async def _ask(self, message: Message) -> tuple[Card, ...]:
        try:
            return await self._door.handle(message)
        except Exception:
            log.exception("A message could not be answered")
            return (_FAILED,)

    def _transcript(self, request: web.Request) -> Transcript | None:
        return self._transcripts.find(request.cookies.get(_cookie(request), ""))


async def _send_entries(socket: web.WebSocketResponse, transcript: Transcript, seen: int) -> None:
    """Send each entry after entry `seen`, now and as they come, until the page leaves."""
    with suppress(ConnectionResetError):
        while True:
            for entry in transcript.after(seen):
                await socket.send_json(entry.frame())
                seen = entry.seq
            await transcript.wait_beyond(seen)


async def _send_again(socket: web.WebSocketResponse, transcript: Transcript, message_id: str) -> None:
    """Send once more what answered a message; one still being answered reaches the page by itself."""
    if not transcript.is_done(message_id):
        return
    for entry in transcript.of(message_id):
        await socket.send_json(entry.frame())
    await socket.send_json({"type": "done", "id": message_id})


def _seen(request: web.Request, transcript: Transcript) -> int:
    """Return the last entry that the page has; 0 where it speaks of an earlier run, or of nothing."""
    after = request.query.get("after", "")
    known = request.query.get("epoch") == transcript.epoch and after.isascii() and after.isdigit()
    return min(int(after[:9]), transcript.last) if known else 0


def _cookie(request: web.Request) -> str:
    """Name the cookie after the port: cookies are shared by all ports of a host."""
    return f"hearth-{request.url.port}"


def _claims_manager(action: str) -> bool:
    kind, _, roles = action.partition(":")
    return kind == "role" and "manager" in roles.split("+")


def _in_words(roles: tuple[Role, ...]) -> str:
    if roles == ("unknown",):
        return "I'd rather not say who I am."
    return f"I'm {' and '.join(_ROLE_WORDS[role] for role in roles)}."
