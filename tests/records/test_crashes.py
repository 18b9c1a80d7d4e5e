"""Whatever is killed, stopped or filled up: nothing that was acknowledged is lost, nothing is done twice.

The short form of `benchmarks.soak`. What must be true in the end is in `benchmarks.soaking.checks`.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from benchmarks.soaking import scenarios, troubles
from benchmarks.soaking.checks import Outcome
from benchmarks.soaking.house import Processes, is_sqlite, processes
from benchmarks.soaking.scenarios import Setting, Trouble
from tests import postgres

KILLS = 10


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """What starts processes; at the end none of them may have printed an error."""
    errors = tmp_path_factory.mktemp("errors") / "errors"
    with processes(errors) as running:
        yield running
    assert "Traceback" not in errors.read_text()


@pytest.fixture
def setting(database_url: str, tmp_path: Path, running: Processes) -> Setting:
    """An empty database, in a hurry."""
    return Setting(database_url, tmp_path, running, hurry=True)


@pytest.fixture
def away(database_url: str, request: pytest.FixtureRequest) -> Trouble:
    """What takes the database away."""
    if is_sqlite(database_url):
        return partial(troubles.locked, database_url)
    return partial(troubles.closed, request.getfixturevalue("postgres_server"), database_url)


def _sound(outcome: Outcome) -> None:
    assert outcome.faults == (), dict(outcome.figures)


def test_kills_an_outage_and_a_clock_that_jumps_lose_nothing_and_double_nothing(
    setting: Setting, away: Trouble
) -> None:
    _sound(scenarios.all_at_once(setting, away, KILLS))


def test_a_message_that_ends_every_process_is_given_up_costs_no_other_and_can_be_tried_again(
    setting: Setting,
) -> None:
    _sound(scenarios.poisoned(setting))


def test_on_a_full_disk_events_are_refused_and_what_was_acknowledged_is_done_later(
    tmp_path: Path, running: Processes
) -> None:
    """On SQLite; PostgreSQL on a full disk is a part of `make soak`."""
    try:
        with troubles.small_disk(tmp_path / "small", megabytes=8) as disk:
            setting = Setting(f"sqlite:///{disk / 'hearth.db'}", tmp_path, running, hurry=True)
            _sound(scenarios.disk_full(setting, partial(troubles.filled, disk), seconds=1))
    except PermissionError as error:
        pytest.skip(str(error))


def test_the_work_of_a_worker_that_was_killed_for_good_is_done_by_another(
    postgres_server: str, tmp_path: Path, running: Processes
) -> None:
    """On PostgreSQL, which several workers may share."""
    with postgres.new_database(postgres_server) as url:
        _sound(scenarios.killed_for_good(Setting(url, tmp_path, running, hurry=True)))
