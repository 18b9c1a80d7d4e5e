"""What a server process does first, what it runs, and how it stops."""

import argparse
import asyncio
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters import logs
from adapters import main as wiring
from adapters.output import say
from adapters.settings import Settings, SettingsError

if TYPE_CHECKING:
    from adapters.web.bell import Bell
    from bot.records.store import Records


def serve(settings: Settings, given: argparse.Namespace) -> None:
    """Serve the web chat and do the work in one process, until stopped."""
    from adapters.web.bell import Bell

    bell = Bell()
    settings = _addressed(settings, given)
    logs.configure(settings.log_level)
    records = prepare(settings)
    with _working(settings, records, bell, accepts=True):
        _serve_web(settings, records, bell)


def web(settings: Settings, given: argparse.Namespace) -> None:
    """Serve the web chat, until stopped; the work is done by `hearth worker`."""
    from adapters.web.bell import Bell

    settings = _addressed(settings, given)
    logs.configure(settings.log_level)
    _serve_web(settings, prepare(settings), Bell())


def work(settings: Settings, _given: argparse.Namespace) -> None:
    """Do the work, until stopped."""
    from adapters.web.bell import Bell

    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    logs.configure(settings.log_level)
    records = prepare(settings)
    with _working(settings, records, Bell(), accepts=False):
        say(f"Hearth works as {settings.records.worker}. Ctrl-C stops it.")
        stopped.wait()


def prepare(settings: Settings) -> "Records":
    """Return records that a server may run on.

    The sample on one machine is migrated and given its officers here; anything else must have been set up.

    Raises:
        RecordsError, RecordsUnavailable, UnusableKey: the database or its keys cannot be used.
        SettingsError: an officer is missing whom a server must have.
    """
    from bot import officers
    from bot.records.keys import check_keys
    from bot.records.migrate import require_current, upgrade

    records = wiring.open_records(settings)
    if settings.is_sample:
        upgrade(records.engine)
    require_current(records.engine)
    check_keys(records.engine, records.vault)
    wiring.found_organisation(settings, records)
    if settings.is_sample:
        wiring.adopt_policy(settings, records, who="hearth")
    _require_adopted(settings, records)
    with records.reading() as session:
        lacking = officers.missing(session, records.organisation)
    if lacking:
        raise SettingsError(
            f"A server needs {', '.join(lacking)}: "
            "`hearth people set-up FILE` or `hearth people add` names them."
        )
    return records


def _require_adopted(settings: Settings, records: "Records") -> None:
    from bot import policies

    policy, _ = wiring.load_policy(settings)
    with records.reading() as session:
        current = policies.in_force(session, records.organisation, policy.title, records.now())
        known = policies.version_of(session, records.organisation, policy.title, policy.version)
    if current is None or known is None:
        raise SettingsError(
            f"The text of {policy.title} (version {policy.version[:8]}) has not been adopted: "
            "`hearth policy adopt` does that, once an officer says so."
        )


@contextmanager
def _working(settings: Settings, records: "Records", bell: "Bell", *, accepts: bool) -> Iterator[None]:
    worker = wiring.build_worker(settings, records, bell, accepts=accepts, progress=sys.stderr.isatty())
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def _addressed(settings: Settings, given: argparse.Namespace) -> Settings:
    """Return the settings with the address that was given; raise SettingsError for one that is not for us."""
    settings = replace(settings, host=given.host or settings.host, port=given.port or settings.port)
    wiring.web_settings(settings, organisation="")
    return settings


def _serve_web(settings: Settings, records: "Records", bell: "Bell") -> None:
    from adapters.public import listening
    from adapters.web.serve import serve as serve_web

    policy, _ = wiring.load_policy(settings)
    code = wiring.sample_code(records) if settings.is_sample else None
    chat = wiring.web_settings(settings, policy.organisation, code)

    async def run() -> None:
        async with listening(wiring.build_platforms(settings, records), settings.public):
            await serve_web(records, chat, bell, _started)

    asyncio.run(run())


def _started(address: str) -> None:
    say(f"Hearth is ready: open {address} in a browser on this machine. Ctrl-C stops it.")
