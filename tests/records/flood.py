"""A small assistant, flooded with marked words, everything going wrong: what is left of them where."""

import base64
import binascii
import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import ColumnClause, Engine, column, event, inspect, select, table

from adapters.main import load_course
from adapters.settings import from_environment
from bot import inbox, retention, set_up, work
from bot.card import Card, Facts, Text
from bot.channel import TryLater, Undeliverable
from bot.conversation import Conversation, Outcome, State
from bot.desk import Desk
from bot.errands import NoteSilence, PassOn
from bot.kept import DEFAULTS
from bot.message import Message
from bot.records.backup import back_up
from bot.records.database import connect
from bot.records.keys import check_keys
from bot.records.migrate import upgrade
from bot.records.store import Records
from bot.records.tables import Event, Organisation, Person, Sending, new_id
from bot.records.vault import Vault, new_key, read_keys
from bot.records.work_tables import SCHEMA
from bot.slots import Slot
from bot.working_days import Calendar
from tests.log_lines import Written, logged
from tests.records.conftest import ORGANISATION, Clock

# Each kind of what must not be found has a word of its own, so that a find tells what leaked.
TEXT, NAME, CALLED, CARD, RAISED = "Quaggastory", "Okapiname", "Axolotlname", "Pangolincard", "Narwhalerror"
PHONE = "01632 960777"
MARKS = (TEXT, NAME, CALLED, CARD, RAISED, PHONE, PHONE.replace(" ", ""))

OFFICERS = "\n".join(
    f"""[[person]]
name = "{NAME} {office}"
phone = "{PHONE}"
offices = ["{office}"]
also_called = ["{CALLED}"]
account = "web:{office}"
"""
    for office in ("manager", "chair", "safeguarding_lead", "deputy_safeguarding_lead")
)
CONVERSATIONS = ("web:sent", "web:talk-fails", "web:later", "web:never", "web:send-fails", "web:job-fails")


@dataclass(frozen=True, slots=True)
class Flood:
    """What a flood left: the log, what was printed beside it, errors that were told, the database."""

    log: Written
    printed: str
    errors: tuple[Exception, ...]
    rows: dict[str, bytes]
    files: dict[str, bytes]
    kept: str


class Talk(Conversation):
    """Answers with the words it is asked with, or fails with them."""

    def __init__(self) -> None:
        pass

    def respond(self, message: Message, state: State) -> Outcome:
        """Return a card that repeats everything."""
        if message.conversation == "web:talk-fails":
            _fail(f"cannot read {message.text}")
        state.held = message.text
        words = f"{CARD} {message.text}"
        card = Card(f"{message.id}.1", words, (Text(words), Facts(((NAME, PHONE),))), words)
        errands = (NoteSilence("photos", message.text), PassOn(message.id, message.text, "photos", "silent"))
        return Outcome((card,), errands=errands)


class Platform:
    """Takes cards, or fails in one of the ways that there are."""

    def send(self, conversation: str, card: Card) -> str:
        """Send a card, or not."""
        match conversation:
            case "web:later":
                raise TryLater("the platform is away") from ConnectionError(f"{RAISED}: {card}")
            case "web:never":
                raise Undeliverable("the account is gone") from ConnectionError(f"{RAISED}: {card}")
            case "web:send-fails":
                _fail(f"cannot send {card}")
        return f"as-{card.id}"

    def find(self, conversation: str, card_id: str) -> str | None:
        """Find no card."""
        del conversation, card_id
        return None

    def fetch(self, conversation: str, ref: str) -> bytes:
        """Fetch no file: none is sent."""
        raise AssertionError(f"{conversation} asked for {ref}")


def _platform(conversation: str) -> Platform:
    if conversation == "web:job-fails":
        _fail(f"no platform for {TEXT}")
    return Platform()


def _fail(words: str) -> NoReturn:
    raise ValueError(f"{RAISED} {words}") from KeyError(words)


def flooded(url: str, folder: Path) -> Flood:
    """Flood a new database; `folder` is where its files are, if it has any."""
    clock = Clock()
    engine = connect(url)
    printed = io.StringIO()
    try:
        with redirect_stderr(printed), logged("debug") as log, pytest.MonkeyPatch.context() as patch:
            patch.setattr(work, "_PAUSES", ())  # a job that fails has failed for good, at once
            upgrade(engine)
            vault = Vault(read_keys(new_key()))
            records = Records(engine, vault, work.EnqueuedWork(engine), ORGANISATION, clock)
            set_up_records(records)
            _work(records)
            errors = tuple(_refused(records, folder))
            kept = _kept(records)
            rows = dict(_rows(engine))
            back_up(records, folder / "backups")
            files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
            clock.passes(days=400)
            retention.sweep(records, DEFAULTS)
    finally:
        engine.dispose()
    return Flood(log, printed.getvalue(), errors, rows, files, kept)


def marks_in(data: bytes | str) -> list[str]:
    """Return the marked words that stand somewhere, also where it is written in base64."""
    raw = data if isinstance(data, bytes) else data.encode()
    decoded = b""
    with suppress(binascii.Error, ValueError):
        decoded = base64.b64decode(raw, validate=True)
    return [mark for mark in MARKS if mark.lower().encode() in raw.lower() + decoded.lower()]


