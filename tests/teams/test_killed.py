"""A server that is killed after it acknowledged answers once it is back; nothing is lost."""

import time
from pathlib import Path

import urllib3

from adapters.teams.door import PATH
from tests.served import served
from tests.teams.caller import APP, TENANT, Tokens, activity
from tests.teams.services import Services

_PATIENCE = 60


def test_what_was_acknowledged_is_answered_though_the_server_is_killed(
    microsoft: Services, tokens: Tokens, tmp_path: Path
) -> None:
    pool = urllib3.PoolManager(retries=False)
    own = {
        "HEARTH_TEAMS_APP_ID": APP,
        "HEARTH_TEAMS_PASSWORD": "right",
        "HEARTH_TEAMS_TENANTS": TENANT,
        "HEARTH_TEAMS_LOCAL": microsoft.base,
    }
    question = "as a volunteer, can I gamble on the office computer?"
    with served(tmp_path, own, pool) as (process, address):
        for _ in range(6):
            said = activity(tokens.service, text=question)
            answer = pool.request("POST", f"{address}{PATH}", json=said, headers=tokens.header())
            assert answer.status == 200
        process.kill()
        process.wait()
    with served(tmp_path, own, pool):
        until = time.monotonic() + _PATIENCE
        while len(_cards(microsoft)) < 6 and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(1)
    assert len(_cards(microsoft)) == 6
    # Teams shows a bot nothing that it sent: the one card that was on its way may have come before as well.
    assert len(microsoft.cards) <= 7


def _cards(microsoft: Services) -> set[str]:
    return {card["channelData"]["hearth"]["card"] for card in microsoft.cards}
