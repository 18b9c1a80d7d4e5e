"""The keys with which Bot Framework signs its calls: fetched when they are needed, and kept."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
import urllib3

log = logging.getLogger(__name__)

# Bot Framework asks to fetch the keys anew every day; new ones may appear at any time.
KEPT_SECONDS = 24 * 3_600
# An unknown key's name makes them fetched anew, but not at a stranger's pace.
PAUSE_SECONDS = 300
# While there are none at all, nobody can be let in: they are asked for again soon.
SOON_SECONDS = 5


class KeysAway(Exception):  # noqa: N818 - what is the matter
    """The keys cannot be fetched and none are kept: nobody can be told from anybody."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key, and for which channels it may sign."""

    key: jwt.PyJWK
    endorsements: tuple[str, ...]


class SigningKeys:
    """The keys that a metadata address leads to. `clock` counts seconds."""

    def __init__(
        self, pool: urllib3.PoolManager, metadata: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pool, self._metadata, self._clock = pool, metadata, clock
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched = self._tried = float("-inf")
        self._lock = asyncio.Lock()

    async def find(self, name: str) -> SigningKey | None:
        """Return the key of a name, None where there is none; the event loop is not held up.

        Raises:
            KeysAway: the keys cannot be fetched, and there are none from before.
        """
        if self._is_due(name) or (self._lock.locked() and name not in self._keys):
            async with self._lock:
                if self._is_due(name):
                    await self._fetch()
        if not self._keys:
            raise KeysAway
        return self._keys.get(name)

    def _is_due(self, name: str) -> bool:
        now = self._clock()
        if not self._keys:
            return now - self._tried > SOON_SECONDS
        old = now - self._fetched > KEPT_SECONDS or name not in self._keys
        return old and now - self._tried > PAUSE_SECONDS

    async def _fetch(self) -> None:
        self._tried = self._clock()
        try:
            self._keys = await asyncio.to_thread(self._read)
        except (urllib3.exceptions.HTTPError, ValueError, KeyError, TypeError, jwt.PyJWTError) as error:
            log.warning("teams.keys.not_fetched", extra={"error": type(error).__name__})
        else:
            self._fetched = self._clock()

    def _read(self) -> Mapping[str, SigningKey]:
        """Return the published keys; raise ValueError where there are none: those from before stay."""
        found = self._json(self._json(self._metadata)["jwks_uri"])["keys"]
        keys = {str(key["kid"]): _usable(key) for key in found if key.get("kty") == "RSA" and "kid" in key}
        usable = {name: key for name, key in keys.items() if key is not None}
        if not usable:
            raise ValueError("no keys")
        return usable

    def _json(self, address: str) -> Any:
        answer = self._pool.request("GET", address)
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        return answer.json()


def _usable(key: Mapping[str, Any]) -> SigningKey | None:
    """Return a published key, None for one that is not whole: it does not keep out the others."""
    try:
        return SigningKey(jwt.PyJWK(dict(key)), tuple(key.get("endorsements", ())))
    except jwt.PyJWTError:
        log.warning("teams.keys.one_not_usable")
        return None
