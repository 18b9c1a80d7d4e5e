"""The server that platforms call: their routes and `/health`, nothing else; errors are bare numbers."""

import errno
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from aiohttp import web
from aiohttp.typedefs import Handler

from adapters.public_settings import PublicSettings
from bot.faults import told

log = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024  # bytes; a platform's events are a tenth of that
_PATIENCE = 5.0  # seconds for what is under way when the server stops


class Platform(Protocol):
    """A platform that calls this server."""

    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Return the routes that it calls."""
        ...

    async def start(self) -> None:
        """Begin what runs beside the routes."""
        ...

    async def stop(self) -> None:
        """End what runs beside the routes."""
        ...


class CannotListen(Exception):  # noqa: N818 - reads as what happened: "cannot listen: port 3000 is in use"
    """The platforms cannot be listened to; the message is one line that says why and what to do."""


def create_public_app(routes: Iterable[web.AbstractRouteDef]) -> web.Application:
    """Return an application with the platforms' routes and `/health`.

    A body above `MAX_BODY` gets 413, an error of ours 500. No answer has words of the program in it.
    """
    app = web.Application(middlewares=[_bare], client_max_size=MAX_BODY)
    app.router.add_get("/health", _health)
    app.router.add_routes(routes)
    return app


async def serve_public(routes: Iterable[web.AbstractRouteDef], settings: PublicSettings) -> web.AppRunner:
    """Begin to listen and return what is listening; `cleanup()` of it stops that.

    Raises:
        CannotListen: the address cannot be listened on.
    """
    runner = web.AppRunner(create_public_app(routes), access_log=None, shutdown_timeout=_PATIENCE)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host.strip("[]"), settings.port).start()
    except OSError as error:
        await runner.cleanup()
        raise CannotListen(_why(settings, error)) from error
    return runner


@asynccontextmanager
async def listening(platforms: Sequence[Platform], settings: PublicSettings) -> AsyncIterator[None]:
    """Listen to the platforms, if there are any, for as long as the block runs; raise CannotListen."""
    if not platforms:
        yield
        return
    runner = await serve_public([route for one in platforms for route in one.routes()], settings)
    try:
        for platform in platforms:
            await platform.start()
        yield
    finally:
        await runner.cleanup()
        for platform in platforms:
            await platform.stop()


def _why(settings: PublicSettings, error: OSError) -> str:
    port = settings.port
    reasons = {
        errno.EADDRINUSE: f"port {port} is in use: stop what uses it, or set HEARTH_PUBLIC_PORT to another",
        errno.EACCES: f"port {port} may not be used by this account: set HEARTH_PUBLIC_PORT above 1023",
    }
    return reasons.get(
        error.errno or 0, f"cannot listen on {settings.host} (HEARTH_PUBLIC_HOST): {error.strerror}"
    )


async def _health(_request: web.Request) -> web.Response:
    return web.json_response({"ok": True})


@web.middleware
async def _bare(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors with their number alone: what went wrong is for the log."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return web.Response(status=error.status)
    except Exception as error:  # noqa: BLE001 - whatever it was, no words of it go out
        log.error("public.failed", extra={**told(error)})  # noqa: TRY400 - no words of it
        return web.Response(status=500)
