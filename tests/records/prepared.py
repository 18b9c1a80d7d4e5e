"""Copies of a database that was prepared once: quicker than to make its tables for every test."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from tests import postgres


@contextmanager
def copy_of(prepared: str, folder: Path, server: str | None) -> Iterator[str]:
    """Give the URL of a copy of a database, which nobody may be connected to; `server` is PostgreSQL's."""
    url = make_url(prepared)
    if server is None:
        shutil.copy(str(url.database), folder / "hearth.db")
        yield f"sqlite:///{folder / 'hearth.db'}"
        return
    with postgres.new_database(server, like=str(url.database)) as copy:
        yield copy
