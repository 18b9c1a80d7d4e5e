"""`hearth serve` in a process of its own, to be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import urllib3

from tests.teams.playground import free_port

_PATIENCE = 60  # seconds


@contextmanager
def served(
    folder: Path, own: Mapping[str, str], pool: urllib3.PoolManager
) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    """Serve with a data folder and settings of its own; give the process, and where platforms call it."""
    port = free_port()
    where = {
        "HEARTH_DATA": str(folder),
        "HEARTH_PORT": str(free_port()),
        "HEARTH_PUBLIC_PORT": str(port),
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}
    command = [str(Path(sys.executable).with_name("hearth")), "serve"]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, env={**plain, **where, **own}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _until_up(pool, f"http://127.0.0.1:{port}")
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _until_up(pool: urllib3.PoolManager, address: str) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            if pool.request("GET", f"{address}/health").status == 200:
                return
        except urllib3.exceptions.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
