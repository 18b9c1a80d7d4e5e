"""A server that is killed after it acknowledged answers once it is back, and once only."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

from tests.slack.client import SECRET, TOKEN
from tests.slack.conftest import SlackStub
from tests.slack.sender import JSON, direct, signed
from tests.teams.playground import free_port

_PATIENCE = 60


def test_what_was_acknowledged_is_answered_once_though_the_server_is_killed(
    slack: SlackStub, tmp_path: Path
) -> None:
    pool = urllib3.PoolManager(retries=False)
    with _served(slack, tmp_path, pool) as (process, address):
        for number in range(6):
            body = direct("as a volunteer, can I gamble on the office computer?", ts=f"1712.00000{number}")
            answer = pool.request("POST", f"{address}/slack/events", body=body, headers=signed(body, JSON))
            assert answer.status == 200
        process.kill()
        process.wait()
    with _served(slack, tmp_path, pool):
        until = time.monotonic() + _PATIENCE
        while len(slack.posted) < 6 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(1)
    marks = [post["blocks"][0]["block_id"] for post in slack.posted]
    assert len(set(marks)) == len(marks) == 6


@contextmanager
def _served(
    slack: SlackStub, folder: Path, pool: urllib3.PoolManager
) -> Iterator[tuple["subprocess.Popen[bytes]", str]]:
    port = free_port()
    own = {
        "HEARTH_DATA": str(folder),
        "HEARTH_PORT": str(free_port()),
        "HEARTH_PUBLIC_PORT": str(port),
        "HEARTH_SLACK_TOKEN": TOKEN,
        "HEARTH_SLACK_SIGNING_SECRET": SECRET,
        "HEARTH_SLACK_API": slack.api,
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}
    command = [str(Path(sys.executable).with_name("hearth")), "serve"]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, env={**plain, **own}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
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
