"""Fixtures: the real desk behind the real way in, and people at Microsoft's playground who talk to it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.teams.door import PATH
from adapters.teams.platform import teams_channel
from bot import policies
from bot.conversation import Conversation
from bot.desk import Desk
from bot.induction.course import Course
from bot.records.store import Records
from knowledge.answers import Answerer
from knowledge.situations import load_situations
from tests.policies import TEXT, home_start_pack, home_start_policy
from tests.records.stage import appoint
from tests.teams.playground import Playground, free_port, playground
from tests.teams.services import Services
from tests.teams.stage import TeamsStage, Working, platform, served, settings_of
from tests.web.desk import make_database, records_at

Begin = Callable[..., TeamsStage]


@pytest.fixture(scope="session")
def bot_port() -> int:
    """The port at which the playground looks for the bot."""
    return free_port()


@pytest.fixture(scope="session")
def client(bot_port: int) -> Iterator[Playground]:
    """A playground, for all tests."""
    with playground(f"http://127.0.0.1:{bot_port}{PATH}") as running:
        yield running


@pytest.fixture
def stage(
    client: Playground, bot_port: int, microsoft: Services, answerer: Answerer, tmp_path: Path
) -> Iterator[Begin]:
    """Begin: the real desk, with a manager and a chair who have the app."""
    with ExitStack() as stack:

        def begin(**how: Any) -> TeamsStage:
            return stack.enter_context(_begun(client, bot_port, microsoft, answerer, tmp_path, **how))

        yield begin


@contextmanager
def _begun(
    client: Playground, port: int, microsoft: Services, answerer: Answerer, folder: Path, **how: Any
) -> Iterator[TeamsStage]:
    make_database(folder / "hearth.db")
    work = Working()
    settings = settings_of(client, microsoft.base)
    with records_at(folder / "hearth.db", work) as records:
        teams = platform(records, settings, **how)
        channel = teams_channel(records, settings)
        desk = Desk(Conversation(answerer, lambda: date(2026, 3, 2)), lambda _: channel, _course())
        _adopt(records)
        with served(teams.routes(), port, teams.stop), work.working(records, desk):
            begun = TeamsStage(records, client)
            for office in ("manager", "chair"):
                appoint(records, begun.account(office), office)
            yield begun


def _course() -> Course:
    situations = load_situations(TEXT.with_suffix(".induction.toml"))
    return Course(home_start_policy(), home_start_pack(), situations)


def _adopt(records: Records) -> None:
    policy, text = home_start_policy(), TEXT.read_text(encoding="utf-8")
    with records.changing() as change:
        policies.adopt(change, policy.title, policy.version, text, who="test")
