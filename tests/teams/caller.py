"""Bot Framework as tests play it: real keys, tokens that are right or wrong in one way, activities."""

import itertools
import json
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.teams.settings import TeamsSettings, local_services

APP = "11111111-2222-3333-4444-555555555555"
TENANT = "aaaaaaaa-0000-0000-0000-000000000001"
OTHER_TENANT = "bbbbbbbb-0000-0000-0000-000000000002"
VOLUNTEER, MANAGER = "0000aaaa-1111-2222-3333-444444444401", "0000aaaa-1111-2222-3333-444444444402"
BOT = f"28:{APP}"
ISSUER = "https://api.botframework.com"
_numbers = itertools.count(1)


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """Return the private key of a name; made once."""
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_half(name: str, endorsements: tuple[str, ...] = ("msteams",)) -> dict[str, Any]:
    """Return the public half of a key as it is published."""
    told: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key(name).public_key()))
    return {**told, "kid": name, "use": "sig", "endorsements": list(endorsements)}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the stand-in of Microsoft's services is."""

    base: str

    def teams(self, *tenants: str, known: bool = True) -> TeamsSettings:
        """Return the settings of the app; its password is `known` to the stand-in, or not."""
        password = "right" if known else "wrong"
        return TeamsSettings(APP, password, (TENANT, *tenants), local_services(self.base))


@dataclass(slots=True)
class Tokens:
    """Makes tokens of Bot Framework for calls from a service address."""

    service: str
    key: str = "k1"
    now: float = field(default_factory=time.time)

    def claims(self, **other: Any) -> dict[str, Any]:
        """Return the claims of a token that is right, but for those given; None leaves one out."""
        now = int(self.now)
        right = {"iss": ISSUER, "aud": APP, "exp": now + 600, "nbf": now - 5, "serviceurl": self.service}
        return {name: value for name, value in {**right, **other}.items() if value is not None}

    def token(
        self, *, key: str = "", named: str | None = None, algorithm: str = "RS256", **other: Any
    ) -> str:
        """Return a token signed with a key of ours; `named` is what its header calls the key."""
        name = self.key if named is None else named
        headers = {"kid": name} if name else {}
        return jwt.encode(self.claims(**other), rsa_key(key or self.key), algorithm, headers=headers)

    def header(self, **other: Any) -> dict[str, str]:
        """Return the Authorization header of a call."""
        return {"Authorization": f"Bearer {self.token(**other)}"}


def activity(service: str, kind: str = "message", who: str = VOLUNTEER, **more: Any) -> dict[str, Any]:
    """Return an activity in someone's private chat, as Teams sends it; `more` adds and replaces."""
    number = next(_numbers)
    return {
        "type": kind,
        "id": f"1712000{number:06}",
        "timestamp": "2026-03-02T09:00:00.000Z",
        "serviceUrl": service,
        "channelId": "msteams",
        "from": {"id": f"29:{who}", "name": "A person", "aadObjectId": who},
        "recipient": {"id": BOT, "name": "Hearth"},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": f"a:{who}"},
        "channelData": {"tenant": {"id": TENANT}},
        **more,
    }


def in_channel(service: str, text: str, who: str = VOLUNTEER, *, mention: bool = True) -> dict[str, Any]:
    """Return a message in a thread of a channel, to Hearth or to others."""
    mentioned = {
        "type": "mention",
        "text": "<at>Hearth</at>",
        "mentioned": {"id": BOT, "name": "Hearth"},
    }
    return activity(
        service,
        who=who,
        text=f"<at>Hearth</at> {text}" if mention else text,
        entities=[mentioned] if mention else [],
        conversation={
            "conversationType": "channel",
            "tenantId": TENANT,
            "id": "19:abc@thread.tacv2;messageid=1712",
            "isGroup": True,
        },
    )


def press(service: str, verb: str, who: str = VOLUNTEER, carried: str = "", of: str = "n1") -> dict[str, Any]:
    """Return a press of a button, as Action.Execute sends it."""
    action = {"type": "Action.Execute", "verb": verb, "data": {"card": carried}}
    value = {"action": action, "trigger": "manual"}
    return activity(service, "invoke", who, name="adaptiveCard/action", value=value, replyToId=of)
