"""What `hearth check` says of Teams: whether Microsoft knows the app and its password."""

from adapters.teams.connector import Connector
from adapters.teams.door import PATH
from adapters.teams.settings import TeamsSettings
from adapters.teams.web import new_pool
from bot.channel import TryLater


class NotInOrder(Exception):  # noqa: N818 - what was found
    """Teams cannot be used so; the message says why and what to do."""


def say_how_it_is(settings: TeamsSettings | None) -> str:
    """Return how Teams is set up, in one line; raise NotInOrder."""
    if settings is None:
        return "not set up"
    try:
        Connector(settings, new_pool()).check()
    except TryLater as fault:
        raise NotInOrder(
            f"Microsoft gives no token: {fault.fault}. Check HEARTH_TEAMS_APP_ID, HEARTH_TEAMS_PASSWORD (the "
            "secret's value, not its id; it runs out) and HEARTH_TEAMS_TENANTS, of which the first counts."
        ) from fault
    count = len(settings.tenants)
    return f"the app is known; messages come to {PATH}, from {count} tenant{'' if count == 1 else 's'}"
