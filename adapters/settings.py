"""Settings: read once from the environment, each with its default; a wrong one is named with what to do."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

from adapters.calendar_settings import NAMES as CALENDAR_NAMES
from adapters.calendar_settings import calendar_from
from adapters.log_settings import NAMES as LOG_NAMES
from adapters.log_settings import Level, log_level_from
from adapters.model_settings import NAMES as MODEL_NAMES
from adapters.model_settings import LanguageModel, model_from
from adapters.public_settings import NAMES as PUBLIC_NAMES
from adapters.public_settings import PublicSettings, public_settings_from
from adapters.records_settings import NAMES as RECORDS_NAMES
from adapters.records_settings import RecordsSettings, records_settings_from
from adapters.retention_settings import NAMES as RETENTION_NAMES
from adapters.retention_settings import RetentionSettings, retention_settings_from
from adapters.slack.settings import NAMES as SLACK_NAMES
from adapters.slack.settings import SlackSettings, slack_from
from adapters.teams.settings import NAMES as TEAMS_NAMES
from adapters.teams.settings import TeamsSettings, teams_from
from bot.working_days import Calendar

POLICIES = Path(__file__).parent.parent / "knowledge" / "policies"
SAMPLE = POLICIES / "home-start-herefordshire-ict-and-social-networking.txt"
NAMES = (
    *("HEARTH_DATA", "HEARTH_POLICY", "HEARTH_HOST", "HEARTH_PORT", "HEARTH_OTHER_ADDRESS", "HEARTH_RULES"),
    "HEARTH_SLACK_ASSISTANT",
)
ORGANISATIONS = "HEARTH_ORGANISATIONS"

_LABEL = "[A-Za-z0-9-]{1,63}"  # RFC 1123, section 2.1
_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")

_Value = TypeVar("_Value")


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs.

    `data_folder` holds the index and what is kept; `policy` is the policy's text, its pack stands beside it;
    `organisation_configured` is false while the sample policy is used; `model` is None while no language
    model reads messages; `rules` is the organisation's own file of how cases are
    handled, None for the defaults; `slack_pane` says that the app is one for Slack's assistant pane;
    `organisation` is the id of the one that is served so, empty where it is the only one.
    """

    data_folder: Path
    policy: Path
    organisation_configured: bool
    host: str
    port: int
    other_address: bool
    model: LanguageModel | None = None
    records: RecordsSettings = field(default_factory=RecordsSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    log_level: Level = "info"
    calendar: Calendar = field(default_factory=Calendar)
    rules: Path | None = None
    public: PublicSettings = field(default_factory=PublicSettings)
    teams: TeamsSettings | None = None
    slack: SlackSettings | None = None
    slack_pane: bool = False
    organisation: str = ""

    @property
    def is_sample(self) -> bool:
        """Whether this is the sample policy on one machine, which sets itself up."""
        return not self.organisation_configured and self.records.database is None


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings; an empty one counts as not set, a wrong one raises SettingsError."""
    own = environment.get("HEARTH_POLICY")
    return Settings(
        data_folder=Path(environment.get("HEARTH_DATA") or "data").absolute(),
        policy=Path(own).absolute() if own else SAMPLE,
        organisation_configured=bool(own),
        host=_read(environment, "HEARTH_HOST", "127.0.0.1", host_given),
        port=_read(environment, "HEARTH_PORT", "8080", port_given),
        other_address=_read(environment, "HEARTH_OTHER_ADDRESS", "no", _yes_or_no),
        model=_said_by(environment, model_from),
        records=_said_by(environment, records_settings_from),
        retention=_said_by(environment, retention_settings_from),
        log_level=_said_by(environment, log_level_from),
        calendar=_said_by(environment, calendar_from),
        public=_said_by(environment, lambda given: public_settings_from(given, host_given, port_given)),
        teams=_said_by(environment, teams_from),
        slack=_said_by(environment, slack_from),
        slack_pane=_read(environment, "HEARTH_SLACK_ASSISTANT", "no", _yes_or_no),
        rules=Path(rules).absolute() if (rules := environment.get("HEARTH_RULES")) else None,
    )


def unknown_names(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the names that look like settings and are none: a slip there would pass unseen."""
    known = {
        *(*NAMES, *MODEL_NAMES, *RECORDS_NAMES, *RETENTION_NAMES, *LOG_NAMES, *CALENDAR_NAMES),
        *(*PUBLIC_NAMES, *SLACK_NAMES, *TEAMS_NAMES, ORGANISATIONS),
    }
    return sorted(name for name in environment if name.startswith("HEARTH_") and name not in known)


def host_given(value: str) -> str:
    """Return an address to listen on; raise ValueError for what can be none."""
    try:
        ip_address(value.strip("[]"))
    except ValueError:
        if not _HOST_NAME.fullmatch(value):
            raise ValueError(f"{value!r} is no address. Give one such as 127.0.0.1") from None
    return value


def port_given(value: str) -> int:
    """Return a port to listen on; raise ValueError for what can be none."""
    if re.fullmatch("[0-9]{1,5}", value) and 0 < int(value) < 65_536:
        return int(value)
    raise ValueError(f"{value!r} is no port. Give a number from 1 to 65535")


def _yes_or_no(value: str) -> bool:
    if value in ("yes", "no"):
        return value == "yes"
    raise ValueError(f"{value!r} is neither. Give yes or no")


def _said_by(environment: Mapping[str, str], understood: Callable[[Mapping[str, str]], _Value]) -> _Value:
    """Return what a group of settings says; its ValueErrors name the setting themselves."""
    try:
        return understood(environment)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _read(
    environment: Mapping[str, str], name: str, default: str, understood: Callable[[str], _Value]
) -> _Value:
    try:
        return understood(environment.get(name) or default)
    except ValueError as error:
        raise SettingsError(f"{name}: {error}.") from error
