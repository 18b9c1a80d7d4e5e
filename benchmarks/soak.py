"""Prove that nothing is lost: kill, stop, fill and misdate what is under the records, and look what is left.

    python -m benchmarks.soak [--engine sqlite] [--only kills] [--kills 200] [--seconds 30] [--real]

A process of its own accepts events and works on the real engine; this one plays the platform, which sends
events, again where no acknowledgement came, and takes the cards. Each scene ends when nothing waits any
more; what must then be true is in `benchmarks.soaking.checks`. `make test` runs a short form of each.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from shutil import chown

from sqlalchemy import create_engine, make_url, text

from benchmarks.soaking import scenarios, troubles
from benchmarks.soaking.checks import Outcome
from benchmarks.soaking.house import Processes, processes
from benchmarks.soaking.scenarios import Setting
from tests import postgres

ENGINES = ("sqlite", "postgresql")
SCENES = ("kills", "poisoned", "killed_for_good", "database_gone", "disk_full", "clock_jumps")
_SMALL = {"sqlite": 8, "postgresql": 32}  # megabytes


@dataclass(frozen=True, slots=True)
class Given:
    """What was asked for on the command line, and what it needs."""

    options: argparse.Namespace
    processes: Processes
    server: str | None
    folder: Path


def main() -> None:
    """Run the scenes on each engine, print their figures and end with 1 where something is amiss."""
    options = _options()
    faults = 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        errors = folder / "errors"
        server = stack.enter_context(postgres.server(quick=False)) if "postgresql" in options.engine else None
        given = Given(options, stack.enter_context(processes(errors)), server, folder)
        for engine in options.engine:
            for name in options.only:
                faults += _run(engine, name, given)
        if "Traceback" in errors.read_text():
            print(errors.read_text()[-3000:], file=sys.stderr)
    if faults:
        raise SystemExit(f"{faults} faults")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Prove that nothing is lost.")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="which database (default: both)")
    parser.add_argument("--only", choices=SCENES, action="append", help="which scene (default: all)")
    parser.add_argument("--kills", type=int, default=200, help="how often to kill the process (default 200)")
    parser.add_argument(
        "--seconds", type=float, default=30, help="how long the database is away (default 30)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of what is random (default 0)")
    parser.add_argument("--real", action="store_true", help="answer with the real reader, tables and index")
    options = parser.parse_args()
    options.engine, options.only = options.engine or list(ENGINES), options.only or list(SCENES)
    return options


def _run(engine: str, name: str, given: Given) -> int:
    """Run a scene, print what came of it, and return the number of faults."""
    title = f"{name.replace('_', ' ')} on {engine}"
    if reason := _left_out(engine, name, given):
        print(f"\n== {title}: left out, {reason}")
        return 0
    try:
        outcome = _scenes(engine, given)[name]()
    except PermissionError as error:
        print(f"\n== {title}: left out, {error}")
        return 0
    print(f"\n== {title}", flush=True)
    for label, figure in outcome.figures.items():
        print(f"{label:45}{figure:>10}")
    for fault in outcome.faults:
        print(f"FAULT: {fault}")
    return len(outcome.faults)


def _left_out(engine: str, name: str, given: Given) -> str:
    """Return why a scene cannot be played, empty where it can."""
    if name == "killed_for_good" and engine == "sqlite":
        return "it needs two workers, which share no SQLite file"
    if name == "poisoned" and given.options.real:
        return "nothing that is said ends the real reader"
    return ""


def _scenes(engine: str, given: Given) -> Mapping[str, Callable[[], Outcome]]:
    options = given.options
    return {
        "kills": lambda: _played(engine, given, partial(scenarios.kills, number=options.kills)),
        "poisoned": lambda: _played(engine, given, scenarios.poisoned),
        "killed_for_good": lambda: _played(engine, given, scenarios.killed_for_good),
        "database_gone": lambda: _gone(engine, given),
        "disk_full": lambda: _full(engine, given),
        "clock_jumps": lambda: _played(engine, given, partial(scenarios.clock_jumps, seconds=20)),
    }


def _played(engine: str, given: Given, scene: Callable[[Setting], Outcome]) -> Outcome:
    with _database(engine, given, given.folder) as setting:
        return scene(setting)


def _gone(engine: str, given: Given) -> Outcome:
    with _database(engine, given, given.folder) as setting:
        away = partial(troubles.locked, setting.url)
        if engine == "postgresql":
            away = partial(troubles.stopped, _data_of(given))
        return scenarios.database_gone(setting, away, given.options.seconds)


def _full(engine: str, given: Given) -> Outcome:
    with (
        troubles.small_disk(Path(tempfile.mkdtemp(dir=given.folder)) / "small", _SMALL[engine]) as disk,
        _database(engine, given, disk) as setting,
    ):
        return scenarios.disk_full(setting, partial(troubles.filled, disk), given.options.seconds)


@contextmanager
def _database(engine: str, given: Given, disk: Path) -> Iterator[Setting]:
    """Give a setting with an empty database on a disk."""
    beside = Path(tempfile.mkdtemp(dir=given.folder))
    real = str(given.folder / "real") if given.options.real else ""
    with ExitStack() as stack:
        if engine == "sqlite":
            url = f"sqlite:///{Path(tempfile.mkdtemp(dir=disk)) / 'hearth.db'}"
        else:
            url = stack.enter_context(postgres.new_database(str(given.server)))
            if disk != given.folder:
                stack.enter_context(_moved(str(given.server), url, disk))
        yield Setting(url, beside, given.processes, seed=given.options.seed, real=real)


@contextmanager
def _moved(server: str, url: str, disk: Path) -> Iterator[None]:
    """Move a PostgreSQL database to a disk, and back at the end."""
    folder = disk / "data"
    folder.mkdir(mode=0o700)
    if os.geteuid() == 0:
        chown(folder, "embedded_postgres")
        disk.chmod(0o755)
        for parent in disk.parents[:-1]:
            parent.chmod(parent.stat().st_mode | 0o011)
    name = make_url(url).database
    outside = create_engine(server, isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        connection.execute(text(f"CREATE TABLESPACE small LOCATION '{folder}'"))
        connection.execute(text(f"ALTER DATABASE {name} SET TABLESPACE small"))
        try:
            yield
        finally:
            connection.execute(text(f"ALTER DATABASE {name} SET TABLESPACE pg_default"))
            connection.execute(text("DROP TABLESPACE small"))
    outside.dispose()


def _data_of(given: Given) -> Path:
    outside = create_engine(str(given.server))
    with outside.connect() as connection:
        data = connection.execute(text("SHOW data_directory")).scalar()
    outside.dispose()
    return Path(str(data))


if __name__ == "__main__":
    main()
