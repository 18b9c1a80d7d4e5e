"""The processes that `benchmarks.teams_speed` measures, each on one core until standard input ends."""

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from adapters import main as wiring
from adapters.public import create_public_app
from adapters.settings import from_environment
from adapters.teams.door import PATH
from adapters.teams.platform import OnTeams, Teams, teams_channel
from adapters.teams.settings import TeamsSettings, local_services
from bot import policies
from bot.desk import Desk
from bot.kept import DEFAULTS
from bot.records import migrate
from bot.records.database import connect
from bot.records.store import Records
from bot.records.tables import Organisation
from bot.records.vault import Vault, new_key, read_keys
from bot.slots import Slot
from bot.work import EnqueuedWork, Worker, tasks
from bot.working_days import Calendar
from tests.teams.caller import APP, TENANT


def be(kind: str, services: str, folder: str) -> None:
    """Serve as `kind`; print the port."""
    os.sched_setaffinity(0, {int(os.environ["HEARTH_CORE"])})
    if kind == "hearth":
        _hearth(services, Path(folder))
    else:
        asyncio.run(_serve(_echo(patched=kind == "patched")))


def _hearth(services: str, folder: Path) -> None:
    settings = from_environment({"HEARTH_DATA": str(folder)})
    teams = TeamsSettings(APP, "right", (TENANT,), local_services(services))
    records = _records(folder)
    policy, _ = wiring.load_policy(settings)
    with records.changing() as change:
        text = settings.policy.read_text(encoding="utf-8")
        policies.adopt(change, policy.title, policy.version, text, who="benchmark")
    channel = teams_channel(records, teams)
    desk = Desk(wiring.build_conversation(settings), lambda _: channel, wiring.load_course(settings))
    jobs = {records.organisation: tasks(desk, DEFAULTS, Calendar())}
    worker = Worker(records, jobs, Slot(records, "one"), accepts=True)
    worker.start()
    try:
        asyncio.run(_serve(create_public_app(Teams([OnTeams(records, teams)]).routes())))
    finally:
        worker.stop()


def _records(folder: Path) -> Records:
    engine = connect(f"sqlite:///{folder / 'hearth.db'}")
    migrate.upgrade(engine)
    vault = Vault(read_keys(new_key()))
    records = Records(engine, vault, EnqueuedWork(engine), "a-scheme", lambda: datetime.now(UTC))
    with records.changing() as change:
        change.add(Organisation(id="a-scheme", name="A scheme", created_at=records.now()))
    return records


def _echo(*, patched: bool) -> web.Application:
    """Return a bot that says what was said, as the SDK's samples make it; it verifies no tokens."""
    from botbuilder.core import TurnContext
    from botbuilder.core.cloud_adapter_base import CloudAdapterBase
    from botbuilder.schema import Activity
    from botframework.connector.auth import (
        AuthenticateRequestResult,
        BotFrameworkAuthenticationFactory,
        ClaimsIdentity,
        PasswordServiceClientCredentialFactory,
    )
    from msrest.universal_http import requests as transport

    if patched:
        transport.ClientRetryPolicy.safe_codes = frozenset(transport.ClientRetryPolicy.safe_codes)
    signed_in = BotFrameworkAuthenticationFactory.create(
        credential_factory=PasswordServiceClientCredentialFactory("", "")
    )
    adapter = CloudAdapterBase(signed_in)
    caller = AuthenticateRequestResult()
    caller.claims_identity = ClaimsIdentity({}, True)
    caller.connector_factory = signed_in.create_connector_factory(caller.claims_identity)

    async def say(context: TurnContext) -> None:
        await context.send_activity(context.activity.text)

    async def post(request: web.Request) -> web.Response:
        await adapter.process_activity(caller, Activity().deserialize(await request.json()), say)
        return web.Response(status=201)

    app = web.Application()
    app.router.add_post(PATH, post)
    return app


async def _serve(app: web.Application) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()
