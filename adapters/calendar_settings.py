"""Settings of the calendar: whose bank holidays count, and whose clock."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.working_days import NATIONS, Calendar

NAMES = ("HEARTH_NATION", "HEARTH_TIME_ZONE")


def calendar_from(environment: Mapping[str, str]) -> Calendar:
    """Return the calendar; raise ValueError, with the setting's name, for one that cannot be used."""
    nation = environment.get("HEARTH_NATION") or "GB-ENG"
    if nation not in NATIONS:
        raise ValueError(f"HEARTH_NATION: {nation!r} is none. Give one of {', '.join(NATIONS)}.")
    zone = environment.get("HEARTH_TIME_ZONE") or "Europe/London"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"HEARTH_TIME_ZONE: {zone!r} is none. Give one such as Europe/London.") from error
    return Calendar(nation, zone)
