"""People with cases: the real conversation and desk, on both databases, with officers in office."""

from collections.abc import Callable, Mapping

import pytest

from bot.contact import Office
from bot.records.store import Records
from tests.induction.conftest import Someone, adopted, course, meet, platform
from tests.records.conftest import clock, database_url, engine, jobs, postgres_server, records
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
    "database_url",
    "engine",
    "jobs",
    "meet",
    "platform",
    "postgres_server",
    "records",
]


@pytest.fixture
def house(adopted: Records, meet: Callable[[str], Someone]) -> Mapping[str, Someone]:
    """A volunteer, another one, and the officers, each with a conversation of her own."""
    for name, office in OFFICERS.items():
        appoint(adopted, f"web:{name}", office)
    people = {name: meet(f"web:{name}") for name in (*OFFICERS, "volunteer", "other")}
    for name in ("volunteer", "other"):
        people[name].does("role:volunteer")
    return people
