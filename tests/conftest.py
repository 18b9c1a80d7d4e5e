"""What a run could not test is said in its last lines, and in CI it fails the run."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.main import build_answerer
from adapters.settings import from_environment
from knowledge.answers import Answerer

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """Return the path of a Chromium: `HEARTH_CHROMIUM` if set, else one of the usual names on the path."""
    named = os.environ.get("HEARTH_CHROMIUM")
    candidates = (named,) if named else _CHROMIUM_NAMES
    return next((found for name in candidates if (found := shutil.which(name))), None)


@dataclass(frozen=True, slots=True)
class Need:
    """Something outside Python that tests need: `find` returns None where it cannot be had."""

    find: Callable[[], object | None]
    untested: str


def find_teams_client() -> object | None:
    """Return where the npm clients of Teams are installed."""
    from tests.npm import installed

    return installed(Path(__file__).parent / "teams")


def find_slack_client() -> object | None:
    """Return the npm client of Slack."""
    from tests.slack.client import program

    return program()


NEEDS = {
    "chromium": Need(find_chromium, "browser tests (no Chromium found)"),
    "slack client": Need(find_slack_client, "Slack through its client (npm or Node cannot be had)"),
    "teams client": Need(find_teams_client, "Teams through its clients (npm or Node cannot be had)"),
}
_NOT_TESTED = pytest.StashKey[set[str]]()
_TOLD = "not tested"


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker `needs(name)`, where `name` is a key of `NEEDS`."""
    config.addinivalue_line("markers", f"needs(name): skipped where there is none of: {', '.join(NEEDS)}")
    config.stash[_NOT_TESTED] = set()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot be tested here, and remember that."""
    for marker in item.iter_markers("needs"):
        need = NEEDS[marker.args[0]]
        if need.find() is None:
            item.config.stash[_NOT_TESTED].add(need.untested)
            pytest.skip(f"not tested: {need.untested}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the run in CI if something was not tested; one of several processes tells the first."""
    left_out = session.config.stash[_NOT_TESTED]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_TOLD] = sorted(left_out)
        return
    if left_out and exitstatus == pytest.ExitCode.OK and os.environ.get("CI") == "true":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear from one of several processes what it could not test; one that broke down tells nothing."""
    node.config.stash[_NOT_TESTED].update(getattr(node, "workeroutput", {}).get(_TOLD, ()))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Say last what was not tested."""
    yield
    left_out = terminalreporter.config.stash[_NOT_TESTED]
    for tests in sorted(left_out):
        terminalreporter.write_line(f"not tested: {tests}", yellow=True, bold=True)


@pytest.fixture(scope="session")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    """The real reader, tables and index of the Home-Start policy, built once."""
    data = {"HEARTH_DATA": str(tmp_path_factory.mktemp("data"))}
    return build_answerer(from_environment(data))
