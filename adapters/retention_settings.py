"""Settings of retention: HEARTH_KEEP_ and a kind of record; days, of messages' words hours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.kept import DEFAULTS, KINDS, Keep, Kind


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long each kind of record is kept, and for which of them the organisation has said so itself."""

    keep: Keep = field(default_factory=lambda: DEFAULTS)
    chosen: frozenset[str] = frozenset()


def name_of(kind: Kind) -> str:
    """Return the name of a kind's setting."""
    return f"HEARTH_KEEP_{kind.name.upper()}"


def unit_of(kind: Kind) -> str:
    """Return what a kind's setting counts in."""
    return "hours" if kind.unit < timedelta(days=1) else "days"


NAMES = tuple(name_of(kind) for kind in KINDS if kind.is_set)


def retention_settings_from(environment: Mapping[str, str]) -> RetentionSettings:
    """Return the settings; raise ValueError, with the setting's name, for one that cannot be used."""
    given = {kind: environment.get(name_of(kind)) for kind in KINDS if kind.is_set}
    chosen = {kind.name: _number(kind, value) for kind, value in given.items() if value}
    return RetentionSettings({**DEFAULTS, **chosen}, frozenset(chosen))


def _number(kind: Kind, value: str) -> int:
    if re.fullmatch("[0-9]{1,6}", value) and kind.least <= int(value) <= kind.most:
        return int(value)
    raise ValueError(
        f"{name_of(kind)}: {value!r} cannot be used. Give a whole number of {unit_of(kind)} "
        f"from {kind.least} to {kind.most}."
    )
