"""Where platforms reach this server; the web chat is never served there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

NAMES = ("HEARTH_PUBLIC_HOST", "HEARTH_PUBLIC_PORT", "HEARTH_INDUCT_ON_JOIN")

_HOST, _PORT = "127.0.0.1", 3000


@dataclass(frozen=True, slots=True)
class PublicSettings:
    """The address at which platforms are listened to, and whether whoever joins there is inducted."""

    host: str = _HOST
    port: int = _PORT
    induct_on_join: bool = False


def public_settings_from(
    environment: Mapping[str, str], host: Callable[[str], str], port: Callable[[str], int]
) -> PublicSettings:
    """Return the settings, read by `host` and `port`; raise ValueError naming one that cannot be used."""
    joins = environment.get("HEARTH_INDUCT_ON_JOIN") or "no"
    if joins not in ("yes", "no"):
        raise ValueError(f"HEARTH_INDUCT_ON_JOIN: {joins!r} is neither. Give yes or no.")
    try:
        name = "HEARTH_PUBLIC_HOST"
        given_host = host(environment.get(name) or _HOST)
        name = "HEARTH_PUBLIC_PORT"
        given_port = port(environment.get(name) or str(_PORT))
    except ValueError as error:
        raise ValueError(f"{name}: {error}.") from error
    return PublicSettings(given_host, given_port, joins == "yes")
