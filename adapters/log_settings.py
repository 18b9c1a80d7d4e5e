"""Settings of the log: how much a server process says."""

from collections.abc import Mapping
from typing import Literal, get_args

NAMES = ("HEARTH_LOG_LEVEL",)
Level = Literal["debug", "info", "warning", "error"]
LEVELS: tuple[Level, ...] = get_args(Level)


def log_level_from(environment: Mapping[str, str]) -> Level:
    """Return the least level that is logged; raise ValueError, with the setting's name, for what is none."""
    said = environment.get("HEARTH_LOG_LEVEL") or "info"
    for level in LEVELS:
        if level == said:
            return level
    raise ValueError(f"HEARTH_LOG_LEVEL: {said!r} is no level. Give one of {', '.join(LEVELS)}.")
