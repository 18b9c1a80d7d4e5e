"""The organisations that one Hearth serves: the only one, or those of a file, each by settings of its own.

The file is TOML. A table is named after the id of an organisation and has the settings in which that one
differs, under their own names; what stands in the environment holds for all. A tenant or workspace belongs to
one organisation.
"""

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters.calendar_settings import NAMES as CALENDAR_NAMES
from adapters.main import organisation_id
from adapters.model_settings import NAMES as MODEL_NAMES
from adapters.retention_settings import NAMES as RETENTION_NAMES
from adapters.settings import ORGANISATIONS, Settings, SettingsError, from_environment
from adapters.slack.settings import NAMES as SLACK_NAMES
from adapters.slack.settings import WORKSPACES
from adapters.teams.settings import NAMES as TEAMS_NAMES
from adapters.teams.settings import TENANTS, tenants_given

_POLICY, _RULES = "HEARTH_POLICY", "HEARTH_RULES"
# Not HEARTH_INDUCT_ON_JOIN: by it the app asks for more, and there is one app for all.
_ITS_OWN = frozenset(
    {
        *(_POLICY, _RULES, "HEARTH_HOST", "HEARTH_PORT", TENANTS, WORKSPACES),
        *(*MODEL_NAMES, *RETENTION_NAMES, *CALENDAR_NAMES),
    }
)
# What would be each organisation's alike: its text, and whom it hears.
_NEVER_COMMON = (_POLICY, WORKSPACES)


def organisations_from(environment: Mapping[str, str] = os.environ) -> Sequence[Settings]:
    """Return the settings of each organisation that is served, in the order of the file.

    Raises:
        SettingsError: a setting or the file cannot be used, or two organisations would have one tenant,
            workspace or address.
    """
    file = environment.get(ORGANISATIONS)
    if not file:
        return (from_environment(environment),)
    for name in _NEVER_COMMON:
        if environment.get(name):
            raise SettingsError(
                f"{name}: each organisation has its own. Put it into the tables of {file}, and unset it here."
            )
    path = Path(file).absolute()
    served = tuple(_one(environment, path, name, given) for name, given in _tables(path).items())
    _require_apart(served)
    _require_heard(environment, served)
    return served


def chosen(served: Sequence[Settings], name: str | None) -> Settings:
    """Return the organisation that a command is about; raise SettingsError where that cannot be told."""
    ids = ", ".join(one.organisation for one in served)
    if name is None:
        if len(served) == 1:
            return served[0]
        raise SettingsError(f"Whose? Say it before the command, `hearth --organisation ID …`: {ids}.")
    if not served[0].organisation:
        raise SettingsError(f"--organisation: {ORGANISATIONS} is not set, so there is only one.")
    for one in served:
        if one.organisation == name:
            return one
    raise SettingsError(f"--organisation: {name!r} is none of those that are served: {ids}.")


def require_own(settings: Settings, account: str) -> None:
    """Raise SettingsError for an account in a tenant or workspace that is not the organisation's.

    Nothing is ever sent there in its name, and another organisation's people would stand in its records.
    Where there is only one organisation, its accounts may be named before its platforms are set.
    """
    platform, _, rest = account.partition(":")
    own = {
        "teams": settings.teams.tenants if settings.teams else (),
        "slack": settings.slack.workspaces if settings.slack else (),
    }
    place = rest.partition("/")[0]
    if settings.organisation and place not in own.get(platform, (place,)):
        raise SettingsError(
            f"{account}: {place} is no tenant or workspace of {settings.organisation}'s in the file of "
            f"{ORGANISATIONS}."
        )


