"""Measure the records: accepting, from a message to its sent card, events a second, memory, idle processor.

    python -m benchmarks.records_speed

The real reader, tables and index answer; the platform is a channel that only notes the moment. Two workers
on PostgreSQL are this process and one more (`--worker URL KEY FOLDER`, for its own use).
"""

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from adapters import main as wiring
from adapters.settings import from_environment
from bot import inbox, policies
from bot.card import Card
from bot.channel import Undeliverable
from bot.desk import Desk
from bot.kept import DEFAULTS
from bot.message import Message
from bot.records import migrate
from bot.records.database import connect
from bot.records.store import Records
from bot.records.tables import Organisation, Sending
from bot.records.vault import Vault, new_key, read_keys
from bot.slots import Slot
from bot.work import EnqueuedWork, Worker, tasks
from bot.working_days import Calendar
from tests import postgres

_ONE_BY_ONE, _AT_ONCE, _CONVERSATIONS = 200, 400, 40
_QUESTIONS = (
    "can I friend this family?",
    "may I put the logo on my blog?",
    "who puts photos on our page?",
    "can I gamble on the office computer?",
)


@dataclass
class Noted:
    """A channel that notes when each card was sent."""

    at: dict[str, float] = field(default_factory=dict)

    def send(self, _conversation: str, card: Card) -> str:
        """Note the moment."""
        self.at[card.id] = time.perf_counter()
        return card.id

    def find(self, _conversation: str, card_id: str) -> str | None:
        """Say whether it was sent."""
        return card_id if card_id in self.at else None

    def fetch(self, _conversation: str, ref: str) -> bytes:
        """Nobody sends a file here."""
        raise Undeliverable(ref)


def main() -> None:
    """Print the table, or work for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", nargs=3, metavar=("URL", "KEY", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        url, key, folder = given.worker
        with _working(_records(url, key), "two", Path(folder), Noted()):
            sys.stdin.read()
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _measure("SQLite, one worker", f"sqlite:///{folder / 'hearth.db'}", folder, workers=1)
        with postgres.server(quick=False) as server:
            for workers in (1, 2):
                with postgres.new_database(server) as url:
                    _measure(
                        f"PostgreSQL, {workers} worker{'s'[: workers - 1]}", url, folder, workers=workers
                    )


def _measure(name: str, url: str, folder: Path, *, workers: int) -> None:
    key, noted = new_key(), Noted()
    migrate.upgrade(connect(url))
    records = _records(url, key)
    with records.changing() as change:
        change.add(Organisation(id=records.organisation, name="Home-Start", created_at=records.now()))
        change.session.flush()
        policies.adopt(change, "policy", "0", "text", who="benchmark")
    with _working(records, "one", folder, noted), _others(workers - 1, url, key, folder):
        time.sleep(3)
        before = time.process_time()
        time.sleep(5)
        idle = (time.process_time() - before) / 5
        accepted, sent = _one_by_one(records, noted) if workers == 1 else ([], [])
        rate = _at_once(records)
    print(f"{name}: {rate:.0f} events a second from accepted to sent; idle {idle:.0%} of one core")
    if accepted:
        print(f"    accept p50 {_ms(accepted, 0.5)}, p95 {_ms(accepted, 0.95)}", end="; ")
        print(f"message to sent card p50 {_ms(sent, 0.5)}, p95 {_ms(sent, 0.95)}")
    print(f"    memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _one_by_one(records: Records, noted: Noted) -> tuple[list[float], list[float]]:
    accepted, sent = [], []
    for number in range(_ONE_BY_ONE):
        message = _message(f"one-{number}", f"web:{number % _CONVERSATIONS}", number)
        began = time.perf_counter()
        inbox.accept(records, message)
        accepted.append(time.perf_counter() - began)
        while f"{message.id}.1" not in noted.at:
            time.sleep(0.0005)
        sent.append(noted.at[f"{message.id}.1"] - began)
    return accepted, sent


def _at_once(records: Records) -> float:
    with records.reading() as session:
        there = session.scalar(select(func.count()).where(Sending.sent_at.is_not(None))) or 0
    began = time.perf_counter()
    for number in range(_AT_ONCE):
        inbox.accept(records, _message(f"many-{number}", f"web:{number % _CONVERSATIONS}", number))
    while True:
        with records.reading() as session:
            sent = session.scalar(select(func.count()).where(Sending.sent_at.is_not(None))) or 0
        if sent - there >= _AT_ONCE:
            return _AT_ONCE / (time.perf_counter() - began)
        time.sleep(0.02)


def _message(message_id: str, conversation: str, number: int) -> Message:
    text = _QUESTIONS[number % len(_QUESTIONS)]
    return Message(message_id, conversation, text, sender=conversation)


def _records(url: str, key: str) -> Records:
    engine = connect(url)
    return Records(
        engine, Vault(read_keys(key)), EnqueuedWork(engine), "benchmark", lambda: datetime.now(UTC)
    )


@contextmanager
def _working(records: Records, name: str, folder: Path, noted: Noted) -> Iterator[None]:
    settings = from_environment({"HEARTH_DATA": str(folder)})
    talk = wiring.build_conversation(settings)
    desk = Desk(talk, lambda _: noted, wiring.load_course(settings))
    jobs = {records.organisation: tasks(desk, DEFAULTS, Calendar())}
    worker = Worker(records, jobs, Slot(records, name), accepts=name == "one")
    worker.start()
    try:
        yield
    finally:
        worker.stop()


@contextmanager
def _others(count: int, url: str, key: str, folder: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.records_speed", "--worker", url, key, str(folder)]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 - this very file
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for process in running:
            process.communicate()


def _ms(values: Sequence[float], share: float) -> str:
    cut = statistics.quantiles(values, n=100)[round(share * 100) - 1]
    return f"{1000 * cut:.1f} ms"


if __name__ == "__main__":
    main()
