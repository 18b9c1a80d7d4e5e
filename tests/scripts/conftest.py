"""The stage without a platform."""

from tests.induction.conftest import adopted, course, meet, platform
from tests.records.conftest import clock, database_url, engine, jobs, postgres_server, records

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
