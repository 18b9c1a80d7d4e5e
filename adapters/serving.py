"""What a server process does first, what it runs, and how it stops."""

import argparse
import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters import logs, running
from adapters import main as wiring
from adapters.main import Served
from adapters.output import say
from adapters.settings import Settings, SettingsError

if TYPE_CHECKING:
    from adapters.web.bell import Bell
    from adapters.web.settings import WebSettings


def serve(organisations: Sequence[Settings], given: argparse.Namespace) -> None:
    """Serve the web chat and do the work in one process, until stopped."""
    from adapters.web.bell import Bell

    bell = Bell()
    organisations = _addressed(organisations, given)
    logs.configure(organisations[0].log_level)
    served = prepare(organisations)
    with _working(served, bell, accepts=True):
        _serve_web(served, bell)


def web(organisations: Sequence[Settings], given: argparse.Namespace) -> None:
    """Serve the web chat, until stopped; the work is done by `hearth worker`."""
    from adapters.web.bell import Bell

    organisations = _addressed(organisations, given)
    logs.configure(organisations[0].log_level)
    _serve_web(prepare(organisations), Bell())


def work(organisations: Sequence[Settings], _given: argparse.Namespace) -> None:
    """Do the work, until stopped."""
    from adapters.web.bell import Bell

    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    logs.configure(organisations[0].log_level)
    with _working(prepare(organisations), Bell(), accepts=False):
        say(f"Hearth works as {organisations[0].records.worker}. Ctrl-C stops it.")
        stopped.wait()


def prepare(organisations: Sequence[Settings]) -> Sequence[Served]:
    """Return the organisations with records that a server may run on.

    The sample on one machine is migrated and given its officers here; anything else must have been set up.

    Raises:
        RecordsError, RecordsUnavailable, UnusableKey: the database or its keys cannot be used.
        SettingsError: an organisation's text is not adopted, an officer is missing whom a server must have,
            or a tenant or workspace was another's.
    """
    from bot.records.keys import check_keys
    from bot.records.migrate import require_current, upgrade

    served = wiring.open_all(organisations)
    records = served[0].records
    if organisations[0].is_sample:
        upgrade(records.engine)
    require_current(records.engine)
    check_keys(records.engine, records.vault)
    lacking = [fault for one in served if (fault := _lacks(one))]
    if lacking:
        raise SettingsError(" ".join(lacking))
    return served


def _lacks(served: Served) -> str:
    """Return what an organisation has not that a server must have, empty where it has all."""
    settings, records = served.settings, served.records
    wiring.found_organisation(settings, records)
    if settings.is_sample:
        wiring.adopt_policy(settings, records, who="hearth")
    try:
        _require_adopted(served)
        require_officers(served)
        require_own_places(served)
    except SettingsError as error:
        return f"{settings.organisation}: {error}" if settings.organisation else str(error)
    return ""


def require_officers(served: Served) -> None:
    """Raise SettingsError where an officer is missing whom a server must have."""
    from bot import officers

    with served.records.reading() as session:
        lacking = officers.missing(session, served.records.organisation)
    if lacking:
        raise SettingsError(
            f"A server needs {', '.join(lacking)}: "
            "`hearth people set-up FILE` or `hearth people add` names them."
        )


def require_own_places(served: Served) -> None:
    """Raise SettingsError where a tenant or workspace has people in another organisation's records.

    They would be strangers here, and what they wrote stays there: records never move.
    """
    from bot import people

    with served.records.reading() as session:
        for place in _places(served.settings):
            if other := people.known_elsewhere(session, served.records.organisation, place):
                raise SettingsError(
                    f"{place.rstrip('/')} is {other}'s, in whose records its people are. Records never move "
                    "from one organisation to another: name it there, or give this one a database of its own."
                )


def _places(settings: Settings) -> Sequence[str]:
    """Return how the names of all accounts begin that the organisation's tenants and workspaces have."""
    teams = settings.teams.tenants if settings.teams else ()
    slack = settings.slack.workspaces if settings.slack else ()
    return [*(f"teams:{tenant}/" for tenant in teams), *(f"slack:{team}/" for team in slack)]


def _require_adopted(served: Served) -> None:
    from bot import policies

    records = served.records
    policy, _ = wiring.load_policy(served.settings)
    with records.reading() as session:
        current = policies.in_force(session, records.organisation, policy.title, records.now())
        known = policies.version_of(session, records.organisation, policy.title, policy.version)
    if current is None or known is None:
        raise SettingsError(
            f"The text of {policy.title} (version {policy.version[:8]}) has not been adopted: "
            "`hearth policy adopt` does that, once an officer says so."
        )


@contextmanager
def _working(served: Sequence[Served], bell: "Bell", *, accepts: bool) -> Iterator[None]:
    worker = running.build_worker(served, bell, accepts=accepts, progress=sys.stderr.isatty())
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def _addressed(organisations: Sequence[Settings], given: argparse.Namespace) -> Sequence[Settings]:
    """Return the settings with the address that was given; raise SettingsError for one that is not for us."""
    if len(organisations) > 1 and (given.host or given.port):
        raise SettingsError(
            "--host and --port: each organisation has a web chat of its own. Set HEARTH_PORT in its table."
        )
    addressed = [
        replace(one, host=given.host or one.host, port=given.port or one.port) for one in organisations
    ]
    for one in addressed:
        wiring.web_settings(one, organisation="")
    return addressed


def _serve_web(served: Sequence[Served], bell: "Bell") -> None:
    from adapters.public import listening
    from adapters.web.serve import serve as serve_web

    chats = [(one.records, _chat(one), _started(one.settings)) for one in served]

    async def run() -> None:
        async with listening(running.build_platforms(served), served[0].settings.public):
            await asyncio.gather(*(serve_web(records, chat, bell, told) for records, chat, told in chats))

    asyncio.run(run())


def _chat(served: Served) -> "WebSettings":
    policy, _ = wiring.load_policy(served.settings)
    code = wiring.sample_code(served.records) if served.settings.is_sample else None
    return wiring.web_settings(served.settings, policy.organisation, code)


def _started(settings: Settings) -> Callable[[str], None]:
    """Return what says that a chat can be opened, and whose it is where there are several."""
    whose = f" for {settings.organisation}" if settings.organisation else ""
    return lambda address: say(
        f"Hearth is ready{whose}: open {address} in a browser on this machine. Ctrl-C stops it."
    )
