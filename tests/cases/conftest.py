"""People with cases: the real conversation and desk, on both databases, with officers in office."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.contact import Office
from bot.records.database import connect
from bot.records.store import Records
from bot.records.tables import Table
from tests import postgres
from tests.induction.conftest import Someone, adopted, course, meet, platform
from tests.records.conftest import clock, engine, jobs, postgres_server, records
from tests.records.prepared import copy_of
from tests.records.stage import appoint

OFFICERS: Mapping[str, Office] = {
    "manager": "manager",
    "chair": "chair",
    "vice": "deputy_chair",
    "lead": "safeguarding_lead",
    "deputy": "deputy_safeguarding_lead",
}
__all__ = [
    "adopted",
    "clock",
    "course",
    "engine",
    "jobs",
    "meet",
    "platform",
    "postgres_server",
    "records",
]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a database with all tables, empty."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path_factory.mktemp('prepared') / 'hearth.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(postgres.new_database(request.getfixturevalue("postgres_server")))
        made = connect(url)
        Table.metadata.create_all(made)
        made.dispose()
        yield url


@pytest.fixture
def database_url(prepared: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a copy of that database."""
    on_sqlite = prepared.startswith("sqlite")
    with copy_of(
        prepared, tmp_path, None if on_sqlite else request.getfixturevalue("postgres_server")
    ) as url:
        yield url


@pytest.fixture
def house(adopted: Records, meet: Callable[[str], Someone]) -> Mapping[str, Someone]:
    """A volunteer, another one, and the officers, each with a conversation of her own."""
    for name, office in OFFICERS.items():
        appoint(adopted, f"web:{name}", office)
    people = {name: meet(f"web:{name}") for name in (*OFFICERS, "volunteer", "other")}
    for name in ("volunteer", "other"):
        people[name].does("role:volunteer")
    return people
