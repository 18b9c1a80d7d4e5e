"""The settings of Microsoft Teams: off unless an app is named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

TENANTS = "HEARTH_TEAMS_TENANTS"
NAMES = ("HEARTH_TEAMS_APP_ID", "HEARTH_TEAMS_PASSWORD", TENANTS, "HEARTH_TEAMS_LOCAL")

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Services:
    """Where Microsoft's services are: who signs, where the keys and the bot's own token come from.

    Bot Framework "Authentication with the Bot Connector API" names these addresses. `connector` is spoken to
    where no conversation has told another one.
    """

    issuer: str = "https://api.botframework.com"
    keys: str = "https://login.botframework.com/v1/.well-known/openidconfiguration"
    login: str = "https://login.microsoftonline.com"
    connector: str = "https://smba.trafficmanager.net/teams/"
    local: bool = False


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    """The app as it is registered, for one organisation; `tenants` may use it, and are all that one's.

    `registered_in` is the tenant of the app's registration, empty where it is the first of `tenants`.
    """

    app_id: str
    password: str = field(repr=False)
    tenants: tuple[str, ...]
    services: Services = field(default_factory=Services)
    registered_in: str = ""

    @property
    def home(self) -> str:
        """The tenant in which the app gets its own token."""
        return self.registered_in or self.tenants[0]


def teams_from(environment: Mapping[str, str]) -> TeamsSettings | None:
    """Return how Teams is set, None where it is not; raise ValueError naming a wrong or missing setting."""
    given = {name: environment.get(name, "").strip() for name in NAMES}
    if not any(given.values()):
        return None
    app_id = given["HEARTH_TEAMS_APP_ID"].lower()
    if not _GUID.fullmatch(app_id):
        raise ValueError("HEARTH_TEAMS_APP_ID: give the app's id as its registration shows it.")
    if not given["HEARTH_TEAMS_PASSWORD"]:
        raise ValueError("HEARTH_TEAMS_PASSWORD is not set: give the value of the app's client secret.")
    return TeamsSettings(
        app_id,
        given["HEARTH_TEAMS_PASSWORD"],
        tenants_given(given[TENANTS]),
        local_services(given["HEARTH_TEAMS_LOCAL"]) if given["HEARTH_TEAMS_LOCAL"] else Services(),
    )


def local_services(address: str) -> Services:
    """Return stand-ins of Microsoft's services on this machine; raise ValueError for any other address."""
    parts = urlsplit(address)
    if parts.scheme != "http" or not _is_this_machine(parts.hostname or ""):
        raise ValueError("HEARTH_TEAMS_LOCAL: only for tests, http://127.0.0.1:PORT. Unset it to use Teams.")
    base = address.rstrip("/")
    keys = f"{base}/v1/.well-known/openidconfiguration"
    return Services(keys=keys, login=base, connector=f"{base}/", local=True)


def tenants_given(value: str) -> tuple[str, ...]:
    """Return the tenants that are named; raise ValueError where there is none, or one is no tenant's id."""
    tenants = tuple(value.lower().replace(",", " ").split())
    if not tenants or not all(_GUID.fullmatch(tenant) for tenant in tenants):
        raise ValueError(
            f"{TENANTS}: give the id of the directory (tenant) in which the app is registered, and after it "
            "those of others that may use it, separated by commas."
        )
    return tenants


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
