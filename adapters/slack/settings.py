"""Slack's settings: off unless a signing secret or an app token is set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

NAMES = (
    "HEARTH_SLACK_SIGNING_SECRET",
    "HEARTH_SLACK_TOKEN",
    "HEARTH_SLACK_CLIENT_ID",
    "HEARTH_SLACK_CLIENT_SECRET",
    "HEARTH_SLACK_APP_TOKEN",
    "HEARTH_SLACK_WORKSPACES",
    "HEARTH_SLACK_API",
)
_SECRET, _TOKEN, _CLIENT, _CLIENT_SECRET, _APP_TOKEN, WORKSPACES, _API = NAMES
SLACK_API = "https://slack.com/api/"
_TEAM = re.compile(r"T[A-Z0-9]{2,20}")


@dataclass(frozen=True, slots=True)
class SlackSettings:
    """How Slack is reached; no secret is shown.

    Either `token` (one workspace) or `client_id` and `client_secret` (any number, by OAuth) is set, and
    `signing_secret` (events by HTTP) or `app_token` (events by Socket Mode). `workspaces` are those that
    may use it, by id.
    """

    signing_secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    workspaces: tuple[str, ...] = ()
    api: str = SLACK_API

    @property
    def by_oauth(self) -> bool:
        """Whether workspaces install the app themselves."""
        return not self.token

    def admits(self, team: str) -> bool:
        """Say whether a workspace may use this Hearth; without a list, only the one whose token is set."""
        return team in self.workspaces if self.workspaces else not self.by_oauth


def slack_from(environment: Mapping[str, str]) -> SlackSettings | None:
    """Return how Slack is set, None where it is not; raise ValueError naming a wrong or missing setting."""
    given = {name: (environment.get(name) or "").strip() for name in NAMES}
    if not any(given[name] for name in NAMES if name not in (WORKSPACES, _API)):
        return None
    _check(given)
    return SlackSettings(
        given[_SECRET],
        given[_TOKEN],
        given[_CLIENT],
        given[_CLIENT_SECRET],
        given[_APP_TOKEN],
        _workspaces(given[WORKSPACES]),
        _api(given[_API]),
    )


def _check(given: Mapping[str, str]) -> None:
    """Raise ValueError where something is missing; a secret's value is never repeated."""
    for name, start in ((_TOKEN, "xoxb-"), (_APP_TOKEN, "xapp-")):
        if given[name] and not given[name].startswith(start):
            raise ValueError(f"{name}: that is another kind of token. Give the one that begins with {start}")
    if bool(given[_CLIENT]) != bool(given[_CLIENT_SECRET]):
        raise ValueError(f"{_CLIENT} and {_CLIENT_SECRET} belong together: set both, or neither.")
    if bool(given[_TOKEN]) == bool(given[_CLIENT]):
        raise ValueError(
            f"Set either {_TOKEN} (one workspace) or {_CLIENT} and {_CLIENT_SECRET} (many), for Slack."
        )
    if not given[_SECRET] and not given[_APP_TOKEN]:
        raise ValueError(f"Set {_SECRET} (events by HTTP) or {_APP_TOKEN} (Socket Mode), for Slack.")
    if given[_CLIENT] and not given[_SECRET]:
        raise ValueError(f"{_SECRET} is not set: many workspaces send their events by HTTP.")


def _workspaces(value: str) -> tuple[str, ...]:
    teams = tuple(value.replace(",", " ").split())
    if not all(_TEAM.fullmatch(team) for team in teams):
        raise ValueError(f"{WORKSPACES}: give the workspaces' ids, such as T0123ABCD, separated by commas.")
    return teams


def _api(value: str) -> str:
    if not value:
        return SLACK_API
    parts = urlsplit(value)
    if is_slack(parts.scheme, parts.hostname or "") or is_this_machine(parts.hostname or ""):
        return value.rstrip("/") + "/"
    raise ValueError(f"{_API}: only slack.com, or this machine for tests. Unset it to use Slack.")


def is_slack(scheme: str, host: str) -> bool:
    """Say whether an address is Slack's own, reached in a way that others cannot read."""
    return scheme == "https" and (host == "slack.com" or host.endswith(".slack.com"))


def is_this_machine(host: str) -> bool:
    """Say whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
