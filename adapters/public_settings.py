"""Where platforms reach this server; the web chat is never served there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

NAMES = ("HEARTH_PUBLIC_HOST", "HEARTH_PUBLIC_PORT", "HEARTH_INDUCT_ON_JOIN", "HEARTH_LISTEN_IN_CHANNELS")

_HOST, _PORT = "127.0.0.1", 3000


@dataclass(frozen=True, slots=True)
class PublicSettings:
    """The address at which platforms are listened to, and whether whoever joins there is inducted.

    `listens` says that what is said in channels to others is checked too, in memory alone.
    """

    host: str = _HOST
    port: int = _PORT
    induct_on_join: bool = False
    listens: bool = False


def public_settings_from(
    environment: Mapping[str, str], host: Callable[[str], str], port: Callable[[str], int]
) -> PublicSettings:
    """Return the settings, read by `host` and `port`; raise ValueError naming one that cannot be used."""
    joins, listens = (_yes(environment, name) for name in NAMES[2:])
    try:
        name = "HEARTH_PUBLIC_HOST"
        given_host = host(environment.get(name) or _HOST)
        name = "HEARTH_PUBLIC_PORT"
        given_port = port(environment.get(name) or str(_PORT))
    except ValueError as error:
        raise ValueError(f"{name}: {error}.") from error
    return PublicSettings(given_host, given_port, joins, listens)


def _yes(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name) or "no"
    if value not in ("yes", "no"):
        raise ValueError(f"{name}: {value!r} is neither. Give yes or no.")
    return value == "yes"
