"""The courier: calls Slack's Web API for every thread of the process, over one shared session.

It runs one event loop in a thread of its own. Nothing is tried twice here: a call that may have gone through
is for whoever knows how to look (`bot.outbox`).
"""

import asyncio
import logging
import re
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.settings import is_slack, is_this_machine
from bot.channel import TryLater, Undeliverable

log = logging.getLogger(__name__)

SECONDS = 15  # for one call; Slack's own are far quicker
MAX_FILE = 20 * 1024 * 1024
_CONNECTIONS = 32

# docs.slack.dev/reference/methods/chat.postMessage, "Errors", and the general ones.
_NEVER = {
    **dict.fromkeys(("channel_not_found", "not_in_channel", "is_inactive"), "the conversation is not there"),
    "is_archived": "the channel is archived",
    **dict.fromkeys(
        ("user_disabled", "user_not_found", "users_not_found", "account_deactivated", "cannot_dm_bot"),
        "the account is not there any more",
    ),
    **dict.fromkeys(
        ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "no_text"),
        "Slack does not take the card",
    ),
    **dict.fromkeys(
        ("restricted_action", "ekm_access_denied", "team_access_not_granted"), "not allowed there"
    ),
    **dict.fromkeys(("file_not_found", "file_deleted"), "the file is not there any more"),
    **dict.fromkeys(("thread_not_found", "message_not_found"), "the thread is not there any more"),
}
# What whoever runs Hearth can mend: till then it is tried again, and each try says so.
_TO_MEND = {
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive"),
        "Slack does not take the token",
    ),
    **dict.fromkeys(("missing_scope", "no_permission"), "the app lacks a permission"),
}
_AWAY = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout", "unknown"})

_CODE = re.compile("[a-z_]{1,60}")

# These take no JSON.
_READS = frozenset(
    {"conversations.history", "conversations.replies", "files.info", "files.getUploadURLExternal"}
)

_Value = TypeVar("_Value")


class Refused(Exception):  # noqa: N818 - what Slack says
    """Slack says no; `code` is its own word for why, from its fixed list."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Courier:
    """Calls Slack; made once a process and never closed before it ends, but by `close`."""

    def __init__(self, api: str) -> None:
        self._api = api
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[str, AsyncWebClient] = {}

    def start(self, work: Coroutine[Any, Any, _Value]) -> "Future[_Value]":
        """Have a call done, from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._running())

    def wait(self, work: Coroutine[Any, Any, _Value]) -> _Value:
        """Have a call done and wait for it; not on an event loop's thread."""
        return self.start(work).result()

    async def call(self, token: str, method: str, **given: Any) -> dict[str, Any]:
        """Call a method and return its answer.

        Raises:
            Refused: Slack says no, for a reason that is none of those below.
            TryLater: too many calls, no token that is good, no connection, no answer.
            Undeliverable: what is called for is gone, or will never be taken.
        """
        try:
            if method in _READS:
                answer = await self._client(token).api_call(method, http_verb="GET", params=given)
            else:
                answer = await self._client(token).api_call(method, json=given)
        except SlackApiError as error:
            raise _refused(error) from error
        except aiohttp.ClientConnectorError as error:
            raise TryLater("Slack cannot be reached") from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise TryLater("Slack did not answer", perhaps_sent=True) from error
        told: dict[str, Any] = answer.data if isinstance(answer.data, dict) else {}
        return told

    async def post(self, url: str, **given: Any) -> int:
        """Post JSON to an address that Slack gave, and return the status; raise TryLater."""
        self._check(url)
        try:
            async with self._open().post(url, **given) as answer:
                return answer.status
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise TryLater("Slack did not answer", perhaps_sent=True) from error

    async def fetch(self, token: str, url: str) -> bytes:
        """Return a file of at most `MAX_FILE` bytes; raise TryLater or Undeliverable."""
        self._check(url)
        headers = {"Authorization": f"Bearer {token}"}
        try:
            async with self._open().get(url, headers=headers, allow_redirects=False) as answer:
                if answer.status >= 500 or answer.status == 429:
                    raise TryLater("Slack did not give the file")
                if answer.status != 200:
                    raise Undeliverable("the file is not there any more")
                return await _limited(answer)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise TryLater("Slack did not give the file") from error

    def close(self) -> None:
        """End the session and the thread."""
        with self._lock:
            loop, thread, self._loop = self._loop, self._thread, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(), loop).result(SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(SECONDS)
        loop.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="hearth-slack", daemon=True
                )
                self._thread.start()
            return self._loop

    async def _end(self) -> None:
        if self._session is not None:
            await self._session.close()
        self._session = None
        self._clients.clear()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0)

    def _open(self) -> aiohttp.ClientSession:
        """Return the session; only on the courier's own loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_CONNECTIONS),
                timeout=aiohttp.ClientTimeout(total=SECONDS),
            )
        return self._session

    def _client(self, token: str) -> AsyncWebClient:
        if token not in self._clients:
            self._clients[token] = AsyncWebClient(
                token=token,
                base_url=self._api,
                timeout=SECONDS,
                session=self._open(),
                retry_handlers=[],  # the SDK's own would send a card twice after a lost answer
            )
        return self._clients[token]

    def _check(self, url: str) -> None:
        """Raise Undeliverable for an address that is not Slack's: a token or a card would go elsewhere."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        ours = urlsplit(self._api).hostname or ""
        if not is_slack(parts.scheme, host) and not (is_this_machine(ours) and is_this_machine(host)):
            raise Undeliverable("an address that is not Slack's")


async def _limited(answer: aiohttp.ClientResponse) -> bytes:
    content = await answer.content.read(MAX_FILE + 1)
    while len(content) <= MAX_FILE and (more := await answer.content.read(MAX_FILE + 1 - len(content))):
        content += more
    if len(content) > MAX_FILE:
        raise Undeliverable("the file is too large")
    return content


def _refused(error: SlackApiError) -> Exception:
    """Return what to do about an answer that is not "ok"; none of its words are kept but Slack's own code."""
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or 0)
    if status == 429:
        return TryLater("Slack asks for patience", _seconds(getattr(response, "headers", {})))
    if status >= 500:
        return TryLater("Slack is out of order", perhaps_sent=True)
    code = (
        str(response.get("error") or "unknown") if isinstance(getattr(response, "data", None), dict) else ""
    )
    if code in ("ratelimited", "rate_limited"):
        return TryLater("Slack asks for patience", _seconds(getattr(response, "headers", {})))
    if code in _TO_MEND:
        log.error("slack.refused", extra={"fault": code})
        return TryLater(_TO_MEND[code])
    if code in _AWAY or not code:
        return TryLater("Slack is out of order", perhaps_sent=True)
    if code in _NEVER:
        return Undeliverable(_NEVER[code])
    log.error("slack.refused", extra={"fault": code if _CODE.fullmatch(code) else "unknown"})
    return Refused(code)


def _seconds(headers: Any) -> float:
    value = str(headers.get("Retry-After") or headers.get("retry-after") or "")
    return float(value) if value.isdigit() else 1.0
