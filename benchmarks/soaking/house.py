"""The house of a soak: a database with one organisation, and processes that are started and killed."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Thread
from typing import IO
from uuid import uuid4

from sqlalchemy import make_url

from benchmarks.soaking.child import Config, open_records
from benchmarks.soaking.people import OFFICER, wait_until
from bot import policies
from bot.records.migrate import upgrade
from bot.records.store import Records
from bot.records.tables import Organisation
from bot.records.vault import new_key
from tests.policies import TEXT, home_start_policy
from tests.records.stage import appoint

_SOON = 180  # a busy machine takes long


@dataclass
class Processes:
    """Starts processes, each by a fork of one that has everything loaded, so that it takes no time."""

    _mother: "subprocess.Popen[str]"

    def start(self, config: Config) -> int:
        """Start a process and return its number."""
        asked, answered = _pipes(self._mother)
        asked.write(config.dump() + "\n")
        asked.flush()
        return int(answered.readline())

    @staticmethod
    def kill(process: int) -> None:
        """Kill a process as the kernel does it, and return once it is gone."""
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        wait_until(lambda: not Processes.lives(process), _SOON, "a killed process has gone")

    @staticmethod
    def lives(process: int) -> bool:
        """Say whether a process is there."""
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return False
        return True


def _pipes(mother: "subprocess.Popen[str]") -> tuple[IO[str], IO[str]]:
    if mother.stdin is None or mother.stdout is None:
        raise RuntimeError("the mother process was started without pipes")
    return mother.stdin, mother.stdout


@contextmanager
def processes(errors: Path) -> Iterator[Processes]:
    """Give what starts processes; what they print goes to a file."""
    with (
        errors.open("a") as told,
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.soaking.child"],  # a module of ours
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        ) as mother,
    ):
        yield Processes(mother)  # its pipe is closed at the end: it ends, and its children with it


@dataclass
class House:
    """One organisation's records and the processes that work on them; one that ends is started anew."""

    config: Config
    processes: Processes
    records: Records
    kills: int = 0
    _running: dict[str, int] = field(default_factory=dict)
    _kept: dict[str, Config] = field(default_factory=dict)
    _closed: Event = field(default_factory=Event)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Keep the processes running that were started, for as long as the block runs; then kill them."""
        keeper = Thread(target=self._keep)
        keeper.start()
        try:
            yield
        finally:
            self._closed.set()
            keeper.join()
            for process in self._running.values():
                self.processes.kill(process)
            self.records.engine.dispose()

    def start(self, worker: str, *, door: bool = True) -> None:
        """Start a process, and start it anew whenever it ends."""
        config = replace(self.config, worker=worker, door=self.config.door if door else 0)
        self._running[worker] = self.processes.start(config)
        self._kept[worker] = config

    def kill(self, worker: str, *, for_good: bool = False) -> None:
        """Kill a process; it is started anew, unless it is killed for good."""
        if for_good:
            del self._kept[worker]
        self.processes.kill(self._running[worker])
        self.kills += 1

    def set_clock(self, seconds: float) -> None:
        """Set the clock ahead of the real one."""
        file = Path(self.config.clock)
        new = file.with_suffix(".new")
        new.write_text(str(seconds), encoding="ascii")
        new.replace(file)

    def _keep(self) -> None:
        while not self._closed.wait(0.02):
            for worker, config in list(self._kept.items()):
                if not self.processes.lives(self._running[worker]):
                    self._running[worker] = self.processes.start(config)


def found(
    url: str,
    folder: Path,
    running: Processes,
    platform: int,
    *,
    slow: float,
    real: str,
    beat: float,
    cut_off: int,
) -> House:
    """Return a house on an empty database, with one organisation and its manager; nobody works in it yet.

    `folder` is for what is no part of the database; the others are as in `Config`.
    """
    config = Config(
        url=url,
        keys=new_key(),
        organisation="home-start-herefordshire",
        worker="",
        platform=platform,
        clock=str(folder / f"clock-{uuid4().hex}"),
        poison=str(folder / f"poison-{uuid4().hex}"),
        door=_free_port(),
        slow=slow,
        real=real,
        beat=beat,
        cut_off=cut_off,
    )
    records = open_records(config)
    upgrade(records.engine)
    policy = home_start_policy()
    with records.changing() as change:
        change.add(
            Organisation(id=config.organisation, name="Home-Start Herefordshire", created_at=records.now())
        )
        text = TEXT.read_text(encoding="utf-8")
        policies.adopt(change, policy.title, policy.version, text, who="soak")
    appoint(records, OFFICER, "manager")
    return House(config, running, records)


def is_sqlite(url: str) -> bool:
    """Say whether a URL is a SQLite file's."""
    return make_url(url).get_backend_name() == "sqlite"


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
