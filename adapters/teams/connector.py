"""The Bot Connector API: the app's own token, and the few calls that Hearth makes.

What goes wrong is told as the channel tells it: to be tried later, or never to be delivered. The SDK's own
client is not used: it makes a connection and a thread of its own for each call, repeats calls by itself, and
fetches tokens while the event loop waits.
"""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import urllib3

from adapters.teams.settings import TeamsSettings
from bot.channel import TryLater, Undeliverable

log = logging.getLogger(__name__)

MOST_BYTES = 20 * 1024 * 1024
# A token is asked for anew before it runs out on the way.
_EARLY_SECONDS = 120
_SCOPE = "https://api.botframework.com/.default"
# What the platform calls it when the app may not write to someone: she has blocked it, or has not got it.
_BLOCKED = frozenset({"ConversationBlockedByUser", "MessageWritesBlocked", "BotDisabledByAdmin"})
NOT_INSTALLED = "the app is not installed for this person"
_NEVER: Mapping[int, str] = {
    400: "teams refuses the card",
    413: "the card is too large for teams",
}


class Gone(Undeliverable):
    """There is no such conversation, or the app has been taken away from it."""


class Blocked(Undeliverable):
    """The person, or an administrator, has forbidden the app to write there."""

    def __init__(self) -> None:
        super().__init__("the app is blocked there")


class NotInstalled(TryLater):
    """The app is not installed for this person: what is for her waits until it is."""

    def __init__(self) -> None:
        super().__init__(NOT_INSTALLED, after=600)


