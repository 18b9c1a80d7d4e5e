"""The process that is killed: a door at which events are accepted, and a worker on the real engine."""

import http.client
import json
import os
import sys
import time
import traceback
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy.exc import OperationalError

from bot import inbox, work
from bot.card import Card
from bot.channel import TryLater, Undeliverable
from bot.conversation import Conversation
from bot.desk import Desk
from bot.message import Message
from bot.records.database import RecordsUnavailable, connect
from bot.records.store import Records
from bot.records.vault import Vault, read_keys
from bot.slots import Slot, SlotTaken
from bot.stored import dump_card
from tests.records.stage import Talk, course, tasks

SECONDS_TO_ANSWER = 3


@dataclass(frozen=True, slots=True)
class Config:
    """What a process is told.

    `door` is its port, 0 for one that only works. `clock` is a file that holds by how many seconds the clock
    is ahead. `slow` is how many seconds a message takes, `beat` how many lie between two signs of life.
    `real` is the data folder of the real reader, tables and index, empty for the quick talk.
    """

    url: str
    keys: str
    organisation: str
    worker: str
    platform: int
    clock: str
    door: int = 0
    slow: float = 0
    real: str = ""
    beat: float = work.BEAT_SECONDS

    def dump(self) -> str:
        """Return it on one line."""
        return json.dumps(asdict(self))


def clock(file: Path) -> datetime:
    """Return the time by the clock that a file sets ahead."""
    text = file.read_text(encoding="ascii") if file.exists() else ""
    return datetime.now(UTC) + timedelta(seconds=float(text or 0))


def open_records(config: Config) -> Records:
    """Return the records that a process works on."""
    engine = connect(config.url)
    file = Path(config.clock)
    jobs = work.EnqueuedWork(engine)
    return Records(engine, Vault(read_keys(config.keys)), jobs, config.organisation, lambda: clock(file))


def run(config: Config, parent: int) -> None:
    """Work until the parent is no more."""
    work.BEAT_SECONDS = config.beat
    records = open_records(config)
    platform = HttpChannel(config.platform)
    desk = Desk(_talk(config), lambda _: platform, course())
    work.Worker(records, {records.organisation: tasks(desk)}, Slot(records, config.worker)).start()
    if config.door:
        Thread(target=_door(records, config.door).serve_forever, daemon=True).start()
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(0)


def _talk(config: Config) -> Conversation:
    if not config.real:
        return Talk(lambda _: time.sleep(config.slow))
    from adapters.main import build_conversation
    from adapters.settings import from_environment

    return build_conversation(from_environment({"HEARTH_DATA": config.real}))


class HttpChannel:
    """The platform, over HTTP."""

    def __init__(self, port: int) -> None:
        self._port = port

    def send(self, conversation: str, card: Card) -> str:
        """Send a card; no answer may mean that it was taken."""
        body = {"conversation": conversation, "id": card.id, "card": dump_card(card)}
        status, answer = self._ask("/send", body)
        if status == http.HTTPStatus.TOO_MANY_REQUESTS:
            raise TryLater("slow down", after=answer["after"])
        return str(answer["as"])

    def find(self, conversation: str, card_id: str) -> str | None:
        """Ask for a card."""
        _, answer = self._ask("/find", {"conversation": conversation, "id": card_id})
        found: str | None = answer["as"]
        return found

    def fetch(self, conversation: str, ref: str) -> bytes:
        """Nobody sends a file here."""
        raise Undeliverable(f"{conversation} has no file {ref}")

    def _ask(self, path: str, body: dict[str, str]) -> tuple[int, Any]:
        try:
            return ask(self._port, path, body)
        except (OSError, http.client.HTTPException) as error:
            raise TryLater("no answer", perhaps_sent=True) from error


def ask(port: int, path: str, body: object) -> tuple[int, Any]:
    """Post JSON to a port of this machine and return status and JSON; raise OSError or HTTPException."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS_TO_ANSWER)
    try:
        connection.request("POST", path, json.dumps(body))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


class Handler(BaseHTTPRequestHandler):
    """Answers JSON with JSON: `answer` of its server is given path and body."""

    def do_POST(self) -> None:
        """Answer."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answered = self.server.answer(self.path, asked)  # type: ignore[attr-defined]  # set by `listening`
        if answered is None:
            self.close_connection = True
            return
        status, body = answered
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Listens to JSON; `answer` returns None for no answer at all."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, answer: Any) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.answer = answer

    def handle_error(self, *_: object) -> None:
        """Take it that whoever asked is gone."""


def _door(records: Records, port: int) -> Server:
    def answer(_: str, asked: Any) -> tuple[int, Any]:
        try:
            return 200, {"new": inbox.accept(records, Message(**asked))}
        except RecordsUnavailable as error:
            return 503, {"why": str(error)}

    return Server(port, answer)


def main() -> None:
    """Start a process for each line of configuration on standard input, and answer with its number."""
    import signal

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried without being waited for
    course()  # read once, before any process is made
    mother = os.getpid()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            try:
                run(Config(**json.loads(line)), mother)
            except (SlotTaken, RecordsUnavailable, OperationalError) as error:
                print(type(error).__name__, file=sys.stderr)  # it is started again
            except Exception:  # noqa: BLE001 - whatever it was, it is printed, and the process ends
                traceback.print_exc()
            os._exit(1)
        print(child, flush=True)


if __name__ == "__main__":
    main()
