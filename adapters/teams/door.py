"""The way in: who calls is told before anything is read, and what was taken is acknowledged."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from aiohttp import web

from adapters.teams.acceptance import Answer, NotTaken
from adapters.teams.activities import BadActivity, understood
from adapters.teams.callers import Caller, NotAllowed, NotKnown, tenant_of
from adapters.teams.events import Event
from adapters.teams.hand import NotKnownHere
from adapters.teams.keys import KeysAway

log = logging.getLogger(__name__)

PATH = "/teams/messages"


class Guard(Protocol):
    """Tells who calls; see `adapters.teams.callers.Callers`."""

    async def identify(self, header: str | None) -> Caller:
        """Return the caller; raise NotKnown or KeysAway."""
        ...

    def check(self, caller: Caller, activity: Mapping[str, Any]) -> None:
        """Raise NotAllowed where the caller may not say this."""
        ...


class Taker(Protocol):
    """Takes events; see `adapters.teams.hand.Hand`."""

    async def take(self, event: Event) -> Answer | None:
        """Take an event and return the answer's body; raise NotTaken or NotKnownHere."""
        ...


def route(guard: Guard, taker: Callable[[str], Taker | None]) -> web.RouteDef:
    """Return the route to which Teams posts activities; `taker` finds who takes those of a tenant."""

    async def post(request: web.Request) -> web.Response:
        try:
            caller = await guard.identify(request.headers.get("Authorization"))
            raw = await _body(request)
            guard.check(caller, raw)
            answer = await _of_tenant(taker, raw).take(understood(raw))
        except NotKnown as error:
            log.warning("teams.caller.not_known", extra={"fault": error.fault})
            raise web.HTTPUnauthorized from None
        except NotAllowed as error:
            log.warning("teams.caller.not_allowed", extra={"fault": error.fault})
            raise web.HTTPForbidden from None
        except BadActivity:
            raise web.HTTPBadRequest from None
        except NotKnownHere:
            raise web.HTTPNotImplemented from None
        except (KeysAway, NotTaken):
            raise web.HTTPServiceUnavailable from None
        return web.Response() if answer is None else web.json_response(answer)

    return web.post(PATH, post)


def _of_tenant(taker: Callable[[str], Taker | None], raw: Mapping[str, Any]) -> Taker:
    found = taker(tenant_of(raw))
    if found is None:
        raise NotAllowed("another organisation")
    return found


async def _body(request: web.Request) -> Mapping[str, Any]:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise BadActivity from None
    if not isinstance(body, dict):
        raise BadActivity
    return body