def _tables(path: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{ORGANISATIONS}: {path} cannot be read ({error.strerror}).") from error
    except ValueError as error:  # not UTF-8, or not TOML
        raise SettingsError(f"{ORGANISATIONS}: {path} is not TOML in UTF-8 ({error}).") from error
    if not read:
        raise SettingsError(f"{ORGANISATIONS}: {path} has no table. Give each organisation one.")
    for name, given in read.items():
        if not isinstance(given, dict):
            raise SettingsError(f"{path}: {name} stands outside every table. Put it under [ID].")
    return read


def _one(environment: Mapping[str, str], path: Path, name: str, table: Mapping[str, Any]) -> Settings:
    """Return the settings of one table; platforms of which it names no tenant or workspace are off for it."""
    where = f"{path}, [{name}]"
    if name != organisation_id(name):
        raise SettingsError(f"{where}: an id is small letters, digits and dashes, such as home-start-acorn.")
    own = {key: _value(where, path, key, value) for key, value in table.items()}
    if not own.get(_POLICY):
        raise SettingsError(f"{where}: {_POLICY} is missing. Give the path of its text.")
    off = (*(SLACK_NAMES if not own.get(WORKSPACES) else ()), *(TEAMS_NAMES if not own.get(TENANTS) else ()))
    both = {key: value for key, value in {**environment, **own}.items() if key not in off}
    try:
        settings = from_environment(both)
    except SettingsError as error:
        raise SettingsError(f"{where}: {error}") from error
    if settings.teams is not None:
        settings = replace(settings, teams=replace(settings.teams, registered_in=_home(environment)))
    return replace(settings, organisation=name)


def _value(where: str, path: Path, key: str, value: object) -> str:
    if key not in _ITS_OWN:
        raise SettingsError(
            f"{where}: {key} is no setting of one organisation's. It belongs outside, or is misspelt."
        )
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise SettingsError(f'{where}: {key} is no text. Write it as {key} = "…".')
    return str(path.parent / str(value)) if key in (_POLICY, _RULES) and value else str(value)


def _home(environment: Mapping[str, str]) -> str:
    """Return the tenant in which the app is registered, which need not be any organisation's."""
    try:
        found = tenants_given(environment.get(TENANTS, ""))
    except ValueError as error:
        raise SettingsError(str(error)) from error
    if len(found) > 1:
        raise SettingsError(
            f"{TENANTS}: beside {ORGANISATIONS}, give only the tenant in which the app is registered. Those "
            "that may use it stand in the tables of their organisations."
        )
    return found[0]


def _require_apart(served: Sequence[Settings]) -> None:
    """Raise SettingsError where two organisations would be reached in one place."""
    _each_once(served, "tenant", lambda one: one.teams.tenants if one.teams else ())
    _each_once(served, "workspace", lambda one: one.slack.workspaces if one.slack else ())
    _each_once(served, "address (HEARTH_PORT)", lambda one: (f"{one.host}:{one.port}",))
    by_token = [one for one in served if one.slack and not one.slack.by_oauth]
    if len(by_token) > 1:
        raise SettingsError(
            "HEARTH_SLACK_TOKEN is of one workspace, and so of one organisation. For several, set "
            "HEARTH_SLACK_CLIENT_ID and HEARTH_SLACK_CLIENT_SECRET in its place (docs/slack.md)."
        )


def _each_once(served: Iterable[Settings], what: str, named: Callable[[Settings], Iterable[str]]) -> None:
    whose: dict[str, str] = {}
    for one in served:
        for name in named(one):
            if whose.setdefault(name, one.organisation) != one.organisation:
                raise SettingsError(
                    f"The {what} {name} is {whose[name]}'s and {one.organisation}'s: give each its own."
                )


def _require_heard(environment: Mapping[str, str], served: Sequence[Settings]) -> None:
    """Raise SettingsError where an app is set and no organisation is reached by it."""
    apps = (
        (SLACK_NAMES, WORKSPACES, any(one.slack for one in served)),
        (TEAMS_NAMES, TENANTS, any(one.teams for one in served)),
    )
    for names, lacking, heard in apps:
        if not heard and any(environment.get(name) for name in names):
            raise SettingsError(
                f"{lacking}: no table of {environment[ORGANISATIONS]} names any, so nobody is heard."
            )
