"""Records to test with: on SQLite and on PostgreSQL, every test on both."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from bot.records.database import connect
from bot.records.store import Job, Records
from bot.records.tables import Organisation, Table
from bot.records.vault import Vault, new_key, read_keys
from tests import postgres

ORGANISATION = "home-start-herefordshire"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def passes(self, **time: float) -> None:
        """Let time pass: `passes(days=3)`."""
        self.time += timedelta(**time)


class NotedJobs:
    """Notes the jobs that were enqueued, in place of the work engine."""

    def __init__(self) -> None:
        self.noted: list[Job] = []

    def enqueue(self, connection: Connection, organisation: str, job: Job) -> None:
        """Note a job."""
        del connection, organisation
        self.noted.append(job)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'hearth.db'}"
        return
    with postgres.new_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on an empty database."""
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands at nine in the morning of Monday 2 March 2026 until it is moved."""
    return Clock()


@pytest.fixture
def jobs() -> NotedJobs:
    """The jobs that were enqueued."""
    return NotedJobs()


@pytest.fixture
def records(engine: Engine, clock: Clock, jobs: NotedJobs) -> Records:
    """The records of one organisation, all tables empty."""
    Table.metadata.create_all(engine)
    records = Records(engine, Vault(read_keys(new_key())), jobs, ORGANISATION, clock)
    with records.changing() as change:
        change.add(Organisation(id=ORGANISATION, name="Home-Start Herefordshire", created_at=clock()))
    return records
