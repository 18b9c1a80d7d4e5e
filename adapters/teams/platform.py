"""Teams as a whole: what is served, and what sends."""

from collections.abc import Sequence

from aiohttp import web

from adapters.teams.callers import Callers
from adapters.teams.channel import TeamsChannel
from adapters.teams.connector import Connector
from adapters.teams.door import Guard, route
from adapters.teams.hand import Hand
from adapters.teams.keys import SigningKeys
from adapters.teams.settings import TeamsSettings
from adapters.teams.web import new_pool
from bot.overhearing import Reads
from bot.records.store import Records


def teams_channel(records: Records, settings: TeamsSettings) -> TeamsChannel:
    """Return what sends to Teams."""
    return TeamsChannel(records, settings, Connector(settings, new_pool()))


class Teams:
    """What Teams calls. `guard` tells who calls; without one, tokens do. `overhears` as in `Hand`."""

    def __init__(
        self,
        records: Records,
        settings: TeamsSettings,
        *,
        inducts: bool = False,
        overhears: Reads | None = None,
        guard: Guard | None = None,
    ) -> None:
        self._guard = guard or Callers(settings, SigningKeys(new_pool(), settings.services.keys))
        channel = teams_channel(records, settings)
        self._hand = Hand(records, channel, inducts=inducts, overhears=overhears)

    def routes(self) -> Sequence[web.RouteDef]:
        """Return the routes to serve where Teams can reach them."""
        return (route(self._guard, self._hand),)

    async def start(self) -> None:
        """Begin; nothing needs to be begun before the first call."""

    async def stop(self) -> None:
        """Finish what was begun beside the answers."""
        await self._hand.finish()