class Connector:
    """Calls Teams on behalf of the app; used from several threads. `clock` counts seconds."""

    def __init__(
        self,
        settings: TeamsSettings,
        pool: urllib3.PoolManager,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._pool, self._clock = settings, pool, clock
        self._token, self._until = "", float("-inf")
        self._lock = threading.Lock()

    def post(self, service: str, conversation: str, activity: Mapping[str, Any]) -> str:
        """Write an activity to a conversation and return its name there; raise TryLater, Undeliverable."""
        address = f"{_base(service)}/v3/conversations/{quote(conversation, safe='')}/activities"
        return str(self._json("POST", address, activity).get("id") or "unnamed")

    def replace(self, service: str, conversation: str, name: str, activity: Mapping[str, Any]) -> None:
        """Write an activity in place of one that was written; raise TryLater, Undeliverable."""
        within = f"{quote(conversation, safe='')}/activities/{quote(name, safe='')}"
        self._json("PUT", f"{_base(service)}/v3/conversations/{within}", activity)

    def remove(self, service: str, conversation: str, name: str) -> None:
        """Take away an activity that was written; raise TryLater, Undeliverable."""
        within = f"{quote(conversation, safe='')}/activities/{quote(name, safe='')}"
        self._json("DELETE", f"{_base(service)}/v3/conversations/{within}", None)

    def begin(self, service: str, bot: Mapping[str, Any], person: str, tenant: str) -> str:
        """Begin a private conversation and return what Teams calls it; raise TryLater, Undeliverable."""
        wanted = {
            "isGroup": False,
            "bot": {"id": bot["id"]},
            "members": [{"id": person}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        try:
            begun = self._json("POST", f"{_base(service)}/v3/conversations", wanted)
        except Gone as fault:
            raise NotInstalled() from fault
        return str(begun["id"])

    def fetch(self, address: str, *, signed: bool) -> bytes:
        """Return what is at an address, at most `MOST_BYTES`; `signed` shows the app's token there."""
        headers = {"Authorization": f"Bearer {self._bearer()}"} if signed else {}
        answer = self._call("GET", address, headers, preload_content=False)
        try:
            if answer.status != 200:
                raise _fault(answer)
            body: bytes = answer.read(MOST_BYTES + 1)
        except urllib3.exceptions.HTTPError:
            raise TryLater("the file broke off") from None
        finally:
            answer.release_conn()
        if len(body) > MOST_BYTES:
            raise Undeliverable("the file is too large")
        return body

    def upload(self, address: str, body: bytes) -> None:
        """Put a file where Teams gave room for it; raise TryLater, Undeliverable."""
        headers = {"Content-Range": f"bytes 0-{len(body) - 1}/{len(body)}"}
        answer = self._call("PUT", address, headers, body=body)
        if answer.status not in (200, 201):
            raise _fault(answer)

    def check(self) -> None:
        """Ask for a token, to see that the app and its password are known; raise TryLater."""
        self._bearer()

    def _json(self, method: str, address: str, body: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Return the answer to a call; a token that was refused is asked for anew, once."""
        data = None if body is None else json.dumps(body).encode()
        for again in (True, False):
            token = self._bearer()
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            answer = self._call(method, address, headers, body=data)
            if answer.status == 401 and again:
                self._drop(token)
                continue
            break
        if not 200 <= answer.status < 300:
            raise _fault(answer)
        return _parsed(answer)

    def _call(
        self, method: str, address: str, headers: Mapping[str, str], **more: Any
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(method, address, headers=headers, redirect=False, **more)
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            raise TryLater("teams cannot be reached") from None
        except urllib3.exceptions.HTTPError:
            raise TryLater("no answer from teams", perhaps_sent=True) from None

    def _bearer(self) -> str:
        with self._lock:
            if self._clock() >= self._until:
                self._token, seconds = self._new_token()
                self._until = self._clock() + seconds - _EARLY_SECONDS
            return self._token

    def _drop(self, token: str) -> None:
        with self._lock:
            if self._token == token:
                self._until = float("-inf")

    def _new_token(self) -> tuple[str, float]:
        """Return a token and for how many seconds it is good; raise TryLater."""
        settings = self._settings
        asked = {
            "grant_type": "client_credentials",
            "client_id": settings.app_id,
            "client_secret": settings.password,
            "scope": _SCOPE,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        address = f"{settings.services.login}/{settings.home}/oauth2/v2.0/token"
        try:
            answer = self._call("POST", address, headers, body=urlencode(asked))
        except TryLater:
            raise TryLater("the sign-in service cannot be reached") from None
        given = _parsed(answer)
        if answer.status in (400, 401, 403):
            log.error("teams.password.refused")
            raise TryLater("the app's id or password is refused", after=300)
        if answer.status != 200 or not isinstance(given.get("access_token"), str):
            raise TryLater("the sign-in service gave no token")
        return given["access_token"], float(given.get("expires_in") or 0)


def _fault(answer: urllib3.BaseHTTPResponse) -> TryLater | Undeliverable:
    """Return what a refusal of Teams means for the card."""
    status = answer.status
    if status in (412, 429):
        return TryLater("teams asks to wait", after=_seconds(answer.headers.get("Retry-After")))
    if status == 401:
        return TryLater("teams does not take the app's token", after=300)
    if status == 403:
        code = _parsed(answer).get("error", {})
        named = code.get("code") if isinstance(code, Mapping) else None
        return Blocked() if named in _BLOCKED else Gone("the app may not write there")
    if status in (404, 410):
        return Gone("the conversation is gone")
    if status in _NEVER:
        return Undeliverable(_NEVER[status])
    after = _seconds(answer.headers.get("Retry-After"))
    return TryLater("teams failed", after=after, perhaps_sent=status in (500, 502, 504))


def _seconds(value: str | None) -> float | None:
    try:
        return max(float(value), 0) if value else None
    except ValueError:
        return None  # a date: the pauses of our own are long enough


def _parsed(answer: urllib3.BaseHTTPResponse) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.data or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _base(service: str) -> str:
    """Return a service address without its last slash; raise Undeliverable for one that is not safe."""
    parts = urlsplit(service)
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise Undeliverable("the service address is not safe")
    return service.rstrip("/")