def set_up_records(records: Records) -> None:
    """Write the organisation, and officers with marked names and phones."""
    check_keys(records.engine, records.vault)
    with records.changing() as change:
        change.add(Organisation(id=ORGANISATION, name="Home-Start Herefordshire", created_at=records.now()))
        change.session.flush()
        set_up.set_up(change, set_up.read(OFFICERS), who="hearth")


def _work(records: Records) -> None:
    for conversation in CONVERSATIONS:
        said = Message(f"{conversation}/1", conversation, f"{TEXT}, ring {PHONE}", sender=conversation)
        assert inbox.accept(records, said)
        assert not inbox.accept(records, said)
    desk = _desk()
    worker = work.Worker(
        records, {records.organisation: work.tasks(desk, DEFAULTS, Calendar())}, Slot(records, "flood")
    )
    worker.start()
    try:
        _wait_until(lambda: _is_done(records))
    finally:
        worker.stop()


def _desk() -> Desk:
    return Desk(Talk(), _platform, load_course(from_environment({})))


def _is_done(records: Records) -> bool:
    """Say whether everything was handled, sent or given up, and the job that cannot be done has failed."""
    with records.reading() as session:
        waiting = select(Event.id).where(Event.handled_at.is_(None), Event.failed_at.is_(None))
        behind_others = Sending.conversation.in_(["web:later", "web:send-fails", "web:job-fails"])
        untried = select(Sending.id).where(Sending.tries == 0, ~behind_others)
        if session.scalars(waiting).first() or session.scalars(untried).first():
            return False
    return any("ERROR" in row for row in _rows_of(records.engine, "workflow_status"))


def _wait_until(done: Callable[[], bool]) -> None:
    for _ in range(300):
        if done():
            return
        time.sleep(0.1)
    raise AssertionError("the flood has not run off")


def _refused(records: Records, folder: Path) -> Iterator[Exception]:
    """Give the errors of everything that must be refused, each with the marked words at hand."""
    said = Message("web:sent/2", "web:sent", f"{TEXT}, ring {PHONE}", sender="web:sent")
    desk = _desk()
    inbox.accept(records, said)
    wrong = replace(records, vault=Vault(read_keys(new_key())))
    yield _error(lambda: check_keys(wrong.engine, wrong.vault))
    yield _error(lambda: desk.handle(wrong, "web:sent"))
    yield _error(lambda: _write_wrongly(records))
    away = connect(_nowhere(records.engine, folder))
    yield _error(lambda: inbox.accept(replace(records, engine=away), replace(said, id="web:sent/3")))
    away.dispose()
    if records.engine.dialect.name == "sqlite":
        long = replace(said, id="web:sent/3", text=f"{TEXT} " * 10_000)
        for hindered in (_busy, _full):
            with hindered(records.engine) as engine:
                refused = replace(records, engine=engine)
                yield _error(lambda: inbox.accept(refused, long))  # noqa: B023 - called at once


def _write_wrongly(records: Records) -> None:
    """Make a mistake that the database finds, in a row with words."""
    with records.changing() as change:
        person = Person(id=new_id(), organisation="nowhere", said_roles=TEXT, created_at=records.now())
        person.name = records.seal(Person.name, person, NAME)
        change.add(person)


def _nowhere(engine: Engine, folder: Path) -> str:
    if engine.dialect.name == "sqlite":
        return f"sqlite:///{folder / 'nowhere' / 'hearth.db'}"
    return engine.url.set(port=1, host="127.0.0.1", query={}).render_as_string(hide_password=False)


@contextmanager
def _busy(engine: Engine) -> Iterator[Engine]:
    """Give an engine on a database that somebody else is writing to and does not end."""
    impatient = connect(engine.url.render_as_string(hide_password=False))
    event.listen(impatient, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=1"))
    with engine.connect() as other, other.begin():
        yield impatient
    impatient.dispose()


@contextmanager
def _full(engine: Engine) -> Iterator[Engine]:
    """Give an engine on a database that cannot grow any more."""
    full = connect(engine.url.render_as_string(hide_password=False))
    event.listen(full, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count=1"))
    yield full
    full.dispose()


def _error(does: Callable[[], object]) -> Exception:
    try:
        does()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at
        return error
    raise AssertionError("it was to be refused")


def _kept(records: Records) -> str:
    """Return what the records say of the cards that wait, for whoever has the key."""
    with records.reading() as session:
        return " ".join(records.open(Sending.card, row) for row in session.scalars(select(Sending)))


def _rows(engine: Engine) -> Iterator[tuple[str, bytes]]:
    schemas = [None] if engine.dialect.name == "sqlite" else [None, SCHEMA]
    for schema in schemas:
        for name in inspect(engine).get_table_names(schema):
            yield name, b"\n".join(_decoded(row) for row in _rows_of(engine, name))


def _rows_of(engine: Engine, name: str) -> list[Any]:
    found = inspect(engine)
    schema = SCHEMA if SCHEMA in found.get_schema_names() and found.has_table(name, schema=SCHEMA) else None
    columns: list[ColumnClause[Any]] = [column(given["name"]) for given in found.get_columns(name, schema)]
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(table(name, *columns, schema=schema)))]


def _decoded(row: tuple[Any, ...]) -> bytes:
    """Return all that a row holds, what is base64 in both forms."""
    values = [value if isinstance(value, bytes) else str(value).encode() for value in row]
    for value in values[:]:
        with suppress(binascii.Error, ValueError):
            values.append(base64.b64decode(value, validate=True))
    return b" ".join(values)
