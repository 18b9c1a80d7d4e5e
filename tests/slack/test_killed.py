"""A server that is killed after it acknowledged answers once it is back, and once only."""

import time
from pathlib import Path

import urllib3

from tests.served import served
from tests.slack.client import SECRET, TOKEN
from tests.slack.conftest import SlackStub
from tests.slack.sender import JSON, direct, signed

_PATIENCE = 60


def test_what_was_acknowledged_is_answered_once_though_the_server_is_killed(
    slack: SlackStub, tmp_path: Path
) -> None:
    pool = urllib3.PoolManager(retries=False)
    own = {
        "HEARTH_SLACK_TOKEN": TOKEN,
        "HEARTH_SLACK_SIGNING_SECRET": SECRET,
        "HEARTH_SLACK_API": slack.api,
    }
    with served(tmp_path, own, pool) as (process, address):
        for number in range(6):
            body = direct("as a volunteer, can I gamble on the office computer?", ts=f"1712.00000{number}")
            answer = pool.request("POST", f"{address}/slack/events", body=body, headers=signed(body, JSON))
            assert answer.status == 200
        process.kill()
        process.wait()
    with served(tmp_path, own, pool):
        until = time.monotonic() + _PATIENCE
        while len(slack.posted) < 6 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(1)
    marks = [post["blocks"][0]["block_id"] for post in slack.posted]
    assert len(set(marks)) == len(marks) == 6
