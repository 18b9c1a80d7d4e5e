"""Listening: on this machine only, unless told otherwise, and with a plain word when it cannot."""

import asyncio
import errno
from collections.abc import Callable

from aiohttp import web

from adapters.web.app import create_app
from adapters.web.bell import Bell
from adapters.web.guard import is_loopback
from adapters.web.settings import WebSettings
from bot.records.store import Records


class CannotServe(Exception):  # noqa: N818 - reads as what happened: "cannot serve: port 8080 is in use"
    """The chat cannot be served; the message is one line that says why and what to do."""


async def serve(records: Records, settings: WebSettings, bell: Bell, started: Callable[[str], None]) -> None:
    """Serve the chat until cancelled; call `started` with the page's address once it can be opened.

    `bell` is as in `create_app`.

    Raises:
        CannotServe: the address may not or cannot be listened on.
    """
    check_address(settings)
    runner = web.AppRunner(create_app(records, settings, bell), access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await _listen(runner, settings)
        started(address(settings))
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def check_address(settings: WebSettings) -> None:
    """Raise CannotServe for an address that other machines can reach, unless it was asked for."""
    if not is_loopback(settings.host) and not settings.other_address:
        raise CannotServe(
            f"{settings.host} can be reached from other machines, and the web chat asks for no password: "
            "use 127.0.0.1, or set HEARTH_OTHER_ADDRESS=yes if you mean it"
        )


def address(settings: WebSettings) -> str:
    """Return the page's address, as typed into a browser on this machine."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared with, not listened on
    bare = settings.host.strip("[]")
    host = everywhere.get(bare, f"[{bare}]" if ":" in bare else bare)
    return f"http://{host}:{settings.port}/"


async def _listen(runner: web.AppRunner, settings: WebSettings) -> None:
    try:
        await web.TCPSite(runner, settings.host.strip("[]"), settings.port).start()
    except OSError as error:
        reasons = {
            errno.EADDRINUSE: f"port {settings.port} is in use: stop what uses it, or choose another port",
            errno.EACCES: f"port {settings.port} may not be used by this account: choose one above 1023",
        }
        raise CannotServe(
            reasons.get(error.errno or 0, f"cannot listen on {settings.host}: {error.strerror or error}")
        ) from error
