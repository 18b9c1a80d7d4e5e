"""The optional language model's settings: off unless HEARTH_MODEL names one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

NAMES = ("HEARTH_MODEL", "HEARTH_MODEL_URL", "HEARTH_MODEL_KEY", "HEARTH_MODEL_SECONDS")

_MODEL = re.compile(r"[a-z0-9_]+:\S+")
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[\w.-]+|\[[\da-f:]+\])(:\d{1,5})?(/[\w./~-]*)?", re.ASCII
)
_LONGEST = 60.0  # nobody waits longer for an answer


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """The model that reads messages beside the embedded reader, and how it is reached.

    `name` is "provider:model". `url` and `key` are None where the provider's package knows its own. `seconds`
    is how long an answer waits for it. The key is shown nowhere.
    """

    name: str
    url: str | None
    key: str | None = field(repr=False)
    seconds: float

    @property
    def where(self) -> str:
        """Say who is called, in words for a person."""
        return f"{self.name} at {self.url or 'the address of its provider'}"


def model_from(environment: Mapping[str, str]) -> LanguageModel | None:
    """Return the model that is set, None where there is none; raise ValueError naming a wrong setting."""
    name = environment.get("HEARTH_MODEL")
    if not name:
        return None
    if not _MODEL.fullmatch(name):
        raise ValueError(f"HEARTH_MODEL: {name!r} is no model. Give provider:model, such as openai:NAME.")
    return LanguageModel(
        name,
        url=_url(environment.get("HEARTH_MODEL_URL")),
        key=environment.get("HEARTH_MODEL_KEY") or None,
        seconds=_seconds(environment.get("HEARTH_MODEL_SECONDS") or "8"),
    )


def _url(value: str | None) -> str | None:
    if not value:
        return None
    found = _ADDRESS.fullmatch(value)
    if found and (found["scheme"] == "https" or _is_this_machine(found["host"])):
        return value
    # The value is not repeated: someone may have put the key into it.
    raise ValueError(
        "HEARTH_MODEL_URL: no address that is safe to use. Give https://…, with no key or user name in it; "
        "http://… only for this machine."
    )


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _seconds(value: str) -> float:
    if re.fullmatch(r"[0-9]{1,2}(\.[0-9]+)?", value) and 0 < float(value) <= _LONGEST:
        return float(value)
    raise ValueError(
        f"HEARTH_MODEL_SECONDS: {value!r} is no time limit. Give seconds, at most {_LONGEST:.0f}."
    )
