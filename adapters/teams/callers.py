"""Who may call: Bot Framework for Teams, about an organisation that may use this app, and nobody else.

The checks are those of "Authentication with the Bot Connector API", "Authenticate requests from the Bot
Connector service to your bot".
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from adapters.teams.keys import SigningKey, SigningKeys
from adapters.teams.settings import TeamsSettings

CHANNEL = "msteams"
LEEWAY_SECONDS = 300  # as the same page allows
_ALGORITHMS = ("RS256", "RS384", "RS512")
_REQUIRED = ("exp", "iss", "aud")


class NotKnown(Exception):  # noqa: N818 - what is the matter
    """The caller is not who may call (401); `fault` says why, in static words."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


class NotAllowed(Exception):  # noqa: N818 - what is the matter
    """The caller is known, but may not say this (403); `fault` says why, in static words."""

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Caller:
    """Who called: for which channels its key may sign, and the service address that its token names."""

    endorsements: tuple[str, ...]
    service: str


class Callers:
    """Tells who calls, from the header alone and then from what is said; about `tenants` alone."""

    def __init__(self, settings: TeamsSettings, tenants: Container[str], keys: SigningKeys) -> None:
        self._settings, self._tenants, self._keys = settings, tenants, keys

    async def identify(self, header: str | None) -> Caller:
        """Return the caller of a request with this Authorization header.

        Raises:
            NotKnown: the token is missing, not signed by Bot Framework, for another app, or out of date.
            KeysAway: it cannot be told at the moment.
        """
        token = _token(header)
        key = await self._keys.find(_key_name(token))
        if key is None:
            raise NotKnown("unknown key")
        claims = self._claims(token, key)
        service = claims.get("serviceurl")
        return Caller(key.endorsements, service if isinstance(service, str) else "")

    def check(self, caller: Caller, activity: Mapping[str, Any]) -> None:
        """Raise NotAllowed where the caller may not send this activity."""
        if activity.get("channelId") != CHANNEL:
            raise NotAllowed("another channel")
        if CHANNEL not in caller.endorsements:
            raise NotAllowed("key not endorsed for teams")
        if not caller.service or caller.service != activity.get("serviceUrl"):
            raise NotAllowed("another service address")
        if tenant_of(activity) not in self._tenants:
            raise NotAllowed("another organisation")

    def _claims(self, token: str, key: SigningKey) -> Mapping[str, Any]:
        try:
            return jwt.decode(
                token,
                key.key,
                algorithms=_ALGORITHMS,
                audience=self._settings.app_id,
                issuer=self._settings.services.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": list(_REQUIRED)},
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise NotKnown(type(error).__name__) from None


def tenant_of(activity: Mapping[str, Any]) -> str:
    """Return the organisation's id that an activity names, empty where it names none or two."""
    of_team = _part(_part(activity, "channelData"), "tenant").get("id")
    of_chat = _part(activity, "conversation").get("tenantId")
    named = {name.lower() for name in (of_team, of_chat) if isinstance(name, str) and name}
    return named.pop() if len(named) == 1 else ""


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _token(header: str | None) -> str:
    scheme, _, token = (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotKnown("no token")
    return token.strip()


def _key_name(token: str) -> str:
    try:
        head = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise NotKnown(type(error).__name__) from None
    name = head.get("kid")
    if head.get("alg") not in _ALGORITHMS or not isinstance(name, str):
        raise NotKnown("not signed as agreed")
    return name
