"""Teams as a whole: what is served, and what sends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiohttp import web

from adapters.teams.callers import Callers
from adapters.teams.channel import TeamsChannel
from adapters.teams.connector import Connector
from adapters.teams.door import Guard, route
from adapters.teams.hand import Hand
from adapters.teams.keys import SigningKeys
from adapters.teams.settings import TeamsSettings
from adapters.teams.web import new_pool
from bot.records.store import Records


def teams_channel(records: Records, settings: TeamsSettings) -> TeamsChannel:
    """Return what sends to Teams."""
    return TeamsChannel(records, settings, Connector(settings, new_pool()))


@dataclass(frozen=True, slots=True)
class OnTeams:
    """One organisation on Teams: its records and tenants, and whether whoever joins there is inducted."""

    records: Records
    settings: TeamsSettings
    inducts: bool = False


class Teams:
    """What Teams calls: one app, by which each organisation is reached from its own tenants alone.

    `guard` tells who calls; without one, tokens do.
    """

    def __init__(self, organisations: Sequence[OnTeams], *, guard: Guard | None = None) -> None:
        self._hands = [
            Hand(one.records, teams_channel(one.records, one.settings), inducts=one.inducts)
            for one in organisations
        ]
        self._of: Mapping[str, Hand] = {
            tenant: hand
            for one, hand in zip(organisations, self._hands, strict=True)
            for tenant in one.settings.tenants
        }
        app = organisations[0].settings
        self._guard = guard or Callers(app, self._of, SigningKeys(new_pool(), app.services.keys))

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the routes to serve where Teams can reach them."""
        return (route(self._guard, self._of.get),)

    async def start(self) -> None:
        """Begin; nothing needs to be begun before the first call."""

    async def stop(self) -> None:
        """Finish what was begun beside the answers."""
        for hand in self._hands:
            await hand.finish()
